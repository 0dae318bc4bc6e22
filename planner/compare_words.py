"""Plans side by side as a reader sees them: texts of figures and differences, tables of what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.compare import difference, figures
from planner.export.facts import PlanDict, local_name
from planner.export.words import unit_name
from planner.i18n import gettext as _
from planner.plan_views import digits, large_money, verdict_word

LETTERS = "ABCD"
NOT_TOLD = " *"  # after a difference that the gaps leave open
LARGE, SMALL = 10_000.0, 0.05
MINUS, PLUS, SAME = "−", "+", "="
KINDS = {"only_a": "only_a", "only_b": "only_b", "larger": "larger", "smaller": "smaller", "same": "both"}


def figure_table(plans: Sequence[PlanDict]) -> list[dict[str, str]]:
    """Return the figures as texts: one row per figure, a column per plan, beside it its difference from the first plan.

    A difference of the aims that the solver's gaps leave open is marked with an asterisk.
    """
    head = _("Figure")
    out = []
    for row in figures(plans):
        first, kind, unit = row["values"][0], row["kind"], row["unit"]
        cells = {head: _label(row), LETTERS[0]: _amount(first, kind, unit)}
        for letter, value, plan in zip(LETTERS[1:], row["values"][1:], plans[1:], strict=False):
            cells[letter] = _amount(value, kind, unit)
            mark = NOT_TOLD if row["key"] == "value" and not _is_told(plans[0], plan) else ""
            cells[f"{letter} {MINUS} {LETTERS[0]}"] = _change(first, value, kind=kind, unit=unit, mark=mark)
        out.append(cells)
    return out


def _label(row: Mapping[str, Any]) -> str:
    label, unit = str(row["label"]), unit_name(str(row["unit"]))
    has_unit = row["kind"] in {"number", "percent"} or (row["kind"] == "ratio" and bool(unit))
    return _("{label} ({unit})").format(label=label, unit=unit) if has_unit else label


def _is_told(first: PlanDict, plan: PlanDict) -> bool:
    is_same_aim = (first.get("objective") or {}).get("name") == (plan.get("objective") or {}).get("name")
    return not is_same_aim or bool(difference(first, plan)["is_told"])


def _amount(value: Any, kind: str, unit: str = "") -> str:
    if value is None:
        return "–"
    if kind == "text":
        return verdict_word(str(value))
    if kind == "money":
        return large_money(value)
    if kind == "count":
        return f"{value:,.0f}"
    if kind == "ratio":
        return f"{value:,.3f}"
    return f"{value:,.2f}" if kind == "percent" else _number(float(value))


def _number(value: float) -> str:
    """Return a number with one decimal; large ones without, small ones with what shows that they are not nothing."""
    if abs(value) >= LARGE:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if value == 0.0 or abs(value) >= SMALL else f"{value:.1g}"


def _change(first: Any, value: Any, *, kind: str, unit: str, mark: str) -> str:
    if first is None or value is None or kind == "text":
        return ""
    change = value - first
    shown = _amount(abs(change), kind, unit)
    if change == 0.0 or shown == _amount(0.0, kind, unit):
        return SAME + mark
    return f"{PLUS if change > 0 else MINUS}{shown}{mark}"


def difference_sentence(reference: PlanDict, other: PlanDict, letter: str) -> str:
    """Return how the aim of the other plan differs from that of plan A, with the range that the gaps leave open."""
    found = difference(reference, other)
    kind = "money" if found["unit"] == "CNY" else "number"

    def shown(value: float) -> str:
        sign = MINUS if value < 0 else PLUS if value > 0 else ""
        text = _amount(abs(value), kind)
        return sign + (text if kind == "money" else f"{text} {unit_name(found['unit'])}")

    if found["low"] is None or found["high"] is None:
        text = _(
            "Plan {letter} against plan A: {value}. A plan without a bound is not proven, so the difference is not either."
        )
        return text.format(letter=letter, value=shown(found["value"]))
    if found["is_told"]:
        text = _("Plan {letter} against plan A: {value}; between the best plans {low} to {high}.")
    else:
        text = _(
            "Plan {letter} against plan A: {value}; between the best plans {low} to {high}: the solver's gaps are larger than "
            "the difference."
        )
    return text.format(letter=letter, value=shown(found["value"]), low=shown(found["low"]), high=shown(found["high"]))


def moved_marks(rows: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return the sites of two plans as marks of the map: id, lon, lat, label, kind; what changed most is drawn on top."""
    return [
        {"id": str(row["id"]), "lon": row["lon"], "lat": row["lat"], "kind": KINDS[row["change"]],
         "label": f"{local_name(row, lang)}: {_mw(row['mw_a'])} → {_mw(row['mw_b'])} MW"}
        for row in reversed(rows)
    ]  # fmt: skip


def _mw(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def moved_table(rows: Sequence[Mapping[str, Any]], lang: str, *, letter: str = "B") -> list[dict[str, str]]:
    """Return the sites that differ as rows for a reader."""
    names = {
        "only_a": _("no longer"),
        "only_b": _("new"),
        "larger": _("larger"),
        "smaller": _("smaller"),
    }
    return [
        {
            _("Site"): local_name(row, lang),
            _("Change"): names[row["change"]],
            _("IT load in plan {letter} (MW)").format(letter="A"): _mw(row["mw_a"]),
            _("IT load in plan {letter} (MW)").format(letter=letter): _mw(row["mw_b"]),
        }
        for row in rows
        if row["change"] != "same"
    ]


def limit_table(rows: Sequence[Mapping[str, Any]], *, letter: str = "B") -> list[dict[str, str]]:
    """Return the limits that changed as rows for a reader; worths as `worth_caption` says."""
    names = {
        "binds_now": _("binds now"),
        "no_longer": _("binds no longer"),
        "worth_more": _("worth more"),
        "worth_less": _("worth less"),
    }
    return [
        {
            _("Limit"): row["title"],
            _("Change"): names[row["change"]],
            _("Used / limit in {letter}").format(letter="A"): row["used_a"] or "–",
            _("Used / limit in {letter}").format(letter=letter): row["used_b"] or "–",
            _("Worth in {letter}").format(letter="A"): gain_text(row["gain_a"], row["gain_unit"]),
            _("Worth in {letter}").format(letter=letter): gain_text(row["gain_b"], row["gain_unit"]),
        }
        for row in rows
    ]


def worth_caption(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what the worths of `limit_table` mean, with their unit; "" for no rows."""
    if not rows:
        return ""
    return _("Worth: {header}, at each plan's own siting; averaged over its years.").format(
        header=gain_header(str(rows[0]["gain_unit"]))
    )


def gain_header(unit: str) -> str:
    """Return the heading over what 1 % more of a limit brings, with its unit."""
    if unit == "CNY/year":
        return _("1 % more of the limit saves (1000 CNY a year)")
    return _("1 % more of the limit gains ({unit})").format(unit=unit.replace("/year", _(" a year")))


def gain_text(gain: float | None, unit: str) -> str:
    """Return a gain in the unit of `gain_header`, to three digits; "–" where the limit does not bind."""
    return "–" if gain is None else digits(gain / (1e3 if unit == "CNY/year" else 1.0), 3)
