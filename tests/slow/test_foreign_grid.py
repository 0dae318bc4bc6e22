"""A region that nobody prepared: the RTS-GMLC test system, 138 and 230 kV, where its files lie beside the repository."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from planner.check import check_sites
from planner.pipeline import run
from planner.read import read_region
from planner.scenario import parse_scenario

ROOT = Path(__file__).parents[2]
RTS = ROOT.parent / "shared" / "data" / "rts_gmlc"  # may be measured with, not passed on
SMALL = ROOT / "tests" / "cases"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (RTS / "bus.csv").is_file(), reason="RTS-GMLC is not on this machine"),
]
BASE_MVA, HZ, KM_PER_MILE = 100.0, 50.0, 1.609344
STATIONS = {
    "S-Adams": ("103", "124", 230, 138),
    "S-Arne": ("109", "111", 230, 138),
    "S-Baker": ("110", "112", 230, 138),
}


def lines_and_trafos(buses: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return branches in ohm and as transformers of their rating; impedances are per unit of 100 MVA."""
    kv = buses.set_index("Bus ID")["BaseKV"].astype(float)
    lines, trafos = [], []
    for b in pd.read_csv(RTS / "branch.csv", dtype={"From Bus": str, "To Bus": str}).itertuples(index=False):
        uid, start, end, r, x, charging, rating = b[:7]
        if kv[start] == kv[end]:
            ohm, km = kv[start] ** 2 / BASE_MVA, max(1.0, float(b[-1]) * KM_PER_MILE)
            nf = charging / ohm / (2.0 * math.pi * HZ) * 1e9 / km
            lines.append((uid, start, end, kv[start], 1, km, r * ohm / km, x * ohm / km, nf,
                          rating / kv[start] / math.sqrt(3.0), "true"))  # fmt: skip
        else:
            high, low = sorted((start, end), key=lambda bus: -kv[bus])
            vk = math.hypot(r, x) * rating / BASE_MVA * 100.0
            trafos.append((uid, high, low, kv[high], kv[low], 1, rating, vk, r * rating, 0, 0, 1.25, 0))
    line_names = ["line", "from_bus", "to_bus", "vn_kv", "n_circuits", "length_km", "r_ohm_per_km", "x_ohm_per_km",
                  "c_nf_per_km", "max_i_ka", "is_closed"]  # fmt: skip
    trafo_names = ["trafo", "hv_bus", "lv_bus", "vn_hv_kv", "vn_lv_kv", "n_parallel", "sn_mva", "vk_percent",
                   "vkr_percent", "i0_percent", "pfe_kw", "tap_step_percent", "tap_pos"]  # fmt: skip
    return pd.DataFrame(lines, columns=line_names), pd.DataFrame(trafos, columns=trafo_names)


def write_grid(folder: Path, buses: pd.DataFrame) -> None:
    folder.mkdir(parents=True)
    lines, trafos = lines_and_trafos(buses)
    held = buses[buses["Bus Type"].isin(["PV", "Ref"])]
    ids = buses["Bus ID"]
    tables = {
        "buses": pd.DataFrame({"bus": ids, "vn_kv": buses["BaseKV"], "lon": buses["lng"], "lat": buses["lat"],
                               "kind": "bus"}),
        "lines": lines,
        "trafos": trafos,
        "loads": pd.DataFrame({"bus": ids, "p_mw": buses["MW Load"], "q_mvar": buses["MVAR Load"]}),
        "external": pd.DataFrame({"external": "E" + held["Bus ID"], "bus": held["Bus ID"], "vm_pu": held["V Mag"]}),
    }  # fmt: skip
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)


