"""Hourly load of stations, and the headroom that follows from it when added load may be curtailed in some hours.

    flexible_headroom(region) -> substation, share, by, headroom_mw, curtailed_mwh, curtailed_hours, profile

The shape of a station's load is its own row of `load_profiles`, else its zone's, else `all`, else the rule of
`models.firm.synthetic_profile`, which is named synthetic wherever it is used.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.firm import by_energy, by_hours, curtailed_hours, curtailed_mwh, room_mva, synthetic_profile
from planner.assemble_power import ancestors, node_capacity
from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.profile_file import read_profile
from planner.region import Region
from planner.scenario import Scenario

Floats = npt.NDArray[np.float64]
SHARES = (0.0, 0.001, 0.0025, 0.005, 0.01)
BY = ("hours", "energy")
EVERYWHERE = "all"
SYNTHETIC = "synthetic"
GIVEN = "given"
COLUMNS = ("substation", "share", "by", "headroom_mw", "curtailed_mwh", "curtailed_hours", "profile")


def shapes(region: Region, nodes: Iterable[str]) -> dict[str, tuple[Floats, str]]:
    """Return the hourly load of each node in per unit of its peak, and where it comes from (a profile, or synthetic)."""
    table = region["load_profiles"].sort_values("hour")
    own = {name: rows["load"].to_numpy(float) for name, rows in table.groupby("profile")}
    subs = region["substations"]
    parent = {
        **region["zones"].set_index("zone")["parent"].to_dict(),
        **subs.set_index("substation")["parent"].to_dict(),
    }
    synthetic = None if EVERYWHERE in own else synthetic_profile()
    out: dict[str, tuple[Floats, str]] = {}
    for node in nodes:
        name: object = node
        while isinstance(name, str) and name not in own:
            name = parent.get(name)
        found = name if isinstance(name, str) else EVERYWHERE
        if found in own:
            out[node] = own[found] / own[found].max(), found
        elif synthetic is not None:
            out[node] = synthetic, SYNTHETIC
    return out


def base_capacity(region: Region) -> pd.DataFrame:
    """Return node, capacity_mva, peak_mva of stations and zones as the tables give them, without a scenario."""
    subs, zones = region["substations"], region["zones"]
    peak = subs["peak_mva"].astype(float).fillna(0.0)
    is_lowest = subs["voltage_kv"] == subs.groupby("parent")["voltage_kv"].transform("min")
    below = peak.where(is_lowest, 0.0).groupby(subs["parent"]).sum()
    stations = pd.DataFrame({"node": subs["substation"], "capacity_mva": subs["headroom_mva"], "peak_mva": peak})
    above = pd.DataFrame(
        {
            "node": zones["zone"],
            "capacity_mva": zones["headroom_mva"],
            "peak_mva": zones["zone"].map(below).fillna(0.0).astype(float),
        }
    )
    both = pd.concat([stations, above], ignore_index=True)
    return both.astype({"capacity_mva": float, "peak_mva": float})


def capacities(region: Region, scenario: Scenario | None = None, year: int | None = None) -> pd.DataFrame:
    """Return node, capacity_mva, peak_mva of a planning year of a scenario (the last one), or of the tables."""
    if scenario is None:
        return base_capacity(region)
    table = node_capacity(region, scenario)
    here = table[(table["year"] == (year or scenario.years[-1])) & table["is_in_service"]]
    return here[["node", "capacity_mva", "peak_mva"]].reset_index(drop=True)


def rooms(region: Region, table: pd.DataFrame, given: Floats | None = None) -> dict[str, tuple[Floats, str]]:
    """Return what is free at each node in every hour [MVA] and the profile used; a bulk station is free as its zone is.

    A station without load of its own has its zone's headroom in the table: by the hour only its rating limits it.
    """
    subs = region["substations"].set_index("substation")
    rating = subs["firm_mva"].astype(float).where(subs["peak_mva"].isna() & subs["parent"].notna())
    forms = shapes(region, table["node"]) if given is None else {n: (given / given.max(), GIVEN) for n in table["node"]}
    out = {}
    for node, capacity, peak in table[["node", "capacity_mva", "peak_mva"]].itertuples(index=False, name=None):
        form, name = forms[node]
        own = rating.get(node, np.nan)
        free = capacity if np.isnan(own) else max(capacity, own)
        out[node] = room_mva(peak * form, free + peak), name
    return out


def flexible_headroom(
    region: Region,
    *,
    shares: Iterable[float] = SHARES,
    scenario: Scenario | None = None,
    year: int | None = None,
    profile: pd.Series[float] | None = None,
    shape: pd.Series[float] | None = None,
    power_factor: float | None = None,
) -> pd.DataFrame:
    """Return the MW that each substation alone can be given, curtailed in a share of hours or of its energy.

    Columns as COLUMNS; a share of 0 is firm. Every hour counts the least room of the station and the zones above it.
    `profile`: one hourly load for all stations instead of the region's; `shape`: the added load's own (flat if None).
    Values of several stations do not add up. Linear headroom: no load flow stands behind it.
    """
    pf = power_factor or (scenario.power.power_factor if scenario else _power_factor(region))
    given = None if profile is None else profile.to_numpy(float)
    form = None if shape is None else shape.to_numpy(float)
    table = capacities(region, scenario, year)
    found = rooms(region, table, given)
    _same_length(found)
    above = ancestors(region).groupby("substation")["node"].apply(list).to_dict()
    out = []
    for name in region["substations"]["substation"]:
        if name not in found:
            continue
        own, label = found[name]
        room = np.minimum.reduce([own, *(found[z][0] for z in above.get(name, []) if z in found)]) * pf
        years = len(room) / 8760.0
        for by, solve in zip(BY, (by_hours, by_energy), strict=True):
            for share in shares:
                mw = solve(room, share, shape=form)
                lost = curtailed_mwh(room, mw, shape=form) / max(years, 1.0)
                out.append((name, share, by, mw, lost, curtailed_hours(room, mw, shape=form), label))
    return pd.DataFrame(out, columns=list(COLUMNS))


def _power_factor(region: Region) -> float:
    return float(region.meta.get("grid", {}).get("power_factor", 1.0))


def _same_length(found: dict[str, tuple[Floats, str]]) -> None:
    lengths = sorted({len(room) for room, _name in found.values()})
    if len(lengths) > 1:
        message = _("load_profiles have {lengths} hours; hours of different profiles cannot be compared.").format(
            lengths=", ".join(map(str, lengths))
        )
        remedy = _("Give all profiles the same hours: 8760, or 8784 in a leap year.")
        raise InputProblems([Problem("load_profiles", "load_profiles", None, "hour", None, "hours", message, remedy)])


__all__ = ["BY", "SHARES", "SYNTHETIC", "flexible_headroom", "read_profile", "rooms", "shapes"]
