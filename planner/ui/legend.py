"""The legend under a map and the line that says what the map is made from."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

import streamlit as st

from planner.export.facts import PlanDict, local_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.map_view.areas import COOLING, is_area
from planner.map_view.legend import Entry, Group, legend_groups
from planner.map_view.selection import View
from planner.ui.markdown import plain

EDGE = "1px solid #555"


def show_legend(
    view: View,
    plan: PlanDict | None,
    *,
    on: Collection[str],
    year: int | None,
    kinds: Collection[str] = (),
    colour: str = COOLING,
) -> None:
    """Show what the signs mean, then region, base year, plan, and that the grid is synthetic where it is."""
    st.html("".join(_group(group) for group in legend_groups(view, plan, on=on, year=year, kinds=kinds, colour=colour)))
    st.caption("  ·  ".join(_facts(view, plan)))


def _facts(view: View, plan: PlanDict | None) -> list[str]:
    region, lang = view["region"], language()
    facts = [
        _("Region: {name}, base year {year}").format(name=plain(local_name(region, lang)), year=region["base_year"])
    ]
    if plan:
        facts.append(_("Plan: {name}").format(name=plain(local_name(plan, lang))))
    titles = [str(source.get("title") or source.get("id")) for source in region["sources"]]
    if titles:
        facts.append(_("Sources: {n}, listed under the map page's “Sources”").format(n=len(titles)))
    if is_area(view):
        facts.append(_("Not an official map: the cells are a background for orientation, not borders."))
    if region["is_synthetic_grid"]:
        facts.append(_("SYNTHETIC GRID, not the real one"))
    return facts


def _group(group: Group) -> str:
    items = "".join(
        f'<span style="white-space:nowrap;margin-right:14px">{_sign(entry)} {escape(entry.text)}</span>'
        for entry in group.entries
    )
    return (
        '<div style="font-size:13px;line-height:1.7;margin-bottom:2px">'
        f'<b style="margin-right:10px">{escape(group.title)}</b>{items}</div>'
    )


def _sign(entry: Entry) -> str:
    """Return the sign of one line, drawn as on the map."""
    side = f"{2.0 * entry.size:.0f}px"
    box = f"display:inline-block;vertical-align:middle;width:{side};height:{side};margin-right:4px"
    if entry.form == "dot":
        return f'<span style="{box};border-radius:50%;background:{entry.colour};border:{EDGE}"></span>'
    if entry.form == "ring":
        return (
            f'<span style="{box};border-radius:50%;border:3px solid {entry.colour};box-shadow:0 0 0 1px #555"></span>'
        )
    if entry.form in {"area", "square"}:
        return f'<span style="{box};background:{entry.colour};border:{EDGE}"></span>'
    if entry.form == "line":
        style = f"display:inline-block;vertical-align:middle;width:24px;height:4px;background:{entry.colour};margin-right:4px"
        return f'<span style="{style}"></span>'
    return f'<span style="color:{entry.colour};font-size:15px;margin-right:2px">{escape(entry.form)}</span>'