def write_layers(folder: Path, buses: pd.DataFrame) -> None:
    places = buses.set_index("Bus ID")
    rows = []
    for name, (bus, _high, voltage_kv, feed_kv) in STATIONS.items():
        lon, lat = places.loc[bus, ["lng", "lat"]]
        rows.append((name, name, name, lon, lat, 0.1, "D", voltage_kv, feed_kv, bus, 120.0, 2010, "no"))
    columns = ["substation", "name_en", "name_zh", "lon", "lat", "coord_precision_km", "district", "voltage_kv",
               "feed_voltage_kv", "bus", "headroom_mva", "in_service_year", "is_expandable"]  # fmt: skip
    stations = pd.DataFrame(rows, columns=columns)
    stations.to_csv(folder / "substations.csv", index=False)
    lon, lat = stations["lon"].mean(), stations["lat"].mean()
    district = pd.DataFrame({"district": ["D"], "name_en": "Desert", "name_zh": "荒漠", "area_km2": 9000.0,
                             "population": 100000, "seat_lon": lon, "seat_lat": lat, "demand_weight": 1.0,
                             "usable_land_share": 0.5, "land_cost_cny_per_ha": 1e6})  # fmt: skip
    district.to_csv(folder / "districts.csv", index=False)
    sites = [(f"P{i}", f"P{i}", f"P{i}", s.lon + 0.01, s.lat + 0.01, 60.0) for i, s in enumerate(stations.itertuples())]
    pd.DataFrame(sites, columns=["site", "name_en", "name_zh", "lon", "lat", "area_ha"]).to_csv(
        folder / "sites.csv", index=False
    )
    climate = pd.read_csv(SMALL / "small_region" / "climate.csv").assign(station="Desert", lon=lon, lat=lat)
    climate.to_csv(folder / "climate.csv", index=False)
    shutil.copy(SMALL / "small_region" / "prices.csv", folder / "prices.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    buses = pd.read_csv(RTS / "bus.csv", dtype={"Bus ID": str})
    folder = tmp_path_factory.mktemp("rts") / "region"
    write_grid(folder / "grid", buses)
    write_layers(folder, buses)
    bands = [{"vn_kv": kv, "min_pu": 0.95, "max_pu": 1.06, "min_pu_n1": 0.9, "max_pu_n1": 1.1} for kv in (138, 230)]
    manifest = {"schema_version": 1, "id": "rts", "name": {"en": "RTS", "zh": "RTS"}, "crs": "EPSG:4326",
                "projected_crs": "EPSG:32611", "base_year": 2020, "voltage_bands": bands}  # fmt: skip
    (folder / "region.yaml").write_text(yaml.safe_dump(manifest, allow_unicode=True), encoding="utf-8")
    return folder


def scenario_data(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((SMALL / "small_plan" / "scenario.yaml").read_text(encoding="utf-8"))
    prices = data["economy"]["prices"]
    prices |= {"cable_138_cny_per_km": 12e6, "bay_138_cny": 4e6, "user_substation_138_cny": 2e7}
    data |= {"region": str(folder), "years": [2030], "policy_pack": "national", "families_off": ["green"]}
    data["power"] |= {"radius_km": {230: 10}, "feed_rating_mva": {138: 120}}
    data["water"]["city_cap_m3_per_year"] = 1e9
    data["cooling"]["pue_caps"] = "off"
    data["carbon"] = {"grid_t_per_mwh": {2030: 0.5}}
    data["workloads"]["general"]["availability"] = "B"
    return data


def test_own_sites_on_a_foreign_grid_are_checked(folder: Path, tmp_path: Path) -> None:
    sites = tmp_path / "my.csv"
    sites.write_text("site,substation,mw\nA,S-Adams,1\nB,S-Arne,400\n", encoding="utf-8")

    found = check_sites(read_region(folder), sites)

    assert found["security"] == "insecure"  # 400 MW at a bus whose lines carry 175 MVA each
    assert len(found["grid"]["outages"]) > 100
    assert json.dumps(found, allow_nan=False)


def test_a_plan_on_a_foreign_grid_passes_its_audit(folder: Path) -> None:
    plan = run(parse_scenario(scenario_data(folder), file="rts.yaml"), time_limit_s=30.0).plan

    assert plan.status == "optimal"
    assert plan["audit"]["status"] == "passed", plan["audit"]["failures"][:3]
    assert plan["grid"]["status"] == "checked"
    assert sum(sum(site["it_mw"].values()) for site in plan["sites"]) > 0
