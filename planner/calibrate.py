"""What the physics says about centres that exist, against published figures.

Inputs are the IT load of each existing cluster and a cooling mix, both fixed before comparing; electricity, PUE and
water come from climate and technology. Nothing is fitted here: a deviation is a finding, not an error.

The published figures of Beijing contradict each other: see `contradiction`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from models.climate import synthetic_year
from models.cooling import (
    DRINKING_CYCLES,
    OVERHEAD_SHARE_NEW,
    OVERHEAD_SHARE_STOCK,
    RECLAIMED_CYCLES,
    STOCK_TECHNOLOGIES,
    TECHNOLOGIES,
    coefficients,
    makeup_factor,
)
from models.latency import calibrate as calibrate_latency
from planner.i18n import gettext as _
from planner.region import Region
from planner.units import HOURS_PER_YEAR, MWH_PER_TWH

DEFAULT_STATION = "Beijing"
IT_TWH_OF_SEEDS = 8.4 / 1.4  # F006 / F003
M3_PER_MILLION = 1e6

# Kinds of centre fixed before comparing: the country's stock half air-cooled, half water-cooled; new hub sites half each.
STOCK_MIX = {"air_chiller": 0.5, "tower_economiser": 0.5}
NEW_MIX = {"tower_economiser": 0.5, "indirect_evaporative": 0.5}
QINGHAI_MIX = {"indirect_evaporative": 1.0}  # stated beside the figure

RANGES_FILE = Path("shared") / "data" / "cooling_reference_ranges.csv"
# ASHRAE climate zone of stations, and the case of the published table that a technology is compared with.
STATION_ZONES = {"Beijing": "4A", "Shanghai (Qingpu)": "3A", "Zhongwei": "5B", "Ulanqab": "7"}
NEW_CASES = {"airside_adiabatic": 1, "tower_economiser": 2}
STOCK_CASES = {"tower_economiser": 4, "air_chiller": 7}


@dataclass(frozen=True)
class Target:
    """A published mean PUE, and what it is compared with."""

    fact: str
    name: str
    pue: float
    stations: tuple[str, ...]
    is_stock: bool
    mix: tuple[tuple[str, float], ...]
    note: str = ""


def _target(fact: str, name: str, *, pue: float, stations: tuple[str, ...], note: str = "") -> Target:
    return Target(fact, name, pue, stations, is_stock=True, mix=tuple(STOCK_MIX.items()), note=note)


HUB_STATIONS = (
    "Zhangjiakou", "Horinger", "Ulanqab", "Zhongwei", "Qingyang (Xifeng)", "Guiyang (Gui'an)", "Chengdu", "Chongqing",
    "Shaoguan", "Suzhou (Wujiang)", "Jiaxing (Jiashan)", "Shanghai (Qingpu)", "Wuhu",
)  # fmt: skip
REGION_TARGETS = (
    _target("F074", "Northeast China", pue=1.40, stations=(), note="no weather station in the table"),
    _target("F075", "North China", pue=1.39, stations=("Beijing", "Hohhot", "Zhangjiakou", "Huailai")),
    _target("F076", "South China", pue=1.53, stations=("Shaoguan",), note="one station for three provinces"),
    _target("F077", "Central China", pue=1.54, stations=("Wuhu",), note="Wuhu (Anhui) stands for Hubei and Hunan"),
    Target("F078", "China hubs", 1.257, HUB_STATIONS, is_stock=False, mix=tuple(NEW_MIX.items())),
    Target(
        "F227", "Qinghai", 1.2, ("Golmud (Haixi)", "Gonghe (Hainan prefecture)", "Xining"), is_stock=False,
        mix=tuple(QINGHAI_MIX.items()), note="published as: below",
    ),
)  # fmt: skip


def stock_coefficients(climate: pd.DataFrame, station: str, *, is_stock: bool = True) -> pd.DataFrame:
    """Return annual values by technology at a station, as found in the stock or as built new."""
    weather = synthetic_year(climate[climate["station"] == station])
    technologies = STOCK_TECHNOLOGIES if is_stock else TECHNOLOGIES
    annual, _monthly = coefficients(
        tuple(technologies.values()),
        weather,
        overhead_share=OVERHEAD_SHARE_STOCK if is_stock else OVERHEAD_SHARE_NEW,
        pue_fixed_share=0.0,
    )
    return annual


def stock_use(
    stock: pd.DataFrame, stock_cooling: pd.DataFrame, climate: pd.DataFrame, *, station: str = DEFAULT_STATION
) -> pd.DataFrame:
    """Return stock, it_mwh, facility_mwh and water_m3 per year of each cluster.

    Make-up follows the source: blowdown at 3.5 cycles for the reclaimed share, 5.5 for drinking water.
    """
    annual = stock_coefficients(climate, station)[["pue_annual", "evaporation_m3_per_mwh"]]
    mix = stock_cooling.merge(annual, left_on="technology", right_index=True, how="left", validate="many_to_one")
    share = mix["it_share"].astype(float)
    per_it = (
        mix.assign(pue=share * mix["pue_annual"], evaporation=share * mix["evaporation_m3_per_mwh"])
        .groupby("stock")[["pue", "evaporation"]]
        .sum()
    )
    rows = stock[["stock", "it_mw", "reclaimed_share"]].merge(per_it, left_on="stock", right_index=True, validate="1:1")
    it_mwh = rows["it_mw"].astype(float) * HOURS_PER_YEAR
    reclaimed = rows["reclaimed_share"].astype(float)
    factor = reclaimed * makeup_factor(RECLAIMED_CYCLES) + (1.0 - reclaimed) * makeup_factor(DRINKING_CYCLES)
    return pd.DataFrame(
        {
            "stock": rows["stock"],
            "it_mwh": it_mwh,
            "facility_mwh": it_mwh * rows["pue"],
            "water_m3": it_mwh * rows["evaporation"] * factor,
        }
    )


def calibrate_stock(
    stock: pd.DataFrame, stock_cooling: pd.DataFrame, climate: pd.DataFrame, *, station: str = DEFAULT_STATION
) -> pd.DataFrame:
    """Return quantity, unit, fact, model, published, deviation_share and note for the stock of Beijing."""
    use = stock_use(stock, stock_cooling, climate, station=station)
    it_mwh, facility_mwh, water_m3 = (float(use[c].sum()) for c in ("it_mwh", "facility_mwh", "water_m3"))
    rows = [
        ("it_energy", "TWh/year", "F006 / F003", it_mwh / MWH_PER_TWH, IT_TWH_OF_SEEDS,
         _("Input: the clusters' IT load was set from this figure, so it confirms nothing.")),
        ("electricity", "TWh/year", "F006", facility_mwh / MWH_PER_TWH, 8.4,
         _("Tests the PUE only, because the IT load was set from the same figures.")),
        ("pue_mean", "-", "F003", facility_mwh / it_mwh, 1.4, ""),
        ("wue_mean", "L/kWh IT", "F004", water_m3 / it_mwh, 1.8,
         _("Leaves out humidifying of halls, washing of towers and office use.")),
        ("water_derived", "million m3/year", "F004 x F006 / F003", water_m3 / M3_PER_MILLION, IT_TWH_OF_SEEDS * 1.8, contradiction()),
        ("water", "million m3/year", "F008", water_m3 / M3_PER_MILLION, 16.8, contradiction()),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["quantity", "unit", "fact", "model", "published", "note"])
    return frame.assign(deviation_share=frame["model"] / frame["published"] - 1.0)


def contradiction() -> str:
    """Return how Beijing's published figures contradict each other."""
    return _(
        "The published figures do not fit together: 8.4 TWh at PUE 1.4 are 6.0 TWh of IT energy, and 1.8 L/kWh of it "
        "make 10.8 million m3; the same source states 16.8 million m3, which is 2.0 L per kWh of all electricity or "
        "2.8 L per kWh of IT energy."
    )


