"""Frames that the grid adds to the siting model: states of nodes, steps of interruptible load, class A load by feed.

Everything here is empty where the data have no cuts, no states and no steps; the model then has no such column.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.siting.data import SitingData
from models.siting.frames import distinct, frame_of, join, looked_up, stacked, with_columns

AS_IS = "0"
FEED = ["site", "substation", "year"]


def _numbers(labels: pd.Series) -> np.ndarray:
    """Return the labels of states as whole numbers, which is their order."""
    wrong = [label for label in labels.astype(str) if not label.isdecimal()]
    if wrong:
        raise ValueError(f"states are numbered 0, 1, 2, ...; found {wrong[:3]}")
    return labels.astype(int).to_numpy(np.int64)


def states(data: SitingData) -> pd.DataFrame:
    """Return node, state, number, first_year, cny_per_year by node and number; every node has state "0", as is."""
    table = data["reinforcement_states"]
    if not len(table):
        return frame_of({c: np.zeros(0, object) for c in ("node", "state", "number", "first_year", "cny_per_year")})
    given = table.assign(state=table["state"].astype(str), number=_numbers(table["state"]))
    nodes = sorted(set(given["node"]) - set(given.loc[given["number"] == 0, "node"]))
    as_is = pd.DataFrame({"node": nodes, "state": AS_IS, "number": 0, "first_year": data.years[0], "cny_per_year": 0.0})
    parts = [f for f in (as_is, given) if len(f)] or [given]
    full = stacked(parts, ["node", "state", "number", "first_year", "cny_per_year"])
    return full.sort_values(["node", "number"], kind="stable").reset_index(drop=True)


def gains(data: SitingData) -> pd.DataFrame:
    """Return node, state, year, gain_mva: headroom of each state after "0" that can stand by then, less that of "0".

    Raises KeyError where a headroom is missing, ValueError where state "0" is not the frame `headroom`.
    """
    given = data["headroom_states"]
    if not len(given) and not len(data["reinforcement_states"]):
        return frame_of({c: np.zeros(0, object) for c in ("node", "state", "year", "gain_mva")})
    given = given.assign(state=given["state"].astype(str))
    key = ["node", "state", "year"]
    base = looked_up(given, data["headroom"], ["node", "year"], "headroom_mva")
    other = (given["state"] == AS_IS).to_numpy(bool) & ~np.isclose(given["headroom_mva"].to_numpy(float), base)
    if other.any():
        raise ValueError(f"headroom of state 0 differs from headroom at {given.loc[other, 'node'].tolist()[:3]}")
    table = states(data)
    later = table[table["number"] > 0]
    wanted = [(n, s, y) for n, s, first in zip(later["node"], later["state"], later["first_year"], strict=True)
              for y in data.years if y >= first]  # fmt: skip
    index = pd.DataFrame(wanted, columns=key)
    own = looked_up(index, given, key, "headroom_mva")
    base = looked_up(index, data["headroom"], ["node", "year"], "headroom_mva")
    if np.isnan(own + base).any():
        raise KeyError(f"no headroom of {index[np.isnan(own + base)].iloc[:3].to_numpy().tolist()}")
    return with_columns(index, gain_mva=own - base)


def steps(data: SitingData) -> pd.DataFrame:
    """Return `flexible` at stations with feeds; ValueError where a later step costs less than the one before."""
    if not len(data["flexible"]):
        return data["flexible"]
    table = data["flexible"].sort_values(["substation", "year", "step"], kind="stable")
    same = (table[["substation", "year"]] == table[["substation", "year"]].shift()).all(axis=1)
    falling = same & (table["cny_per_mva_year"].astype(float).diff() < 0)
    if falling.any():
        raise ValueError(f"steps of flexible load must not become cheaper: {table.loc[falling, 'substation'].tolist()}")
    is_fed = table["substation"].isin(data["feeds"]["substation"]) & table["year"].isin(data.years)
    return table[is_fed].reset_index(drop=True)


def flexible_limits(data: SitingData) -> pd.DataFrame:
    """Return node, limit_mva: most interruptible load at each station and at the nodes above it [MVA]."""
    table = steps(data)
    most = table.assign(limit_mva=table["mva"].astype(float)).groupby(["substation", "year"], as_index=False)
    most = most["limit_mva"].sum().groupby("substation", as_index=False)["limit_mva"].max()
    own = most.rename(columns={"substation": "node"})[["node", "limit_mva"]]
    above = join(most, data["ancestors"], "substation").groupby("node", as_index=False)["limit_mva"].sum()
    return stacked([own, above[["node", "limit_mva"]]], ["node", "limit_mva"])


def _named(data: SitingData) -> pd.DataFrame:
    """Return substation, year of every station whose class A load by feed matters."""
    of_sites = join(data["cut_sites"], data["cuts"], "cut", take=["year"])
    parts = [data["cut_terms"], of_sites, steps(data)]
    return distinct(stacked([p for p in parts if len(p)] or parts[:1], ["substation", "year"]), ["substation", "year"])


def class_a_feeds(data: SitingData, feed_mva: pd.DataFrame, is_dual: pd.DataFrame) -> pd.DataFrame:
    """Return site, substation, year, lower, upper, is_integer of `class_a_feed_mva`.

    A site that may have two feeds, one of them at a station that is named, needs the class A load of all its feeds: their
    sum is twice the site's, which says more than any bound with a big M.
    """
    feeds = join(feed_mva[[*FEED, "upper"]], is_dual[["site", "year"]], ["site", "year"])
    sites = distinct(join(feeds, _named(data), ["substation", "year"]), ["site", "year"])
    return with_columns(join(feeds, sites, ["site", "year"])[[*FEED, "upper"]], lower=0.0, is_integer=False)[
        [*FEED, "lower", "upper", "is_integer"]
    ]


def grid_frames(data: SitingData, feed_mva: pd.DataFrame, is_dual: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the decisions that the grid adds, without their columns."""
    table = states(data)
    keys = ["node", "state", "year"]
    index = pd.concat([table[["node", "state", "first_year"]].assign(year=y) for y in data.years], ignore_index=True)
    can_stand = (index["first_year"] <= index["year"]) | (index["state"] == AS_IS)
    bought = steps(data)
    return {
        "in_state": with_columns(index.loc[can_stand, keys], lower=0.0, upper=1.0, is_integer=True),
        "flexible_mva": frame_of(
            {
                **{k: bought[k].to_numpy() for k in ("substation", "step", "year")},
                "lower": np.zeros(len(bought)),
                "upper": bought["mva"].to_numpy(float),
                "is_integer": np.zeros(len(bought), bool),
            }
        ),
        "class_a_feed_mva": class_a_feeds(data, feed_mva, is_dual),
    }
