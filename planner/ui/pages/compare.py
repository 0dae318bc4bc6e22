"""Two to four plans side by side: figures, what moved, which limits changed, where the difference of cost comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from planner.compare import cautions, moved, refusal
from planner.compare_limits import limit_changes, waterfall_rows
from planner.compare_words import (
    LETTERS,
    difference_sentence,
    figure_table,
    limit_table,
    moved_marks,
    moved_table,
    worth_caption,
)
from planner.desk.workspace import PlanMeta
from planner.i18n import gettext as _
from planner.i18n import use_language
from planner.plan_views import plan_label
from planner.scenario_diff import changes
from planner.ui import state
from planner.ui.deck import region_map
from planner.ui.markdown import plain
from planner.ui.tables import table
from planner.ui.waiting import open_scenario_of, view_of
from planner.ui.waterfall import waterfall
from planner.ui.words import spoken
from planner.view_names import names_in

CHOSEN, REFERENCE, OTHER, MAP = "compare_plans", "compare_reference", "compare_other", "compare_map"
MOST = len(LETTERS)
MAP_LAYERS = ("districts",)
Plan = Mapping[str, Any]


def show() -> None:
    """Show the choice of plans, then the comparison."""
    st.title(_("Compare"))
    st.caption(
        _("Put two to four plans side by side. Plan A is the reference: the others are told as differences from it.")
    )
    metas = {meta.id: meta for meta in state.desk().plans()}
    if len(metas) < 2:  # noqa: PLR2004 (a comparison needs two)
        st.info(_("There are fewer than two plans yet. Change the scenario and solve again, then compare here."))
        if st.button(_("Go to the scenario"), key="compare_scenario"):
            state.go("scenario")
        return
    ids = choose(metas)
    if len(ids) < 2:  # noqa: PLR2004 (see above)
        st.info(_("Choose at least two plans."))
        return
    plans = [state.plan_of(plan_id) for plan_id in ids]
    refused = refusal(plans)
    if refused:
        st.warning(plain(refused))
        return
    show_comparison(plans, [plan_label(metas[plan_id], lang=state.lang()) for plan_id in ids])


def choose(metas: Mapping[str, PlanMeta]) -> list[str]:
    """Let the user choose plans and pin one; return their ids, the reference first."""
    pinned = state.desk().load().get("pinned")
    labels = {plan_id: plan_label(meta, lang=state.lang()) for plan_id, meta in metas.items()}
    plans_key, reference_key = spoken(CHOSEN), spoken(REFERENCE)
    before: list[str] = st.session_state.get(CHOSEN, usual(metas, pinned))
    st.session_state[plans_key] = [plan_id for plan_id in before if plan_id in metas]
    left, right = st.columns([3, 2])
    chosen: list[str] = left.multiselect(
        _("Plans to compare"),
        list(metas),
        format_func=labels.__getitem__,
        max_selections=MOST,
        key=plans_key,
        on_change=lambda: st.session_state.update({CHOSEN: st.session_state[plans_key]}),
    )
    if not chosen:
        return []
    if st.session_state.get(reference_key) not in chosen or pinned in chosen:
        st.session_state[reference_key] = pinned if pinned in chosen else chosen[0]
    reference = right.selectbox(
        _("Reference (plan A)"),
        chosen,
        format_func=labels.__getitem__,
        key=reference_key,
        on_change=lambda: state.keep(pinned=st.session_state[reference_key]),
        help=_("It stays pinned: the next comparison starts from it."),
    )
    return [reference, *(plan_id for plan_id in chosen if plan_id != reference)]


def usual(metas: Mapping[str, PlanMeta], pinned: str | None) -> list[str]:
    """Return the plans to begin with: the pinned one and the newest other of its region that has a value."""
    usable = [meta for meta in metas.values() if meta.value is not None]
    first = metas.get(pinned or "") or (usable[-1] if usable else None)
    if first is None:
        return []
    others = [meta.id for meta in usable if meta.region == first.region and meta.id != first.id]
    return [first.id, *others[:1]]


def show_comparison(plans: Sequence[Plan], labels: Sequence[str]) -> None:
    """Show the plans against the first of them, then one of the others in full."""
    st.markdown("  \n".join(f"**{letter}**: {plain(text)}" for letter, text in zip(LETTERS, labels, strict=False)))
    first, others = plans[0], plans[1:]
    for caution in dict.fromkeys(text for other in others for text in cautions(first, other)):
        st.warning(plain(caution))
    st.subheader(_("Figures"))
    st.dataframe(figure_table(plans), hide_index=True, height="content")
    for letter, other in zip(LETTERS[1:], others, strict=False):
        if first["objective"]["name"] == other["objective"]["name"]:
            st.markdown(plain(difference_sentence(first, other, letter)))
    note = _(
        "* The solver's gaps are larger than this difference: it may be none. Security is the verdict of each plan's own AC check."
    )
    st.caption(plain(note))
    letter = LETTERS[1]
    if len(others) > 1:
        letters = list(LETTERS[1 : len(plans)])
        letter = (
            st.segmented_control(_("Look closer at plan A against"), letters, default=letter, required=True, key=OTHER)
            or letter
        )
    show_pair(first, plans[LETTERS.index(letter)], letter)


def show_pair(first: Plan, other: Plan, letter: str) -> None:
    """Show what moved, which limits changed, the difference of cost and of the scenarios."""
    view = view_of(first)
    names = names_in(first, view, lang=state.lang())
    sites = moved(first, other)
    st.subheader(_("What moved"))
    show_map(sites, view, first, letter)
    rows = moved_table(sites, state.lang(), letter=letter)
    if rows:
        st.dataframe(rows, hide_index=True, height="content")
    else:
        st.markdown(_("Both plans have the same sites with the same load."))
    st.subheader(_("Limits that changed"))
    limits = limit_changes(first, other, names)
    if limits:
        table(limit_table(limits, letter=letter))
        st.caption(plain(worth_caption(limits)))
    else:
        st.markdown(_("The same limits bind, and are worth the same."))
    st.subheader(_("Where the difference of cost comes from"))
    steps, unit = waterfall_rows(first, other, letter=letter)
    st.altair_chart(waterfall(steps, unit=unit))
    st.caption(_("All costs over all years, discounted. The grey bars of the totals do not start at zero."))
    st.subheader(_("What differs between the scenarios"))
    show_scenarios(first, other)


@st.fragment
def show_map(sites: Sequence[Mapping[str, Any]], view: Plan | None, first: Plan, letter: str) -> None:
    """Show the sites of both plans on one map by what became of them."""
    with use_language(state.lang()):
        if view is None or view["region"]["id"] != first["region"]["id"]:
            st.caption(_("There is no map: the region of these plans is not open, or its map is still being made."))
            return
        if letter != LETTERS[1]:
            st.caption(_("On this map, plan B stands for plan {letter}.").format(letter=letter))
        picked = region_map(view, layers_on=MAP_LAYERS, marks=moved_marks(sites, state.lang()), key=MAP, height=520)
        label = next((mark["label"] for mark in moved_marks(sites, state.lang())
                      if picked is not None and picked.layer == "marks" and mark["id"] == picked.id), None)  # fmt: skip
        if label:
            st.markdown(plain(label))


def show_scenarios(first: Plan, other: Plan) -> None:
    """Show the settings in which the scenarios of two plans differ."""
    differing = changes(open_scenario_of(first), open_scenario_of(other))
    found = [str(change) for change in differing if not change.path.startswith("name.")]
    if found:
        st.markdown("\n".join(f"- {plain(line)}" for line in found))
    else:
        st.markdown(_("Both plans were made for the same scenario."))


with state.page():
    show()
