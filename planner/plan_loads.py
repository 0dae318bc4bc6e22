"""What a plan draws at the network's buses: the declared normal split, and each dual-fed site on either of its feeds.

A dual-fed site stands on both feeds in normal operation: each carries what is reserved on it less half of the class A load
(the other half waits as reserve). When one feed is lost, the other carries all that is reserved on it: its own share and
the whole class A load. Interruptible load is off at the grid's design situation. Switched halls of existing centres change
the load of their node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.assemble import Assembled
from planner.region import Region

PlanDict = Mapping[str, Any]
COLUMNS = ["year", "site", "substation", "bus", "mva"]
EPS_MVA = 1e-6


@dataclass(frozen=True)
class LostFeed:
    """A dual-fed site in one year with one feed lost: what changes at the two stations [MVA]."""

    year: int
    site: str
    kept: str
    lost: str
    kept_change_mva: float
    lost_change_mva: float

    @property
    def element(self) -> str:
        """Name of the case: the site and the feed that is lost."""
        return f"{self.site}: {self.lost}"


def feed_loads(plan: PlanDict) -> pd.DataFrame:
    """Return year, site, substation, bus, mva: the normal split of every site over its feeds."""
    rows = [
        (year, site["id"], feed["substation"], feed["bus"], normal)
        for year, site, feeds in _site_years(plan)
        for feed, _, normal in feeds
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _site_years(
    plan: PlanDict,
) -> Iterator[tuple[int, Mapping[str, Any], list[tuple[Mapping[str, Any], float, float]]]]:
    """Return year, site and its feeds with reserved and normal load [MVA]."""
    for site in plan["sites"]:
        for year in map(str, plan["years"]):
            reserved = [float(feed["mva"][year]) for feed in site["feeds"]]
            class_a = max(0.0, sum(reserved) - float(site["facility_mva"][year]))
            n_built = sum(r > 0 for r in reserved)
            normal = [r - class_a / n_built if r > 0 else 0.0 for r in reserved]
            yield int(year), site, list(zip(site["feeds"], reserved, normal, strict=True))


def lost_feeds(plan: PlanDict) -> list[LostFeed]:
    """Return every dual-fed site of every year on either of its feeds."""
    out = []
    for year, site, feeds in _site_years(plan):
        built = [(f["substation"], reserved, normal) for f, reserved, normal in feeds if reserved > EPS_MVA]
        if len(built) == 1 or sum(r - n for _, r, n in built) <= EPS_MVA:
            continue
        for kept, reserved, normal in built:
            for lost, _, normal_there in built:
                if lost != kept:
                    out.append(LostFeed(year, site["id"], kept, lost, reserved - normal, -normal_there))
    return out


def stock_loads(plan: PlanDict, region: Region, assembled: Assembled) -> pd.DataFrame:
    """Return year, site, substation, bus, mva: what switched halls change at their stations."""
    moved = [
        (int(row["year"]), row["id"], option, float(n))
        for row in plan["stock"]
        for option, n in row["options"].items()
        if n
    ]
    halls = pd.DataFrame(moved, columns=["year", "stock", "option", "n"])
    change = halls.merge(assembled.data["stock_mva"], on=["stock", "option"])
    buses = _bus_of(region)
    change = change[change["node"].isin(buses.index)]
    return pd.DataFrame(
        {
            "year": change["year"],
            "site": change["stock"],
            "substation": change["node"],
            "bus": change["node"].map(buses),
            "mva": (change["n"] * change["mva_change"]).astype(float),
        }
    )


def flexible_loads(plan: PlanDict, region: Region) -> pd.DataFrame:
    """Return year, site, substation, bus, mva: interruptible load that is off at the design situation, below 0."""
    buses = _bus_of(region)
    rows = [
        (int(row["year"]), "", row["substation"], buses.get(row["substation"]), -float(row["mva"]))
        for row in plan.get("flexible") or ()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def plan_loads(plan: PlanDict, region: Region, assembled: Assembled) -> pd.DataFrame:
    """Return year, site, substation, bus, mva of everything the plan changes, in the normal split."""
    parts = [feed_loads(plan), stock_loads(plan, region, assembled), flexible_loads(plan, region)]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _bus_of(region: Region) -> pd.Series:
    return region["substations"].set_index("substation")["bus"]


def unseen_stations(plan: PlanDict) -> list[str]:
    """Return the stations that feed a site but have no bus in the network."""
    return sorted({f["substation"] for s in plan["sites"] for f in s["feeds"] if f["bus"] is None})