def calibrate(region: Region, *, ranges_path: Path | None = None) -> dict[str, Any]:
    """Return all comparisons as plain data: stock, regions, latency, and ranges where their file is present.

    Only deviations from the published ranges are returned; `ranges` is None where there is no file.
    """
    climate = region["climate"]
    found = find_reference_ranges(ranges_path)
    ranges = None if found is None else _records(compare_ranges(climate, pd.read_csv(found)))
    fit = calibrate_latency()
    points = fit.points[["fact", "from_place", "to_place", "rtt_ms", "great_circle_km", "model_ms", "residual_ms"]]
    return {
        "stock": _records(calibrate_region(region)),
        "contradiction": contradiction(),
        "regions": _records(calibrate_regions(climate)),
        "latency": {
            "fixed_ms": fit.fixed_ms,
            "route_factor": fit.route_factor,
            "is_factor_at_bound": fit.is_factor_at_bound,
            "points": _records(points),
        },
        "ranges": ranges,
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain dicts; NaN becomes None."""
    return [
        {str(k): None if isinstance(v, float) and v != v else v for k, v in row.items()}  # noqa: PLR0124
        for row in frame.to_dict("records")
    ]


def unit_name(unit: str) -> str:
    """Return a unit as it is written for a reader, "" for a bare ratio."""
    names = {"-": "", "TWh/year": _("TWh/year"), "L/kWh IT": _("L/kWh IT"), "million m3/year": _("million m³/year")}
    return names.get(unit, unit)


def calibration_text(found: dict[str, Any]) -> str:
    """Return the comparisons of `calibrate` as text for a terminal."""
    lines = [_("Existing centres: computed against published")]
    for row in found["stock"]:
        line = _("{name}: {model:,.2f} against {published:,.2f} {unit} ({deviation_share:+.1%}; {fact})")
        shown = {**row, "unit": unit_name(row["unit"]), "name": _quantity_name(row["quantity"])}
        lines.append("  " + line.format(**shown).replace("  ", " "))
    lines += [found["contradiction"], "", _("Mean PUE of regions")]
    for row in found["regions"]:
        if row["model"] is None:
            text = _("{region}: not computed, {note}").format(region=row["region"], note=row["note"])
        else:
            text = _("{region}: {model:.3f} against {published:.3f} ({deviation:+.3f})").format(**row)
        lines.append("  " + text)
    fit = found["latency"]
    head = _("Latency: fixed part {fixed_ms:.2f} ms, route factor {route_factor:.2f} (a calibration, not a validation)")
    lines += ["", head.format(**fit)]
    place = _("{from_place} to {to_place}: {model_ms:.1f} against {rtt_ms:.0f} ms ({residual_ms:+.1f})")
    lines += ["  " + place.format(**row) for row in fit["points"]]
    if found["ranges"] is None:
        lines += ["", _("Published ranges of PUE and WUE: file not present, not compared")]
    else:
        n_inside = sum(row["outside_by"] == 0.0 for row in found["ranges"])
        line = _("Published ranges of PUE and WUE: {n_inside} of {n} inside")
        lines += ["", line.format(n_inside=n_inside, n=len(found["ranges"]))]
        outside = [row for row in found["ranges"] if row["outside_by"] != 0.0]
        lines += ["  {technology} ({vintage}), {station}, {quantity}: {outside_by:+.3f}".format(**r) for r in outside]
    return "\n".join(lines) + "\n"


def _quantity_name(quantity: str) -> str:
    """Return what a row of the stock's comparison is called."""
    names = {
        "it_energy": _("IT energy (an input)"),
        "electricity": _("Electricity of the centres"),
        "pue_mean": _("Mean PUE"),
        "wue_mean": _("Mean WUE"),
        "water_derived": _("Water, published WUE x IT energy"),
        "water": _("Water, published total"),
    }
    return names[quantity]


def calibrate_region(region: Region) -> pd.DataFrame:
    """Return `calibrate_stock` for a region's own tables, at its declared climate station or the first one."""
    climate = region["climate"]
    station = str(region.meta.get("climate_station") or climate["station"].iloc[0])
    return calibrate_stock(region["stock"], region["stock_cooling"], climate, station=station)


def calibrate_regions(climate: pd.DataFrame, *, targets: tuple[Target, ...] = REGION_TARGETS) -> pd.DataFrame:
    """Return fact, region, stations in use, model and published mean PUE, deviation and note.

    The mean of a region's stations that the climate table has; none gives NaN and says so.
    """
    known = set(climate["station"])
    tables: dict[tuple[str, bool], pd.DataFrame] = {}
    rows = []
    for target in targets:
        stations = [s for s in target.stations if s in known]
        values = []
        for station in stations:
            key = (station, target.is_stock)
            if key not in tables:
                tables[key] = stock_coefficients(climate, station, is_stock=target.is_stock)
            values.append(sum(share * float(tables[key].loc[name, "pue_annual"]) for name, share in target.mix))
        model = sum(values) / len(values) if values else float("nan")
        if not stations:
            note = _("no weather station in the table")
        elif len(stations) < len(target.stations):
            note = _("{n} of {total} stations in the table").format(n=len(stations), total=len(target.stations))
        else:
            note = _(target.note) if target.note else ""
        rows.append((target.fact, _(target.name), ", ".join(stations), model, target.pue, model - target.pue, note))
    return pd.DataFrame(rows, columns=["fact", "region", "stations", "model", "published", "deviation", "note"])


def find_reference_ranges(path: Path | None = None) -> Path | None:
    """Return the file of published PUE and WUE ranges: the given one, or beside the repository; None if there is none."""
    candidate = path if path is not None else Path(__file__).resolve().parents[2] / RANGES_FILE
    return candidate if candidate.is_file() else None


def compare_ranges(climate: pd.DataFrame, ranges: pd.DataFrame) -> pd.DataFrame:
    """Return technology, vintage, station, quantity and outside_by: 0 inside the published 5th to 95th percentile.

    Positive above the range, negative below, in PUE or L/kWh. The ranges themselves are not kept.

    Source: Lei and Masanet 2022, Resources, Conservation and Recycling 182:106323.
    """
    rows = []
    for station in [s for s in STATION_ZONES if s in set(climate["station"])]:
        zone = ranges[ranges["ashrae_zone"] == STATION_ZONES[station]].set_index("case")
        for is_stock, cases in ((False, NEW_CASES), (True, STOCK_CASES)):
            annual = stock_coefficients(climate, station, is_stock=is_stock)
            for technology, case in cases.items():
                for quantity, column in (("pue", "pue_annual"), ("wue", "wue_l_per_kwh")):
                    low, high = (float(zone.loc[case, f"{quantity}_{bound}"]) for bound in ("5th", "95th"))
                    value = float(annual.loc[technology, column])
                    outside = max(0.0, value - high) + min(0.0, value - low)
                    vintage = "stock" if is_stock else "new"
                    rows.append((technology, vintage, station, quantity, outside))
    return pd.DataFrame(rows, columns=["technology", "vintage", "station", "quantity", "outside_by"])
