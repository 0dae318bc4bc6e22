"""Which rows of a region are assumed or synthetic: said in every output that is made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

SUFFIX = "_confidence"


def marked_rows(region: Region) -> dict[str, tuple[int, int]]:
    """Return (rows with an assumed or synthetic value, all rows) of every table that has such rows."""
    import pandas as pd

    from planner.region import is_marked  # a page that only says what it was told needs no geometry

    found = {}
    for name, frame in region.tables.items():
        if not len(frame):
            continue
        own = [column for column in frame.columns if column.endswith(SUFFIX)]
        marks = is_marked(frame, "") if "confidence" in frame else pd.Series(data=False, index=frame.index)
        for column in own:
            marks = marks | is_marked(frame, column.removesuffix(SUFFIX))
        if marks.any():
            found[name] = (int(marks.sum()), len(frame))
    return dict(sorted(found.items()))


def table_name(table: str) -> str:
    """Return the name of a table of the region."""
    names = {
        "climate": _("climate"),
        "compute_units": _("compute units"),
        "demand_shares": _("shares of demand"),
        "districts": _("districts"),
        "existing": _("existing centres today"),
        "exclusions": _("excluded areas"),
        "heat_sinks": _("heat customers"),
        "hubs": _("hubs"),
        "markets": _("electricity markets"),
        "outside_sites": _("sites outside the region"),
        "prices": _("prices"),
        "reclaimed_plants": _("reclaimed-water plants"),
        "reinforcements": _("grid reinforcements"),
        "resources": _("green resources"),
        "sites": _("areas and parcels"),
        "stock": _("existing centres"),
        "stock_cooling": _("cooling of existing centres"),
        "study_area": _("study area"),
        "substations": _("substations"),
        "zones": _("zones"),
    }
    return names.get(table, table.replace("_", " "))


def marks_sentence(region: Region) -> str | None:
    """Return which tables hold assumed or synthetic values, None when none does."""
    return marks_text(marked_rows(region))


def marks_text(marked: Mapping[str, Sequence[int]]) -> str | None:
    """Return the sentence of what `marked_rows` counted, None when it counted nothing."""
    parts = [
        _("{table} {n} of {total} rows").format(table=table_name(table), n=n, total=total)
        for table, (n, total) in marked.items()
    ]
    return _("ASSUMED or SYNTHETIC values: {parts}.").format(parts="; ".join(parts)) if parts else None
