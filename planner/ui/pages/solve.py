"""Start a solve, watch it, stop it. The solve runs in the user's worker: this page may be reloaded or closed meanwhile."""

from __future__ import annotations

import streamlit as st

from planner.desk import jobs
from planner.export.facts import has_plan
from planner.export.words import objective_name
from planner.i18n import gettext as _
from planner.i18n import use_language
from planner.knobs.region_sheets import own_cells
from planner.scenario_diff import changes
from planner.solve_words import change_lines, outcome, stage_name
from planner.ui import figures as headline
from planner.ui import state
from planner.ui.markdown import plain
from planner.ui.progress import figures_of, show_rounds, show_stop
from planner.ui.words import region_name

POLL_S = 0.5
START, STOP, PROGRESS = "solve_start", "solve_stop", "solve_progress"
SEEN = "solve_seen"  # jobs whose end was shown live: their page is drawn anew once


def show() -> None:
    """Show what will be solved, the button, and how the newest solve stands."""
    st.title(_("Solve"))
    newest = jobs.newest(state.desk(), "solve")
    is_running = newest is not None and not newest.is_over
    show_question()
    if st.button(_("Solve"), key=START, type="primary", icon=":material/play_arrow:", disabled=is_running):
        start()
    if newest is not None:
        st.fragment(watch, run_every=POLL_S if is_running else None)(newest.id)


def show_question() -> None:
    """Tell in short what is asked: region, aim, years, and what differs from the reference."""
    scenario, ref = state.draft(), state.region_ref()
    years = " · ".join(map(str, scenario.years))
    st.markdown(
        _("**{scenario}** in **{region}**: {aim}, planning years {years}.").format(
            scenario=plain(scenario.name.here),
            region=plain(region_name(ref)),
            aim=objective_name(scenario.objective.name),
            years=years,
        )
    )
    tables = (state.view() or {}).get("tables", {})
    lines = change_lines(changes(state.reference(), scenario, cells=own_cells(tables, scenario.edits)))
    if lines:
        st.markdown(_("Changed from the reference ({n}):").format(n=len(lines)))
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
    else:
        st.caption(_("Nothing is changed from the reference scenario."))


def start() -> None:
    """Hand the draft to the user's worker."""
    newest = jobs.newest(state.desk(), "solve")
    if newest is None or newest.is_over:  # else another window began one a moment ago: that one is shown
        state.show_plan(None)  # the newest plan is shown when it is there
        jobs.submit(state.desk(), "solve", state.payload(state.draft()))
    st.rerun()


def watch(job_id: str) -> None:
    """Show how a solve stands, twice a second while it runs; what has ended is not asked for again."""
    with use_language(state.lang()):
        job = jobs.status(state.desk(), job_id)
        if job.is_over:
            show_end(job)
        else:
            show_running(job)


def show_running(job: jobs.Status) -> None:
    """Show stage, time, best plan, bound, gap and the rounds so far; offer to stop."""
    st.session_state[SEEN] = job.id
    if job.state == "queued":
        st.info(_("The solve is about to start."))
    elif job.state == "waiting":
        st.info(_("Waiting for a free place: {n} asked before you.").format(n=job.n_ahead))
    else:
        with st.container(border=True, key=PROGRESS):
            st.markdown(f":material/hourglass_top: **{stage_name(job.stage)}**")
            show_figures(job)
    show_rounds(job)
    if job.plans:
        checking = _("The best plan so far is there. Its AC check is still running.")
        st.info(checking if job.is_cancelled else _("A first plan is there. You may look at it; it is being improved."))
        if st.button(_("Show this plan"), key="solve_first_plan"):
            state.go("plan")
    show_stop(job, key=STOP)


def show_figures(job: jobs.Status) -> None:
    """Show time, best plan, bound and gap as figures."""
    figures = figures_of(job)
    st.html(headline.STYLE)
    for column, (label, value, help_text) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(label, value, help=help_text)


def show_end(job: jobs.Status) -> None:
    """Show how a solve ended, once more with the whole page, so that all of it knows."""
    if st.session_state.pop(SEEN, None) == job.id:
        st.rerun(scope="app")
    if job.request.get("scenario") != state.payload(state.draft())["scenario"]:
        st.caption(_("The solve before, of another question than the one above:"))
    if job.state in ("failed", "lost"):
        st.error(plain(state.job_error(job)))
        return
    if not job.plans:
        st.warning(_("The solve was stopped before there was a plan."))
        return
    plan = state.plan_of(job.plans[-1])
    level, sentence = outcome(plan, seconds=job.elapsed_s)
    {"good": st.success, "weak": st.warning, "bad": st.error}[level](plain(sentence))
    show_figures(job)
    show_rounds(job)
    is_infeasible = plan["status"] == "infeasible"
    if not (is_infeasible or has_plan(plan)):
        return
    if st.button(
        _("See why there is no plan") if is_infeasible else _("See the plan"), key="solve_see_plan", type="primary"
    ):
        state.show_plan(job.plans[-1])
        state.go("why" if is_infeasible else "plan")


with state.page():
    show()
