"""The region hv_urban: the SimBench grid 1-HV-urban, with everything else by rule.

The network, its positions and its loads are SimBench's (ODbL 1.0), in its study case "hL": loads as they are, no wind
and no sun, the grid above at 1.025 pu. Areas, stations' headroom, water, land and prices are rules of ours, written
down in `gis_data/hv_urban/SOURCES.md` and row by row in the columns `source` and `confidence`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from planner.regions import rules
from planner.regions.rules import Floats

CODE = "simbench:1-HV-urban--0-sw"
CRS = "EPSG:25832"
YEARS = (2027, 2030, 2035)
SLACK_PU = 1.025  # study case hL of SimBench
ZONE = "HV2"
HV_KV, UPPER_KV = 110.0, 220.0
TRAFO_EMERGENCY = 1.2  # as in region.yaml
ANCHOR_MW = 15.0  # a station with that load is the seat of an area
MARGIN_M = 4000.0
PERSONS_PER_MW = 1000.0
M3_PER_PERSON_DAY = 0.12
PLANT_OFFSET_M = 1500.0
FREE_BAYS = 2
M2_PER_KM2 = 1e6
_SIMBENCH = "SimBench 1-HV-urban--0-sw, study case hL (ODbL 1.0)"
# Monthly means for Hannover in the style of 1991-2020: dry bulb [degC], relative humidity [share].
_DRY_DEGC = (1.6, 2.1, 5.0, 9.1, 13.2, 16.3, 18.5, 18.1, 14.3, 9.9, 5.5, 2.6)
_HUMIDITY = (0.86, 0.83, 0.78, 0.70, 0.69, 0.69, 0.70, 0.72, 0.79, 0.84, 0.88, 0.88)


def write_hv_urban(folder: Path) -> None:
    """Write network and tables of the region into a new folder; region.yaml is added by the caller."""
    from models.grid.network_json import write_network_json
    from planner.grids import read_grid

    net = read_grid(CODE).net
    _as_study_case(net)
    (folder / "grid").mkdir()
    (folder / "grid" / "network.json").write_bytes(write_network_json(net))
    bars = rules.busbars(net)
    stations = rules.load_stations(net, at_least_kv=HV_KV, bars=bars)
    points = rules.to_metres(stations["lon"], stations["lat"], CRS)
    stations["area"] = _areas(stations, points)
    outline = rules.around(points, MARGIN_M)
    seats = stations[stations["bus"] == stations["area"]]
    cells = rules.cells_around(points[seats.index], outline)
    districts = _districts(stations, seats, cells)
    shapes = [rules.degrees_of(cell, CRS) for cell in cells]
    rules.write_polygons(districts, shapes, folder / "districts.geojson")
    area = pd.DataFrame(
        [("1-HV-urban", "synthetic", f"convex hull of the stations with a margin of {MARGIN_M / 1000:g} km")],
        columns=["name", "confidence", "source"],
    )
    rules.write_polygons(area, [rules.degrees_of(outline, CRS)], folder / "study_area.geojson")
    zone = _zone(net, stations)
    tables = {
        "zones": zone,
        "substations": _substations(net, stations, bars, zone_mva=float(zone["headroom_mva"].iloc[0])),
        "reclaimed_plants": _plants(districts, points[seats.index]),
        "climate": _climate(),
        "resources": _resources(),
        "prices": rules.borrowed_prices(
            "assumed: the value of the reference region Beijing (CNY), taken over so that the regions can be compared; "
            "not a German price"
        ),
    }
    for name, table in tables.items():
        rules.write_csv(table, folder / f"{name}.csv")


def _as_study_case(net: Any) -> None:
    """Set the study case hL: high load, no generation from wind and sun, the grid above at its stated voltage."""
    net.sgen["scaling"] = 0.0
    net.ext_grid["vm_pu"] = SLACK_PU


def _areas(stations: pd.DataFrame, points: Floats) -> pd.Series[str]:
    """Return for each station the nearest one with much load: the seat of its area."""
    seats = np.flatnonzero(stations["p_mw"] >= ANCHOR_MW)
    away = np.hypot(*(points[:, None, k] - points[None, seats, k] for k in (0, 1)))
    return pd.Series(stations["bus"].to_numpy()[seats[away.argmin(axis=1)]], index=stations.index)


def _districts(stations: pd.DataFrame, seats: pd.DataFrame, cells: list[shapely.Geometry]) -> pd.DataFrame:
    """Return the areas: demand and people by load, land scarcer and dearer where load is dense."""
    load_mw = stations.groupby("area")["p_mw"].sum().reindex(seats["bus"]).to_numpy()
    km2 = np.array([shapely.area(cell) for cell in cells]) / M2_PER_KM2
    density = load_mw / km2
    rank = np.sqrt(density / density.max())
    return pd.DataFrame(
        {
            "district": [_ident(bus, "A") for bus in seats["bus"]],
            "name_en": [f"Area of {bus}" for bus in seats["bus"]],
            "name_zh": [f"{bus} 周边" for bus in seats["bus"]],
            "area_km2": np.round(km2, 1),
            "population": np.round(load_mw * PERSONS_PER_MW).astype(int),
            "seat_lon": seats["lon"].to_numpy(),
            "seat_lat": seats["lat"].to_numpy(),
            "demand_weight": np.round(load_mw, 2),
            "usable_land_share": np.round(0.03 - 0.02 * rank, 4),
            "land_cost_cny_per_ha": np.round(2e6 + 18e6 * rank, -4),
            "confidence": "synthetic",
            "source": (
                "rule: cell nearest to a station with at least 15 MW; demand by peak load, 1,000 persons per MW, land "
                "0.01-0.03 usable at 2-20 million CNY/ha by the root of the load density; no administrative area"
            ),
        }
    )


def _ident(bus: str, prefix: str) -> str:
    """Return a short id: the number of SimBench's bus name behind a letter."""
    return prefix + bus.rsplit(" ", 1)[-1]


