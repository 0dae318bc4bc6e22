"""Check what the tables of a region of areas say about each other: sites with hub and market, weights, years of chips."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from planner.i18n import gettext as _
from planner.read_findings import Reading
from planner.read_manifest import Manifest
from planner.region import AREA

NEEDED_OF_AREAS = ("hub", "market")


def check_areas(readings: Mapping[str, Reading], frames: Mapping[str, pd.DataFrame], *, manifest: Manifest) -> None:
    """Note areas without hub or market, classes whose shares of demand sum to 0, chips whose years run backwards."""
    if "sites" in readings and manifest.feeding == AREA:
        _check_sites(readings["sites"], frames["sites"])
    checks: dict[str, Callable[[Reading, pd.DataFrame], None]] = {
        "demand_shares": _check_shares,
        "compute_units": _check_years,
    }
    for name, check in checks.items():
        if name in readings:
            check(readings[name], frames[name])


def _check_sites(reading: Reading, sites: pd.DataFrame) -> None:
    for column in NEEDED_OF_AREAS:
        empty = np.flatnonzero(sites[column].isna()).tolist()
        if empty:
            message = _("{column} is empty in {rows}; an area without it has no price, or counts to no hub.")
            remedy = _("Give the row of {table} that the area belongs to.").format(table=column + "s")
            reading.note_rows("value_missing", message, remedy=remedy, positions=empty, column=column)


def _check_shares(reading: Reading, shares: pd.DataFrame) -> None:
    is_zero = (shares["weight"] == 0.0).groupby(shares["workload"]).all()  # blanks and negatives are told on their own
    for name in is_zero.index[is_zero]:
        message = _("demand_shares.weight of {workload} is 0 in every row, so demand cannot be split.")
        remedy = _("Give at least one district a weight, or delete the rows of the class.")
        reading.note("sum_wrong", message.format(workload=name), remedy=remedy, column="weight")


def _check_years(reading: Reading, units: pd.DataFrame) -> None:
    backwards = np.flatnonzero(units["from_year"] > units["to_year"]).tolist()
    if backwards:
        message = _("{column} lies before from_year in {rows}.")
        remedy = _("Exchange the two years, or leave to_year empty.")
        reading.note_rows("order_wrong", message, remedy=remedy, positions=backwards, column="to_year")
