"""Check the rows of reinforcements and load_profiles against each other and against the network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner.i18n import gettext as _
from planner.profile_file import WHOLE_YEARS
from planner.read_findings import Reading

EVERYWHERE = "all"
BRANCH_TABLES = {"line": "grid_lines", "trafo": "grid_trafos"}
Frames = Mapping[str, pd.DataFrame]


def _note(reading: Reading, is_wrong: pd.Series[bool], *, code: str, column: str, message: str, remedy: str) -> None:
    positions = np.flatnonzero(is_wrong).tolist()
    if positions:
        reading.note_rows(code, message, remedy=remedy, positions=positions, column=column)


def check_reinforcements(reading: Reading, table: pd.DataFrame, frames: Frames) -> None:
    """Note reinforcements that cannot be built in the network, priced, or put in order."""
    is_shunt = table["kind"] == "shunt"
    has_bus, has_other = table["bus"].notna(), table["to_bus"].notna()
    message = _("{column}: {rows} are shunts without bus or q_mvar.")
    lacks = is_shunt & (~has_bus | table["q_mvar"].isna())
    _note(reading, lacks, code="value_missing", column="bus", message=message,
          remedy=_("Give the bus and the Mvar drawn at 1 pu (negative: capacitors)."))  # fmt: skip
    message = _("{column} is empty in {rows}, so it is not known what is expanded.")
    _note(reading, ~is_shunt & table["element"].isna(), code="value_missing", column="element", message=message,
          remedy=_("Name the line or bank of the network that grows, or whose data the new one copies."))  # fmt: skip
    message = _("{column}: only one of bus and to_bus is given in {rows}.")
    _note(reading, ~is_shunt & (has_bus != has_other), code="value_missing", column="to_bus", message=message,
          remedy=_("Give both ends of a new line or bank, or none where the element itself grows."))  # fmt: skip
    message = _("{column}: {rows} have neither a price nor a cost, or both.")
    _note(reading, table["price"].notna() == table["cost_cny"].notna(), code="value_missing", column="price",
          message=message, remedy=_("Name a row of prices, or give cost_cny."))  # fmt: skip
    _check_order(reading, table)
    for kind, name in BRANCH_TABLES.items():
        network = frames.get(name, pd.DataFrame())
        if len(network):
            known = set(network[network.columns[0]])
            wrong = (table["kind"] == kind) & table["element"].notna() & ~table["element"].isin(known)
            message = _("{column} names «{value}» in {rows}, which is not in {targets}.").replace("{targets}", name)
            remedy = _("Correct the name, or add the row to {targets}.").format(targets=name)
            _note(reading, wrong, code="reference_unknown", column="element", message=message, remedy=remedy)


def _check_order(reading: Reading, table: pd.DataFrame) -> None:
    """Note steps that leave a gap, and steps of which only a part is decided."""
    steps = table.groupby("node")["step"].agg(lambda s: set(s.dropna()))
    gaps = {node for node, found in steps.items() if found != set(range(1, len(found) + 1))}
    message = _("{column}: the steps of {rows} are not 1, 2, 3, ... without a gap.")
    _note(reading, table["node"].isin(gaps), code="order_wrong", column="step", message=message,
          remedy=_("Number the steps of each node from 1 in the order in which they are built."))  # fmt: skip
    by_step = table["in_service_year"].notna().groupby([table["node"], table["step"]])
    message = _("{column}: of the step of {rows} only a part is decided.")
    _note(reading, by_step.transform("nunique") > 1, code="order_wrong", column="in_service_year", message=message,
          remedy=_("Give all rows of a step a year of service, or none."))  # fmt: skip


def check_profiles(reading: Reading, table: pd.DataFrame, frames: Frames) -> None:
    """Note profiles of unknown nodes, with hours missing, or without any load."""
    known = {EVERYWHERE, *frames["substations"]["substation"], *frames["zones"]["zone"]}
    message = _("{column} names «{value}» in {rows}, which is not in {targets}.")
    remedy = _("Name a substation, a zone, or `all`.")
    _note(reading, ~table["profile"].isin(known), code="reference_unknown", column="profile",
          message=message.replace("{targets}", "substations, zones"), remedy=remedy)  # fmt: skip
    lengths = set()
    for name, rows in table.groupby("profile"):
        lengths.add(len(rows))
        if len(rows) not in WHOLE_YEARS or set(rows["hour"]) != set(range(len(rows))):
            message = _("load_profiles has {n} hours of {name}; a whole year has 8760 or 8784.").format(
                n=len(rows), name=name
            )
            reading.note("hours_missing", message, remedy=_("Give every hour once, from 0 on."), column="hour")
        elif not rows["load"].max() > 0:
            message = _("load_profiles of {name} is 0 in every hour.").format(name=name)
            reading.note("value_invalid", message, remedy=_("Give the hourly load in any unit."), column="load")
    if len(lengths) == len(WHOLE_YEARS) and lengths == set(WHOLE_YEARS):
        message = _("load_profiles mixes years of 8760 and 8784 hours, which cannot be compared hour by hour.")
        reading.note("hours_missing", message, remedy=_("Give all profiles the same hours."), column="hour")
