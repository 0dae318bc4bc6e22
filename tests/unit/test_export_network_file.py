"""A network that came as a file is drawn where its buses are, and not at all when its coordinates are a drawing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from models.grid.network_json import write_network_json
from models.grid.source import GridFile
from planner.export.grid_layer import grid_layers
from planner.export.layers import plan_layers
from tests.export_sample import sample_plan, sample_region

PLACES = {"BJ500-14": (116.53, 39.76), "N220-33": (116.5189, 39.754), "N220-30": (116.6978, 39.7781)}


def network_file(*, scale: float = 1.0, crs: str | None = "EPSG:4326") -> GridFile:
    """Return a small network: a transformer and two lines, one of them with a route; `scale` spoils the places."""
    import pandapower as pp

    net = pp.create_empty_network()
    buses = {}
    for name, (x, y) in PLACES.items():
        kv = 500.0 if name.startswith("BJ") else 220.0
        buses[name] = pp.create_bus(net, kv, name=name)
        net.bus.at[buses[name], "geo"] = json.dumps({"type": "Point", "coordinates": [x * scale, y * scale]})
    low = pp.create_bus(net, 220.0, name="BJ500-14/220")
    net.bus.at[low, "geo"] = net.bus.at[buses["BJ500-14"], "geo"]
    pp.create_ext_grid(net, buses["BJ500-14"])
    pp.create_transformer_from_parameters(
        net, buses["BJ500-14"], low, sn_mva=1200.0, vn_hv_kv=500.0, vn_lv_kv=220.0, vkr_percent=0.25, vk_percent=16.0,
        pfe_kw=300.0, i0_percent=0.1, name="T-BJ500-14", parallel=2,
    )  # fmt: skip
    for name, start, end, km in (("L220-77", low, "N220-33", 1.2), ("L220-78", low, "N220-30", 15.0)):
        pp.create_line_from_parameters(
            net, start, buses[end], length_km=km, r_ohm_per_km=0.01, x_ohm_per_km=0.2, c_nf_per_km=12.0, max_i_ka=1.9,
            name=name,
        )  # fmt: skip
    route = [[116.53 * scale, 39.76 * scale], [116.6 * scale, 39.75 * scale], [116.6978 * scale, 39.7781 * scale]]
    net.line["geo"] = [None, json.dumps({"type": "LineString", "coordinates": route})]
    if crs is not None:
        net["crs"] = crs
    return GridFile(write_network_json(net), "network.json", f"{scale} {crs}")


def test_a_network_file_is_drawn_along_its_routes_with_its_loadings() -> None:
    layers = grid_layers(sample_plan(), replace(sample_region(), grid=network_file()))
    lines, stations = layers["grid_lines"].set_index("line"), layers["grid_stations"].set_index("station")

    assert lines.at["L220-78", "geometry"].coords[1] == (116.6, 39.75)
    assert lines["drawn_as"].to_dict() == {"L220-77": "straight line, not a route", "L220-78": "route"}
    assert lines.at["L220-78", "share_percent"] == pytest.approx(93.5)
    assert stations.at["BJ500-14", "buses"] == "BJ500-14, BJ500-14/220"
    assert stations.at["BJ500-14", "worst_element"] == "T-BJ500-14"
    assert bool(stations.at["BJ500-14", "is_limiting"])


def test_a_drawing_layout_is_not_put_on_the_map() -> None:
    region = replace(sample_region(), grid=network_file(scale=0.01, crs=None))

    assert grid_layers(sample_plan(), region) == {}
    assert "grid_lines" not in plan_layers(sample_plan(), region)
