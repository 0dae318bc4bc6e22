"""The limits of a plan that touch one thing on the map, in a planner's words."""

from __future__ import annotations

from collections.abc import Mapping

from planner.export.facts import NO_WORTH, PlanDict, Row, index_parts, learned_limit, shown_limits, stations_in
from planner.export.limit_words import MONTHS, limit_title, used_text, worth_text
from planner.i18n import gettext as _
from planner.map_view.selection import JOIN, Selection

MOST = 9
# layers whose ids a limit's index may bear: a plant and a district may share an id
FAMILIES = {"plants": {"water"}, "districts": set(), "stock": {"stock", "power"}}


def limit_rows(plan: PlanDict, selection: Selection, *, names: Mapping[str, str]) -> tuple[dict[str, str], ...]:
    """Return limit, used of allowed, whether it binds and what more of it is worth; what binds first.

    Of a plant's months only the tightest of each year is told. A limit learned in the check touches the stations with a
    coefficient of some weight in it.
    """
    rows = [row for row in shown_limits(plan) if _touches(row, selection, plan)]
    told = sorted(_tightest(rows), key=lambda row: (not row.get("is_binding"), -_tightness(row)))
    return tuple(
        {
            _("Limit"): limit_title(row, names),
            _("Used / allowed"): used_text(row),
            _("At its limit"): _("yes") if row.get("is_binding") else _("no"),
            _("Worth at this siting"): _worth(row, plan),
        }
        for row in told[:MOST]
    )


def _worth(row: Row, plan: PlanDict) -> str:
    if row.get("worth") is None:
        return _("not computed")
    return worth_text(row, plan) if abs(row["worth"]) > NO_WORTH else "–"


def _touches(row: Row, selection: Selection, plan: PlanDict) -> bool:
    cut = learned_limit(row, plan)
    if cut is not None:
        return selection.layer == "substations" and selection.id in stations_in(cut)
    if selection.id.partition(JOIN)[0] not in index_parts(row.get("index")):
        return False
    families = FAMILIES.get(selection.layer)
    return families is None or row.get("family") in families


def _tightest(rows: list[Row]) -> list[Row]:
    """Return the rows, of the months of one limit and year the tightest alone."""
    best: dict[tuple[str, tuple[str, ...]], Row] = {}
    for row in rows:
        parts = index_parts(row.get("index"))
        is_monthly = row.get("constraint") == "plant_supply"
        key = (str(row["constraint"]), tuple(part for part in parts if not (is_monthly and part in MONTHS)))
        if key not in best or _order(row) > _order(best[key]):
            best[key] = row
    return list(best.values())


def _order(row: Row) -> tuple[float, float]:
    return (abs(row.get("worth") or 0.0), _tightness(row))


def _tightness(row: Row) -> float:
    return float(row.get("used") or 0.0) / max(abs(float(row.get("limit") or 0.0)), 1e-9)
