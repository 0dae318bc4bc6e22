"""Why a site is in the plan or out of it, what it would cost otherwise, and why there is no plan at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from planner.compare_words import limit_table, moved_table, worth_caption
from planner.counterfactual import conflict, outcome
from planner.desk import jobs
from planner.export.facts import has_plan
from planner.i18n import gettext as _
from planner.i18n import use_language
from planner.plan_views import plan_label
from planner.screen_words import reason_text
from planner.solve_words import stage_name
from planner.ui import badges, state
from planner.ui.deck import Selection, region_map
from planner.ui.markdown import plain
from planner.ui.no_plan import show_no_plan
from planner.ui.progress import figures_of, show_rounds, show_stop
from planner.ui.tables import table
from planner.ui.waiting import open_scenario_of, view_of, wait_for_view
from planner.ui.words import spoken
from planner.view_names import names_in
from planner.why import EXCLUDED, IN, OUT, choices, reasons
from planner.why_words import advice, headroom_rows, kind_name, knob_group, limit_rows

SITE, PICKED, CLICKED, MAP = "why_site", "why_picked", "why_clicked", "why_map"
ASK, STOP, SHOW_PLAN, SCENARIO = "why_ask", "why_stop", "why_show_plan", "why_scenario"
POLL_S = 0.5
MAP_HEIGHT_PX = 460
LAYERS = ("sites", "candidates", "substations", "plants", "districts")
PICKABLE = ("sites", "candidates", "excluded", "feeds", "pipes")
Plan = Mapping[str, Any]


def show() -> None:
    """Show the question, what is known about a place, and the answer of a second solve."""
    st.title(_("Why"))
    plan_id, plan = state.shown_plan_id(), state.shown_plan()
    if plan is None or plan_id is None:
        show_no_plan(key="why_go_solve")
        return
    label = next((plan_label(meta, lang=state.lang()) for meta in state.desk().plans() if meta.id == plan_id), plan_id)
    st.caption(plain(_("Plan in view: {plan}").format(plan=label)))
    view = view_of(plan)
    names = names_in(plan, view, lang=state.lang())
    if not has_plan(plan):
        show_missing(plan, names)
        return
    if view is None:
        wait_for_view(_("The map of the region is being made; candidates appear with it."), open_scenario_of(plan))
    show_place(plan, plan_id, view, names)


def choose(plan: Plan, view: Plan | None, names: Mapping[str, str]) -> str:
    """Let the user choose a place by name, the plan's largest site first; a click on the map comes here too."""
    rows = {row["id"]: row for row in choices(plan, view, names)}
    key = spoken(SITE)
    wanted = st.session_state.pop(PICKED, None) or st.session_state.get(SITE)
    if wanted in rows:
        st.session_state[key] = wanted
    elif st.session_state.get(key) not in rows:
        st.session_state.pop(key, None)
    labels = {ident: f"{row['label']} · {kind_name(row['kind'])}" for ident, row in rows.items()}
    chosen = st.selectbox(
        _("Place: choose it here or click on it"),
        list(rows),
        format_func=labels.__getitem__,
        key=key,
        on_change=lambda: st.session_state.update({SITE: st.session_state[key]}),
        help=_(
            "This page tells what the plan knows about a place, and works out what it would cost to decide otherwise."
        ),
    )
    st.session_state[SITE] = chosen
    return str(chosen)