def _zone(net: Any, stations: pd.DataFrame) -> pd.DataFrame:
    """Return the zone behind the 220/110 kV transformers: firm rating with one unit out, less all load."""
    units = net.trafo.loc[net.trafo.index.repeat(net.trafo["parallel"].astype(int)), "sn_mva"]
    firm_mva = TRAFO_EMERGENCY * float(units.sum() - units.max())
    peak_mva = float(np.hypot(stations["p_mw"].sum(), stations["q_mvar"].sum()))
    row = {
        "zone": ZONE,
        "name_en": "110 kV grid HV2",
        "name_zh": "HV2 110千伏电网",
        "headroom_mva": np.floor(firm_mva - peak_mva),
        "confidence": "synthetic",
        "source": (
            f"rule: {TRAFO_EMERGENCY:g} x rating of the 220/110 kV transformers with one out ({firm_mva:.0f} MVA) less "
            f"the apparent power of all load ({peak_mva:.0f} MVA); losses and charging left out; {_SIMBENCH}"
        ),
    }
    return pd.DataFrame([row])


def _substations(net: Any, stations: pd.DataFrame, bars: pd.Series[int], *, zone_mva: float) -> pd.DataFrame:
    """Return the stations with the optimistic local headroom: own lines with one out, less own load, at most the zone's."""
    is_upper = stations["bar"].isin(net.trafo["lv_bus"].map(bars)).to_numpy()
    local = np.clip(np.floor(stations["firm_mva"] - stations["peak_mva"]), 0.0, zone_mva)
    n_units = int(net.trafo["parallel"].sum())
    return pd.DataFrame(
        {
            "substation": [_ident(bus, "S") for bus in stations["bus"]],
            "name_en": stations["bus"],
            "name_zh": stations["bus"].str.replace("Bus", "母线"),
            "lon": stations["lon"],
            "lat": stations["lat"],
            "coord_precision_km": 0.5,
            "district": [_ident(bus, "A") for bus in stations["area"]],
            "voltage_kv": np.where(is_upper, UPPER_KV, HV_KV).astype(int),
            "feed_voltage_kv": int(HV_KV),
            "node": [_ident(bus, "N") for bus in stations["bus"]],
            "bus": stations["bus"],
            "parent": ZONE,
            "n_units": pd.Series(np.where(is_upper, n_units, np.nan)).astype("Int64"),
            "unit_mva": np.where(is_upper, net.trafo["sn_mva"].max(), np.nan),
            "firm_mva": stations["firm_mva"].round(1),
            "peak_mva": stations["peak_mva"].round(2),
            "headroom_mva": local,
            "n_free_bays": FREE_BAYS,
            "in_service_year": 2016,
            "is_expandable": np.where(is_upper, "true", "false"),
            "confidence": "synthetic",
            "n_free_bays_confidence": "assumed",
            "in_service_year_confidence": "assumed",
            "is_expandable_confidence": "assumed",
            "source": (
                "position, lines and load: "
                + _SIMBENCH
                + "; headroom by rule: the station's own lines with the strongest "
                "circuit out (0 where one outage can cut it off), less its own load, at most that of the zone: it leaves out "
                "what others take and the flows passing through, so values of stations do not add up"
            ),
        }
    )


def _plants(districts: pd.DataFrame, seats: Floats) -> pd.DataFrame:
    """Return one reclaimed-water plant per area, north-east of its seat, sized by its people."""
    spots = rules.to_degrees(seats + PLANT_OFFSET_M, CRS)
    return pd.DataFrame(
        {
            "plant": districts["district"].str.replace("A", "W"),
            "name_en": "Plant of " + districts["district"],
            "name_zh": districts["district"] + " 再生水厂",
            "lon": spots[:, 0],
            "lat": spots[:, 1],
            "coord_precision_km": 5.0,
            "district": districts["district"],
            "capacity_m3_per_day": np.round(districts["population"] * M3_PER_PERSON_DAY).astype(int),
            "committed_m3_per_day": 0,
            "confidence": "synthetic",
            "source": "rule: one plant per area, 1.5 km east and north of its seat, 0.12 m3 a day per person; no real plant",
        }
    )


def _climate() -> pd.DataFrame:
    months = range(1, 13)
    return pd.DataFrame(
        {
            "station": "Hannover",
            "lon": 9.68,
            "lat": 52.46,
            "elevation_m": 55,
            "month": list(months),
            "t_dry_degc": _DRY_DEGC,
            "rh_share": _HUMIDITY,
            "pressure_kpa": 100.7,
            "design_wet_bulb_degc": 20.5,
            "confidence": "assumed",
            "source": "monthly means in the style of 1991-2020, written from memory; design wet bulb assumed",
        }
    )


def _resources() -> pd.DataFrame:
    """Return one channel of green power and one of certificates, ample in every year."""
    rows = [
        (name, en, zh, kind, year, mwh, premium, share, "assumed", "assumed: ample, premium of the order of a contract")
        for year in YEARS
        for name, en, zh, kind, mwh, premium, share in (
            ("PPA", "Power purchase agreements", "绿电购电协议", "green_power", 3_000_000, 20, None),
            ("GO", "Guarantees of origin", "绿色电力来源证明", "certificate", 5_000_000, 10, 0.3),
        )
    ]
    columns = ["resource", "name_en", "name_zh", "kind", "year", "available_mwh_per_year", "premium_cny_per_mwh"]
    return pd.DataFrame(rows, columns=[*columns, "max_share", "confidence", "source"])
