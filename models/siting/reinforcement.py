"""A node of the grid may be reinforced: a further unit or circuit, at a cost and from a first year on.

    one_state[node, year]:             sum over states of in_state = 1
    state_stays[node, state, year]:    sum over this and later states of in_state, the year before <= the same, this year

Symbols
    in_state       state "0" is the node as it is; "1", "2", ... follow in the order in which they are built   [0/1]
    first_year     a state that cannot stand by a year (lead time) has no in_state of it       [year]   reinforcement_states
    The headroom of a node is that of its state: power counts headroom of state "0" + sum of gain_mva * in_state,
    where gain_mva is the headroom of the state less that of state "0" (table headroom_states). A table is needed: where
    the node is short as it is, the first unit fills the shortage before it gives headroom.

Worth of one more unit
    None of its own: what another state is worth shows in the headroom rows of `power`.

Source
    Headroom by state from the firm capacity with the further units, costs and lead times: table reinforcements.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import grouped
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import distinct, join, with_columns
from models.siting.grid_terms import AS_IS, states

ROW = ["node", "row_state", "year"]


def _stays(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the index of `state_stays` and its terms: node, row_state, year, state, at (year of in_state), col, sign."""
    numbers = states(data)[["node", "state", "number"]]
    own = join(d["in_state"][["node", "state", "year", "col"]], numbers, ["node", "state"])
    rows_ = own.loc[own["state"] != AS_IS, ["node", "state", "year", "number"]]
    rows_ = rows_[rows_["year"] != data.years[0]].rename(columns={"state": "row_state", "number": "row_number"})
    both = join(rows_, own.rename(columns={"year": "at"}), "node")
    before = dict(zip(data.years[1:], data.years[:-1], strict=True))
    is_now = (both["at"] == both["year"]).to_numpy(bool)
    is_before = both["at"].to_numpy(np.int64) == both["year"].map(before).to_numpy(np.int64)
    counts = (both["number"] >= both["row_number"]).to_numpy(bool) & (is_now | is_before)
    return rows_[ROW], with_columns(both, sign=np.where(is_now, -1.0, 1.0))[counts]


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    in_state = decisions["in_state"]
    if not len(in_state):
        return []
    index, terms = _stays(data, decisions)
    return [
        block("one_state", distinct(in_state, ["node", "year"]), [Term(in_state)],
              doc="A node is in one state of reinforcement", lower=1.0, upper=1.0),
        block("state_stays", index, [Term(terms, "sign")], doc="A reinforcement stays", upper=0.0),
    ]  # fmt: skip


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    if not len(d["in_state"]):
        return
    of_node = grouped(d["in_state"], ["node", "year"], ["node", "state", "year"])
    before = dict(zip(data.years[1:], data.years[:-1], strict=True))

    @m.Constraint(list(of_node), doc="A node is in one state of reinforcement")
    def one_state(m, *i):
        return sum(m.in_state[k] for k in of_node[i]) == 1

    def reached(n, k, t):
        return sum(m.in_state[j] for j in of_node[n, t] if int(j[1]) >= int(k))

    later = [(n, k, t) for n, k, t in m.in_state if k != AS_IS and t in before]

    @m.Constraint(later, doc="A reinforcement stays")
    def state_stays(m, n, k, t):
        return reached(n, k, before[t]) - reached(n, k, t) <= 0
