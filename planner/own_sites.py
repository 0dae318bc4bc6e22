"""A planner's own list of sites, to be checked in AC without optimising: the rows to hand in, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from planner.export.facts import counts_against, worst_outages
from planner.export.grid_words import out_text, situation_name
from planner.export.sentences import limiting_lines, outage_text, security_verdict, synthetic_label
from planner.i18n import gettext as _

N_WORST = 12
DECIMALS = 3  # enough for a voltage in pu
COLUMNS = ("site", "substation", "mw")
Row = Mapping[str, Any]


def rows_to_check(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the rows that hold anything, every cell as it was typed; a site without a name is called by its number."""
    kept = [row for row in rows if any(_given(row.get(name)) for name in COLUMNS)]
    out = []
    for number, row in enumerate(kept, start=1):
        site = row.get("site") if _given(row.get("site")) else f"{number}"
        out.append({"site": site, **{name: row.get(name) if _given(row.get(name)) else "" for name in COLUMNS[1:]}})
    return out


def _given(cell: Any) -> bool:
    return cell is not None and cell == cell and str(cell).strip() != ""  # noqa: PLR0124 (NaN)


def total_mw(rows: Iterable[Row]) -> float:
    """Return the load [MW] of the rows that name a number."""
    return sum(float(row["mw"]) for row in rows if isinstance(row.get("mw"), (int, float)) and row["mw"] == row["mw"])


def verdict_lines(found: Row, names: Mapping[str, str]) -> tuple[str, str, list[str]]:
    """Return (level, sentence, further sentences) of a check; level is secure, insecure or not_checked."""
    level, sentence = security_verdict(found)
    label = synthetic_label(found)
    further = limiting_lines(found, names) if level == "insecure" else []
    return level, sentence, [*further, *([label] if label else [])]


def worst_rows(found: Row, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the situations to see first, what counts against the sites on top."""
    base = [row for row in (found.get("grid") or {}).get("base") or [] if counts_against(row)]
    out = []
    for row in [*base, *worst_outages(found, N_WORST)]:
        worst = row.get("worst") or {}
        out.append(
            {
                _("Year"): row.get("year"),
                _("Situation"): situation_name(row.get("situation")),
                _("Outage of"): out_text(row["element"], row.get("kind"), names) if row.get("element") else "",
                _("Result"): outage_text(row),
                _("Limiting element"): names.get(str(worst.get("element")), worst.get("element")),
                _("Value"): None if worst.get("value") is None else round(float(worst["value"]), DECIMALS),
                _("Limit value"): worst.get("limit"),
                _("Unit"): worst.get("unit"),
            }
        )
    return out
