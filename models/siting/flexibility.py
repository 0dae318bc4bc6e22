"""Interruptible load: what may be cut in the hours in which the station is full does not need firm headroom.

    flexible_share[substation, year]:  sum over steps of flexible_mva
                                       <= flexible_share * sum over sites of (feed_mva - class_a_feed_mva)

Symbols
    flexible_mva     interruptible load bought, by step: the more, the more hours it is cut  [MVA]   decision, at most mva
    mva, cny_per_mva_year   size and price of a step; steps never become cheaper             [MVA], [CNY/MVA/year]  flexible
    flexible_share   interruptible part of the load outside class A                          [-]     rules
    The headroom rows of the station and of the nodes above it count the load less flexible_mva, and so do the rows of
    `network`. Energy that is cut is in the price of the step, not taken from the energy used.

Worth of one more unit
    Yearly cost saved by one more MVA of load that may be interrupted at the station.

Source
    Firm and flexible headroom from the hourly profile of the station (assumed where no profile is given).
"""

from __future__ import annotations

import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import grouped
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import distinct, join

STATION = ["substation", "year"]


def flexible_at_nodes(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return flexible_mva's index with every node above its station: node, substation, step, year, col."""
    return join(decisions["flexible_mva"], data["ancestors"], "substation")


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    bought, share = decisions["flexible_mva"], float(data.rules.flexible_share)
    if not len(bought):
        return []
    terms = [Term(bought), Term(decisions["feed_mva"], -share), Term(decisions["class_a_feed_mva"], share)]
    return [
        block("flexible_share", distinct(bought, STATION), terms, doc="Interruptible load of a substation [MVA]",
              upper=0.0),
    ]  # fmt: skip


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    index = ["site", "substation", "year"]
    bought = grouped(d["flexible_mva"], STATION, ["substation", "step", "year"])
    feeds = grouped(d["feed_mva"], STATION, index)
    class_a = grouped(d["class_a_feed_mva"], STATION, index)
    share = float(data.rules.flexible_share)
    if not bought:
        return

    @m.Constraint(list(bought), doc="Interruptible load of a substation [MVA]")
    def flexible_share(m, *i):
        load = sum(m.feed_mva[k] for k in feeds[i]) - sum(m.class_a_feed_mva[k] for k in class_a[i])
        return sum(m.flexible_mva[k] for k in bought[i]) - share * load <= 0


__all__ = ["add", "flexible_at_nodes", "rows"]
