"""Show the card of one thing on the map."""

from __future__ import annotations

from html import escape

import streamlit as st

from planner.export.facts import PlanDict
from planner.i18n import gettext as _
from planner.map_view.card import Card, Fact
from planner.map_view.cards import card_of
from planner.map_view.selection import Selection, View, name_of
from planner.ui.markdown import plain
from planner.ui.state import lang


def card(view: View, plan: PlanDict | None, selection: Selection, *, key: str | None = None) -> Selection | None:
    """Show what was picked: facts with unit and confidence, amounts by year, the plan's limits that touch it.

    With `key`, other things at the same place are offered as a list; the one chosen there is returned.
    """
    shown = card_of(view, plan, selection, lang=lang())
    badge = f" :orange-badge[{plain(shown.confidence)}]" if shown.is_marked else ""
    st.markdown(f"**{plain(shown.title)}**  \n:gray[{plain(shown.species)}]{badge}")
    for note in shown.notes:
        st.info(plain(note))
    if shown.facts:
        st.html(_table(shown.facts))
    if shown.by_year:
        st.dataframe(list(shown.by_year), hide_index=True)
    if shown.limits:
        st.caption(_("Limits of the plan that touch it"))
        st.dataframe(list(shown.limits), hide_index=True)
    elif plan is not None and selection.layer in {"sites", "substations", "zones", "plants"}:
        st.caption(_("No limit of the plan touches it."))
    _show_origin(shown)
    return _choose_near(view, plan, shown, key=key) if key and shown.near else None


def _show_origin(shown: Card) -> None:
    parts = [
        _("Confidence: {level}, unless told otherwise").format(level=plain(shown.confidence))
        if shown.confidence
        else "",
        _("Source: {text}").format(text=plain(shown.source)) if shown.source else "",
    ]
    if any(parts):
        st.caption("  \n".join(filter(None, parts)))


def _choose_near(view: View, plan: PlanDict | None, shown: Card, *, key: str) -> Selection | None:
    names = {other: name_of(view, other, lang=lang(), plan=plan) for other in shown.near}
    return st.selectbox(
        _("Also at this place ({n})").format(n=len(shown.near)),
        shown.near,
        index=None,
        format_func=names.__getitem__,
        key=key,
    )


def _table(facts: tuple[Fact, ...]) -> str:
    rows = "".join(
        '<tr><td style="color:#666;padding:1px 10px 1px 0;vertical-align:top">'
        f'{escape(fact.label)}</td><td style="padding:1px 0">{escape(fact.value)}{_mark(fact)}</td></tr>'
        for fact in facts
    )
    return f'<table style="font-size:14px;border-collapse:collapse">{rows}</table>'


def _mark(fact: Fact) -> str:
    if not fact.mark:
        return ""
    return (
        ' <span style="font-size:11px;background:#FFF3CD;border:1px solid #C9A400;border-radius:3px;padding:0 3px">'
        f"{escape(fact.mark)}</span>"
    )
