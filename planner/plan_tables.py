"""The plan's lists (sites, stock, water, energy, ...) from the values of the decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.siting import SitingModel
from models.siting.data import DRY
from models.siting.decisions import pooled, pools
from models.siting.feeding import block_coefficients, load_coefficients
from models.siting.objective import yearly_water
from planner.assemble_water import OF_HUB
from planner.region import Region, uncertain_positions

TOLERANCE = 1e-6
BY_SITE = ("loads", "blocks", "wet", "site_mva", "is_open", "is_fed", "feed_mva")
Values = Mapping[str, pd.DataFrame]


def decided(model: SitingModel, x: np.ndarray) -> dict[str, pd.DataFrame]:
    """Return every decision with a value above the tolerance: its index columns and `value`."""
    out = {}
    for name, frame in model.decisions.frames.items():
        values = frame.assign(value=x[frame["col"].to_numpy(np.int64)])
        kept = values[values["value"] > TOLERANCE]
        out[name] = kept[[*model.decisions.keys(name), "value", "col"]].reset_index(drop=True)
    return out


def by_year(frame: pd.DataFrame, value: str, years: tuple[int, ...]) -> dict[str, float]:
    """Return {"2030": sum of value} for every planning year."""
    at, amounts = frame["year"].to_numpy(), frame[value].to_numpy(float)
    return {str(y): float(amounts[at == y].sum()) for y in years}


def _names(table: pd.DataFrame, key: str) -> dict[str, tuple[str, str]]:
    columns = table[[key, "name_en", "name_zh"]].itertuples(index=False, name=None)
    return {k: (en, zh) for k, en, zh in columns}


def site_rows(
    model: SitingModel, values: Values, *, region: Region, candidates: pd.DataFrame, power_factor: float
) -> list[dict[str, Any]]:
    """Return one entry per open site, in order of size then id."""
    data, d, years = model.data, model.decisions, model.data.years
    loads = values["load_mw"].merge(load_coefficients(data, d).drop(columns=["site", "technology", "plant", "workload",
                                    "year", "lower", "upper", "is_integer"]), on="col")  # fmt: skip
    blocks = values["n_blocks"].merge(block_coefficients(data, d).drop(columns=["site", "technology", "year", "lower",
                                      "upper", "is_integer"]), on="col")  # fmt: skip
    water = yearly_water(data, d)[["climate", "technology", "plant", "workload", "year", "m3_per_year"]]
    wet = loads[loads["plant"] != DRY].merge(water, on=["climate", "technology", "plant", "workload", "year"])
    wet = wet.assign(m3=wet["value"] * wet["m3_per_year"], peak=_peak_m3_per_day(wet, model))
    places = candidates.set_index("site")
    size = blocks.assign(mw=blocks["value"] * blocks["block_mw"])
    largest = size[size["year"] == years[-1]].groupby("site")["mw"].sum()
    order = sorted(values["is_open"]["site"].unique(), key=lambda s: (-largest.get(s, 0.0), s))
    context = {
        "of": {
            name: _by_site(frame)
            for name, frame in {"loads": loads, "blocks": size, "wet": wet, **values}.items()
            if name in BY_SITE
        },
        "dual": frozenset(values["is_dual"]["site"]),
        "power_factor": power_factor,
        "stations": region["substations"].set_index("substation", drop=False),
        "feed_km": _lengths(data["feeds"], "substation"),
        "pipe_km": _lengths(data["pipes"], "plant"),
        "area": data["technologies"].set_index("technology")["area_ha_per_mw"].astype(float),
        "climate": data["sites"].set_index("site")["climate"],
    }
    return [_site(s, model, context, region=region, place=places.loc[s]) for s in order]


def _by_site(frame: pd.DataFrame) -> Callable[[str], pd.DataFrame]:
    """Return the rows of a site, found at once."""
    parts, none = dict(list(frame.groupby("site"))), frame.iloc[:0]
    return lambda site: parts.get(site, none)


def _lengths(links: pd.DataFrame, end: str) -> dict[tuple[str, str], float]:
    return dict(zip(zip(links["site"], links[end], strict=True), links["km"].astype(float), strict=True))


def _peak_m3_per_day(wet: pd.DataFrame, model: SitingModel) -> pd.Series:
    worst = model.data["water_use"].groupby(["climate", "technology", "workload"])["m3_per_day_per_mw"].max()
    keys = pd.MultiIndex.from_frame(wet[["climate", "technology", "workload"]])
    plants = model.data["plants"].set_index("plant")
    factor = wet["plant"].map(plants["makeup_factor"]).astype(float) * wet["plant"].map(
        plants["peak_day_factor"]
    ).astype(float)
    return pd.Series(worst.reindex(keys).to_numpy(float), index=wet.index) * factor * wet["value"]


def _site(
    site: str, model: SitingModel, context: Mapping[str, Any], *, region: Region, place: pd.Series
) -> dict[str, Any]:
    years = model.data.years
    loads, blocks, wet, mva, is_open = (
        context["of"][name](site) for name in ("loads", "blocks", "wet", "site_mva", "is_open")
    )
    opened = is_open["year"].min()
    energy = pd.concat(
        [
            loads[["year"]].assign(mwh=loads["value"] * loads["mwh_per_mw_year"]),
            blocks[["year"]].assign(mwh=blocks["value"] * blocks["block_mwh"]),
        ]
    )
    pf = context["power_factor"]
    area = context["area"]
    feeds = _feeds(site, years, context)
    is_uncertain = any(f["is_position_uncertain"] for f in feeds)
    return {
        "id": site,
        "name": str(place.get("name_en", site)),
        "name_zh": str(place.get("name_zh", site)),
        "lon": float(place["lon"]),
        "lat": float(place["lat"]),
        "district": place["district"],
        "open_year": int(opened),
        "is_dual_fed": site in context["dual"],
        "is_position_uncertain": is_uncertain,
        "climate": context["climate"].at[site],
        "land_ha": by_year(blocks.assign(ha=blocks["mw"] * blocks["technology"].map(area)), "ha", years),
        "it_mw": by_year(loads, "value", years),
        "installed_mw": by_year(blocks, "mw", years),
        "facility_mw": {k: v * pf for k, v in by_year(mva, "value", years).items()},
        "facility_mva": by_year(mva, "value", years),
        "energy_mwh": by_year(energy, "mwh", years),
        "cooling": _cooling(loads, blocks, years),
        "loads": [
            {"year": int(y), "technology": c, "plant": p or None, "workload": w, "it_mw": float(v)}
            for c, p, w, y, v in loads[["technology", "plant", "workload", "year", "value"]].itertuples(
                index=False, name=None
            )
        ],
        "blocks": [
            {"year": int(y), "technology": c, "n": round(n)}
            for c, y, n in blocks[["technology", "year", "value"]].itertuples(index=False, name=None)
        ],
        "feeds": feeds,
        "water": _water(site, wet, years, region=region, km=context["pipe_km"]),
    }


def _cooling(loads: pd.DataFrame, blocks: pd.DataFrame, years: tuple[int, ...]) -> list[dict[str, Any]]:
    out = []
    for technology in sorted(blocks["technology"].unique()):
        drawn = loads[(loads["technology"] == technology) & (loads["year"] == years[-1])]
        installed = blocks[blocks["technology"] == technology]
        out.append(
            {
                "technology": technology,
                "it_mw": float(drawn["value"].sum()),
                "installed_mw": by_year(installed, "mw", years),
            }
        )
    return out


def _feeds(site: str, years: tuple[int, ...], context: Mapping[str, Any]) -> list[dict[str, Any]]:
    stations = context["stations"]
    fed, mva = (context["of"][name](site) for name in ("is_fed", "feed_mva"))
    out = []
    for name, built in fed.groupby("substation")["year"].min().items():
        row = stations.loc[name]
        carried = by_year(mva[mva["substation"] == name], "value", years)
        length = float(context["feed_km"][site, name])
        out.append(
            {
                "substation": name,
                "name": row["name_en"],
                "name_zh": row["name_zh"],
                "voltage_kv": float(row["feed_voltage_kv"]),
                "mw": carried[str(years[-1])] * context["power_factor"],
                "km": length,
                "mva": carried,
                "built_year": int(built),
                "bus": row["bus"] if isinstance(row["bus"], str) else None,
                "parent": row["parent"] if isinstance(row["parent"], str) else None,
                "is_position_uncertain": bool(uncertain_positions(stations.loc[[name]], feed_km=length).iloc[0]),
            }
        )
    return out


def _water(
    site: str, wet: pd.DataFrame, years: tuple[int, ...], *, region: Region, km: Mapping[tuple[str, str], float]
) -> list[dict[str, Any]]:
    names = _names(region["reclaimed_plants"], "plant")
    if region.is_area:
        names = {OF_HUB.format(hub): shown for hub, shown in _names(region["hubs"], "hub").items()}
    out = []
    for plant, part in wet.groupby("plant"):
        yearly = by_year(part, "m3", years)
        en, zh = names.get(plant, (plant, plant))
        out.append(
            {
                "plant": plant,
                "name": en,
                "name_zh": zh,
                "m3_per_year": yearly[str(years[-1])],
                "by_year": yearly,
                "peak_m3_per_day": by_year(part, "peak", years),
                "km": float(km[site, plant]),
            }
        )
    return out


def assignment_rows(model: SitingModel, values: Values) -> list[dict[str, Any]]:
    """Return who serves whom: district, workload, year, site, it_mw.

    The model decides flows between pools of like reaches and like districts. Within a pool every site serves each district
    in proportion to its load of the class, and each district is served in proportion to its demand: always admissible.
    """
    data = model.data
    reach_pool, _ = pools(data)
    new = values["load_mw"].merge(data["sites"][["site", "reach"]], on="site")
    old = values["stock_mw"].merge(data["stock"][["stock", "reach"]], on="stock").rename(columns={"stock": "site"})
    columns = ["reach", "workload", "year", "site", "value"]
    placed = pooled(pd.concat([f[columns] for f in (new, old)], ignore_index=True), reach_pool, "reach")
    placed = placed.groupby(columns[:-1], as_index=False)["value"].sum()
    placed["share"] = placed["value"] / placed.groupby(["reach", "workload", "year"])["value"].transform("sum")
    flows = values["serve_mw"].merge(placed.drop(columns=["value"]), on=["reach", "workload", "year"])
    flows = flows.assign(it_mw=flows["value"] * flows["share"])
    away = values["outside_mw"].rename(columns={"outside": "site", "value": "it_mw"})
    both = pd.concat([flows, away], ignore_index=True)[["district", "workload", "year", "site", "it_mw"]]
    both = by_district(both, model, values)
    out = ["district", "workload", "year", "site", "it_mw"]
    return _records(both.groupby(out[:-1], as_index=False)["it_mw"].sum()[out])


def by_district(frame: pd.DataFrame, model: SitingModel, values: Values) -> pd.DataFrame:
    """Return rows of pooled districts split over their districts in proportion to demand and displaced load."""
    data = model.data
    _, district_pool = pools(data)
    moved = values["n_switched"].merge(data["stock_displaced"], on=["stock", "option"])
    moved = moved.merge(data["stock"][["stock", "district"]], on="stock")
    moved = moved.merge(pd.DataFrame({"at": list(data.years)}), how="cross")
    moved = moved[moved["at"] >= moved["year"]]
    extra = moved.assign(it_mw=(moved["value"] * moved["it_mw"]).astype(float), year=moved["at"])
    keys = ["district", "workload", "year"]
    demand = pd.concat([data["demand"][[*keys, "it_mw"]], extra[[*keys, "it_mw"]]], ignore_index=True)
    demand = demand.groupby(keys, as_index=False)["it_mw"].sum().merge(district_pool, on=["workload", "district"])
    demand["share"] = demand["it_mw"] / demand.groupby(["pool", "workload", "year"])["it_mw"].transform("sum")
    split = demand.rename(columns={"district": "own", "pool": "district"})[["own", "district", *keys[1:], "share"]]
    joined = frame.merge(split, on=keys)
    return joined.assign(district=joined["own"], it_mw=joined["it_mw"] * joined["share"]).drop(columns=["own", "share"])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{k: _plain(v) for k, v in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value


def records(frame: pd.DataFrame, columns: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return rows as plain dicts with columns renamed, missing values as None."""
    return _records(frame[list(columns)].rename(columns=dict(columns)))
