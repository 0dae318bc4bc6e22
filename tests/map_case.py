"""A view made by hand, and that of the sample plan's region, for the tests of the map."""

from __future__ import annotations

from typing import Any

from planner.desk.view_key import VIEW_VERSION

SQUARE = [[116.0, 39.9], [116.6, 39.9], [116.6, 40.2], [116.0, 40.2], [116.0, 39.9]]


def _layer(points: list[Any], *, units: dict[str, str] | None = None, **columns: list[Any]) -> dict[str, Any]:
    return {"columns": columns, "units": units or {}, "points": points}


def made_view() -> dict[str, Any]:
    """Return one district, three stations (two at one place), two plants, a candidate, an excluded cell, one line."""
    here = [116.5, 40.1]
    layers = {
        "districts": {
            **_layer([here], id=["Daxing"], name=["Daxing"], name_zh=["大兴区"], population=[1e6], confidence=["high"]),
            "polygons": [[[SQUARE], [SQUARE]]],
        },
        "study_area": {**_layer([here], id=["study_area-1"], name=["x"], name_zh=["x"]), "polygons": [[[SQUARE]]]},
        "exclusions": {
            **_layer([here], id=["E1"], name=["Airport"], name_zh=["机场"], kind=["airport"]),
            "polygons": [[[SQUARE]]],
        },
        "zones": {
            **_layer([here], id=["Z1"], name=["Zone 1"], name_zh=["一区"], headroom_mva=[300.0], n_stations=[3]),
            "polygons": [[[SQUARE]]],
        },
        "substations": _layer(
            [here, [116.4, 40.0], [116.4, 40.0]],
            id=["S1", "S2", "S3"],
            name=["Station 1", "Station 2", "Station 3"],
            name_zh=["一号站", "二号站", "三号站"],
            district=["Daxing"] * 3,
            voltage_kv=[500.0, 220.0, 220.0],
            parent=["Z1"] * 3,
            headroom_mva=[100.0, 0.0, 30.0],
            confidence=["high", "synthetic", "synthetic"],
            headroom_mva_confidence=["high", "assumed", "synthetic"],
            source=["made by hand"] * 3,
        ),
        "plants": _layer(
            [here, here],
            id=["P1", "P2"],
            name=["Plant 1", "Plant 2"],
            name_zh=["一厂", "二厂"],
            capacity_m3_per_day=[2.5e5, 4.0e6],
        ),
        "stock": _layer([here], id=["K1"], name=["Old"], name_zh=["旧"], it_mw=[50.0], n_halls=[4]),
        "outside": _layer([[111.0, 40.5]], id=["O1"], name=["Far"], name_zh=["远"], service_cny_per_mw_year=[6e6]),
        "candidates": _layer(
            [[116.2, 40.0], [116.3, 40.0]],
            id=["C001-001", "C002-001"],
            district=["Daxing"] * 2,
            area_ha=[20.0, 0.3],
            gross_ha=[400.0, 6.2],
            nearest_500_kv_km=[4.9, 12.3],
            nearest_plant=["P1", "P1"],
            nearest_plant_km=[3.0, 30.0],
            n_feeds=[2, 0],
            n_plants=[1, 0],
            status=["candidate", "excluded"],
            reasons=[[], ["beyond_radius", "exclusion:airport"]],
            notes=[[], ["no_plant_in_reach"]],
            stations=[["S1", "S2"], []],
            plants=[["P1"], []],
        ),
        "grid_lines": {
            **_layer(
                [[116.45, 40.05]],
                id=["L1"],
                name=["L1"],
                name_zh=["L1"],
                from_bus=["B1"],
                to_bus=["B2"],
                vn_kv=[500.0],
                n_circuits=[2],
                length_km=[19.3],
                is_straight=[True],
            ),
            "lines": [[[116.5, 40.1], [116.4, 40.0]]],
        },
        "grid_stations": _layer(
            [here], id=["B1"], name=["B1"], name_zh=["B1"], vn_kv=[500.0], buses=[["B1", "B1/220"]], trafos=[["T1"]]
        ),
    }
    return {
        "version": VIEW_VERSION,
        "key": "made",
        "region": {
            "id": "made",
            "name": "Made",
            "name_zh": "手工",
            "fingerprint": "0" * 64,
            "base_year": 2025,
            "has_grid": True,
            "is_synthetic_grid": True,
            "grid_label": {"en": "made by hand", "zh": "手工电网"},
            "sources": [{"id": "a", "title": "By hand", "year": 2025}],
        },
        "screening": {
            "cell_km": 2.0,
            "radius_km": {"500": 8.0, "220": 4.0},
            "water_reach_km": 8.0,
            "min_area_ha": 3.6,
            "n_candidates": 1,
            "n_excluded": 1,
            "reasons": {"beyond_radius": 1},
        },
        "bounds": [116.0, 39.9, 116.6, 40.2],
        "layers": layers,
        "headroom_years": [["S1", 2030, 250.0]],
        "tables": {},
        "marks": {"substations": [3, 3]},
        "notices": [{"file": "a.csv", "layer": "a", "code": "x", "en": "a remark", "zh": "备注"}],
    }
