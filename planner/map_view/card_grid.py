"""Cards of the AC network: a line or a place with its transformers, with the worst loading that the check found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.export.facts import PlanDict
from planner.export.grid_loading import Loading, worst_loadings, worst_voltages
from planner.export.grid_words import element_name, out_text, when
from planner.i18n import gettext as _
from planner.map_view.card import SPECIES, Card, Fact, confidence_text, is_marked, mark_of, short, source_text
from planner.map_view.selection import Selection, View, row_of

Names = Mapping[str, str]


def grid_card(view: View, plan: PlanDict | None, selection: Selection, *, names: Names) -> Card:
    """Return the card of a line (`grid_lines`) or of a place with buses and transformers (`grid_stations`)."""
    row = row_of(view, selection.layer, selection.id) or {}
    is_line = selection.layer == "grid_lines"
    facts = _line_facts(row, names) if is_line else _station_facts(row)
    found = worst_loadings(plan) if plan else {}
    keys = [("line", selection.id)] if is_line else _branches(row, found)
    limits = [_loading_row(found[key], names) for key in keys if key in found]
    if plan and not is_line:
        voltages = worst_voltages(plan)
        limits += [_voltage_row(voltages[bus], names) for bus in row.get("buses") or [] if bus in voltages]
    notes = []
    if plan and not limits:
        notes.append(_("The plan's AC check says nothing about this element."))
    if is_line and row.get("is_straight"):
        notes.append(_("Drawn straight, not along its route."))
    if view["region"]["is_synthetic_grid"]:
        notes.append(_("The grid is synthetic: this element does not exist."))
    return Card(
        species=SPECIES[selection.layer](),
        title=selection.id,
        facts=tuple(facts),
        limits=tuple(limits),
        notes=tuple(notes),
        confidence=confidence_text(row),
        is_marked=is_marked(row),
        source=source_text(row),
    )


def _line_facts(row: Mapping[str, Any], names: Names) -> list[Fact]:
    facts = [
        Fact(_("From"), element_name(row.get("from_bus"), names)),
        Fact(_("To"), element_name(row.get("to_bus"), names)),
    ]
    if row.get("vn_kv") is not None:
        facts.append(Fact(_("Voltage"), f"{row['vn_kv']:g} kV", mark_of(row, "vn_kv")))
    if row.get("n_circuits") is not None:
        facts.append(Fact(_("Circuits"), str(row["n_circuits"]), mark_of(row, "n_circuits")))
    if row.get("length_km") is not None:
        facts.append(Fact(_("Length"), f"{short(row['length_km'])} km", mark_of(row, "length_km")))
    return facts


def _station_facts(row: Mapping[str, Any]) -> list[Fact]:
    return [
        Fact(_("Highest voltage"), f"{row.get('vn_kv') or 0.0:g} kV"),
        Fact(_("Buses"), ", ".join(row.get("buses") or []) or "–"),
        Fact(_("Transformers"), ", ".join(row.get("trafos") or []) or "–"),
    ]


def _branches(row: Mapping[str, Any], found: Mapping[tuple[str, str], Loading]) -> list[tuple[str, str]]:
    banks = row.get("trafos") or []
    return [key for bank in banks for key in (("trafo", bank), ("trafo3w", bank)) if key in found]


def _loading_row(row: Loading, names: Names) -> dict[str, str]:
    return {
        _("Limit"): _("Loading of {element}").format(element=element_name(row["element"], names)),
        _("Used / allowed"): f"{short(row['value'])} / {short(row['limit'])} {row.get('unit') or ''}",
        _("When"): when(row),
        _("Outage"): out_text(row.get("outage"), row.get("outage_kind"), names, found=row["element"]),
    }


def _voltage_row(row: Loading, names: Names) -> dict[str, str]:
    return {
        _("Limit"): _("Voltage of {element}").format(element=element_name(row["element"], names)),
        _("Used / allowed"): f"{short(row['value'])} / {short(row['limit'])} pu",
        _("When"): when(row),
        _("Outage"): out_text(row.get("outage"), row.get("outage_kind"), names),
    }