def show_place(plan: Plan, plan_id: str, view: Plan | None, names: Mapping[str, str]) -> None:
    """Show place and question, then what is known beside the map, then the tables."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        site = choose(plan, view, names)
    found = reasons(plan, view, site, names)
    with right:
        ask(plan_id, site, found["kind"])
    left, right = st.columns([1, 1], gap="medium")
    with left:
        show_question(plan_id, site)
        st.markdown(f"**{plain(names.get(site, site))}: {kind_name(found['kind'])}**")
        lines = [*found["lines"], *(reason_text(str(code)) for code in found["codes"])]
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        if found["kind"] == EXCLUDED:
            st.caption(
                _(
                    "Nothing can be worked out here: these reasons come before any plan. Some of them are knobs of the scenario."
                )
            )
    with right:
        if view is not None:
            show_map(plan, view, site, found["kind"])
    show_answer_tables(plan_id, site)
    show_tables(found)


def show_tables(found: Mapping[str, Any]) -> None:
    """Show the limits that a place touches, and what is left at its stations."""
    if found["limits"]:
        st.markdown(_("Limits it touches, the most valuable first:"))
        table(limit_rows(found["limits"]))
    if found["headroom"]:
        st.markdown(_("What is left at the stations in reach:"))
        st.dataframe(headroom_rows(found["headroom"]), hide_index=True)


def show_map(plan: Plan, view: Plan, site: str, kind: str) -> None:
    """Show the map with the place in the middle; a click on another place chooses it."""
    layers = (*LAYERS, "excluded") if kind == EXCLUDED else LAYERS
    focus = Selection("sites" if kind == IN else "candidates", site)
    clicked = region_map(view, plan=plan, layers_on=layers, focus=focus, key=MAP, height=MAP_HEIGHT_PX)
    if clicked is not None and clicked != st.session_state.get(CLICKED):
        st.session_state[CLICKED] = clicked
        if clicked.layer in PICKABLE:
            st.session_state[PICKED] = clicked.id.partition("|")[0]
            st.rerun()


def ask(plan_id: str, site: str, kind: str) -> None:
    """Offer the question that makes sense for the place."""
    wishes = {IN: ("out", _("What if it were out?")), OUT: ("in", _("What if it were in?"))}
    if kind not in wishes:
        return
    wish, text = wishes[kind]
    is_busy = any(job.kind == "why" for job in jobs.running(state.desk()))
    if st.button(text, key=ASK, type="primary", icon=":material/help:", disabled=is_busy):
        payload = {"plan": plan_id, "site": site, "wish": wish}
        jobs.submit(state.desk(), "why", {**payload, "region": str(state.region_ref().path), "lang": state.lang()})
        st.rerun()


def show_question(plan_id: str, site: str) -> None:
    """Show how the newest question stands, or its answer where it is about this place."""
    job = jobs.newest(state.desk(), "why")
    if job is None:
        return
    is_this = is_about(job, plan_id, site)
    if not job.is_over:
        watch(job.id, is_this=is_this)
    elif is_this:
        show_end(job)


def is_about(job: jobs.Status, plan_id: str, site: str) -> bool:
    """Tell whether a question is about this place in this plan."""
    return (job.request.get("plan"), job.request.get("site")) == (plan_id, site)


@st.fragment(run_every=POLL_S)
def watch(job_id: str, *, is_this: bool) -> None:
    """Show how a question stands, twice a second until it is answered."""
    with use_language(state.lang()):
        job = jobs.status(state.desk(), job_id)
        if job.is_over:
            st.rerun(scope="app")
        show_running(job, is_this=is_this)


def show_running(job: jobs.Status, *, is_this: bool) -> None:
    """Show stage, time, best plan, bound and gap; offer to stop."""
    if not is_this:
        st.caption(_("A question about another place is still being worked out."))
    if job.state in ("queued", "waiting"):
        st.info(_("Waiting for its turn."))
    else:
        lines = [f"{label}: {value}" for label, value, _help in figures_of(job)]
        st.info("  \n".join([f"**{stage_name(job.stage)}**", *map(plain, lines)]), icon=":material/hourglass_top:")
    show_rounds(job)
    show_stop(job, key=STOP)


def show_end(job: jobs.Status) -> None:
    """Show the answer in sentences: the plan with the wish against the plan before, or why there is none."""
    if job.state != "done":
        st.error(plain(state.job_error(job)))
        return
    found = answer_of(job)
    level = found["level"] if found["is_possible"] else "insecure"
    badges.verdict_box(level, map(plain, (_("The answer:"), *found["sentences"])))
    if found["conflict"] is not None:
        show_conflict(found["conflict"])
    if found["is_possible"] and st.button(
        _("Show this plan"), key=SHOW_PLAN, help=_("The colour of the answer tells the AC check of this plan.")
    ):
        state.show_plan(str(job.result["plan"]))
        state.go("plan")


def answer_of(job: jobs.Status) -> dict[str, Any]:
    """Return what a finished question changes, see `planner.counterfactual.outcome`."""
    before = state.plan_of(job.result["base"])
    after = job.result["after"] or state.plan_of(job.result["plan"])
    view = view_of(before)
    names = {**names_in(after, view, lang=state.lang()), **names_in(before, view, lang=state.lang())}
    return outcome(before, after, site=job.result["site"], wish=job.result["wish"], names=names)


def show_answer_tables(plan_id: str, site: str) -> None:
    """Show which sites and limits change with the wish, once the answer is there."""
    job = jobs.newest(state.desk(), "why")
    if job is None or job.state != "done" or not is_about(job, plan_id, site):
        return
    found = answer_of(job)
    if found["moved"]:
        st.markdown(_("Sites that change (A: plan in view, B: with this wish):"))
        st.dataframe(moved_table(found["moved"], state.lang()), hide_index=True)
    if found["limits"]:
        st.markdown(_("Limits that change:"))
        table(limit_table(found["limits"]))
        st.caption(plain(worth_caption(found["limits"])))


def show_missing(plan: Plan, names: Mapping[str, str]) -> None:
    """Show why a run has no plan."""
    found = conflict(plan, names)
    if found is None:
        st.warning(_("This run ended before it found a plan. Give it more time on the page Scenario, or run it again."))
        return
    st.error(_("There is no plan: what the scenario asks for cannot hold together."))
    show_conflict(found)


def show_conflict(found: Mapping[str, Any]) -> None:
    """Show what cannot hold together, with each way out: by how much, what to change, and where."""
    st.markdown(_("These cannot hold together: **{families}**.").format(families=" + ".join(found["families"])))
    if len(found["ways"]) > 1:
        st.markdown(_("Any one of these ways makes a plan possible:"))
    for number, way in enumerate(found["ways"], start=1):
        with st.container(border=True):
            title = " + ".join(way["families"])
            st.markdown(f"**{number}. {plain(title)}**" + ("" if way["is_enough"] else _(" (not enough alone)")))
            st.markdown("\n".join(f"- {plain(line)}" for line in way["lines"]))
            if way["is_least"]:
                st.caption(_("At least this much; whole blocks and sites may need more."))
            for family in way["ids"]:
                where = knob_group(family)
                text = advice(family)
                st.markdown(text if not where else _("{advice} (Scenario › {group})").format(advice=text, group=where))
    if st.button(_("Go to the scenario"), key=SCENARIO, type="primary"):
        state.go("scenario")


with state.page():
    show()
