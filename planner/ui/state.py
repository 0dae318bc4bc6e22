"""What the pages share: who is here, the language, the draft scenario, the plan in view. Each key in one place.

What must outlive a reload of the page lies in the user's folder (`planner.desk.workspace`); the session's state holds what
belongs to one open page.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import streamlit as st

from planner.desk import jobs
from planner.desk.files import read_json
from planner.desk.settings import settings
from planner.desk.view_key import view_file
from planner.desk.workspace import RegionRef, Workspace, declared_id
from planner.errors import PlannerError
from planner.i18n import LANGUAGES, use_language
from planner.i18n import gettext as _
from planner.scenario import Scenario, load_scenario, parse_scenario

COOKIE = "site_by_power_desk"
FIRST_REGION = "beijing"
PAGES = Path(__file__).parent / "pages"


class Key(StrEnum):
    """A key of `st.session_state` that pages share; widgets of one page have keys in that page."""

    DESK = "desk"
    LANGUAGE = "language"
    REGION = "region"
    DRAFT = "draft"
    SHOWN_PLAN = "shown_plan"
    VIEW_JOB = "view_job"
    WARMED = "warmed"


def token() -> str:
    """Return the secret that names the user's folder: the signed-in user where a proxy tells, else the browser's cookie."""
    header = settings().user_header
    if header:
        user = st.context.headers.get(header)
        if not user:
            st.error(_("Nobody is signed in: the proxy in front sent no {header}.").format(header=header))
            st.stop()
        return f"user:{user}"
    if Key.DESK not in st.session_state:
        st.session_state[Key.DESK] = st.context.cookies.get(COOKIE) or secrets.token_urlsafe(32)
    return str(st.session_state[Key.DESK])


def desk() -> Workspace:
    """Return the user's folder."""
    return Workspace.of(token())


def lang() -> str:
    """Return the language of the pages: the one chosen here, else last time, else the browser's."""
    if Key.LANGUAGE not in st.session_state:
        known = desk().load().get("lang")
        browser = "zh" if str(st.context.locale or "").lower().startswith("zh") else "en"
        st.session_state[Key.LANGUAGE] = known if known in LANGUAGES else browser
    return str(st.session_state[Key.LANGUAGE])


@contextlib.contextmanager
def page() -> Iterator[None]:
    """Run a page in the user's language; a refusal is shown as a sentence, not as a crash."""
    with use_language(lang()):
        try:
            yield
        except PlannerError as error:
            st.error(str(error))


def region_ref() -> RegionRef:
    """Return the region that is open."""
    if Key.REGION not in st.session_state:
        st.session_state[Key.REGION] = desk().load().get("region") or FIRST_REGION
    known = {found.id: found for found in desk().regions()}
    return known.get(str(st.session_state[Key.REGION])) or known[FIRST_REGION]


def open_region(region_id: str, scenario: Scenario | None = None) -> None:
    """Open another region with its reference scenario, or with the scenario given."""
    found = desk().region(region_id)
    st.session_state[Key.REGION] = found.id
    st.session_state.pop(Key.DRAFT, None)
    desk().save(region=found.id, scenario=None)
    if scenario is not None:
        set_draft(scenario)


def reference() -> Scenario:
    """Return the reference scenario of the open region."""
    file = region_ref().scenarios[0]
    return _scenario_of(str(file), file.stat().st_mtime_ns)


@st.cache_data(max_entries=50)
def _scenario_of(path: str, changed_at: int) -> Scenario:
    """Return a scenario file; a name with an underscore before it would not be part of the cache key."""
    return load_scenario(path)


def draft() -> Scenario:
    """Return the scenario as it is being changed; the reference before any change."""
    if Key.DRAFT not in st.session_state:
        kept = desk().load().get("scenario")
        st.session_state[Key.DRAFT] = _own(kept) if kept else reference()
    found: Scenario = st.session_state[Key.DRAFT]
    return found


def _own(kept: dict[str, Any]) -> Scenario:
    """Return a kept draft; one that an older version wrote and this one refuses gives way to the reference."""
    try:
        return parse_scenario({**kept, "region": str(region_ref().path)}, file="desk.json")
    except PlannerError as error:
        st.warning(_("The draft kept on this desk cannot be used any more: {why}").format(why=error))
        return reference()


def set_draft(scenario: Scenario) -> None:
    """Change the draft; it is kept on the desk."""
    st.session_state[Key.DRAFT] = scenario
    desk().save(scenario=scenario.model_dump(mode="json", exclude={"region"}), region=region_ref().id)


def shown_plan_id() -> str | None:
    """Return the id of the plan in view: the one chosen, else the newest of the open region."""
    if Key.SHOWN_PLAN not in st.session_state:
        st.session_state[Key.SHOWN_PLAN] = desk().load().get("shown_plan")
    region = declared_id(region_ref())
    own = [plan for plan in desk().plans() if plan.region == region]
    ids = [plan.id for plan in own]
    if st.session_state[Key.SHOWN_PLAN] in ids:
        return str(st.session_state[Key.SHOWN_PLAN])
    return next((plan.id for plan in own if plan.kind == "solve"), None)


def show_plan(plan_id: str | None) -> None:
    """Choose the plan in view; None: the newest."""
    st.session_state[Key.SHOWN_PLAN] = plan_id
    desk().save(shown_plan=plan_id)


def shown_plan() -> dict[str, Any] | None:
    """Return the plan in view as plain data."""
    plan_id = shown_plan_id()
    return None if plan_id is None else plan_of(plan_id)


def plan_of(plan_id: str) -> dict[str, Any]:
    """Return a plan of the desk; read again when its file changed."""
    path = desk().plan_folder(plan_id) / "plan.json"
    return dict(_json_of(str(path), path.stat().st_mtime_ns))


@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False)
def _json_of(path: str, changed_at: int) -> Any:
    """Return the plain data of a file, not copied: nobody may change it. The path lies in the asking user's own folder."""
    return read_json(Path(path))


def view(scenario: Scenario | None = None, region: RegionRef | None = None) -> dict[str, Any] | None:
    """Return the view of a region (of the open one with the draft, unless told); None while a child process makes it.

    Raises `UsageError` where the child could not make it.
    """
    region = region or region_ref()
    scenario = scenario or draft()
    file = view_file(desk(), region, scenario)
    if file.is_file():
        return dict(_json_of(str(file), file.stat().st_mtime_ns))
    started: dict[str, str] = st.session_state.setdefault(Key.VIEW_JOB, {})
    if str(file) not in started:
        payload = {
            "region": str(region.path),
            "scenario": scenario.model_dump(mode="json"),
            "out": str(file),
            "lang": lang(),
        }
        started[str(file)] = jobs.run_child(desk(), "view", payload)
        return None
    told = jobs.status(desk(), started[str(file)])
    if told.is_over and not file.is_file():
        started.pop(str(file))
        st.error(job_error(told))
        st.stop()
    return None


def job_error(told: jobs.Status) -> str:
    """Return what went wrong with a job, as a sentence."""
    if told.state == "lost":
        return _("The process that did this died. Nothing else is lost; start it again.")
    error = told.error or {}
    if error.get("kind") == "internal":
        return _("Something went wrong inside the program: {what}").format(what=error.get("message"))
    return str(error.get("message") or _("It was cancelled."))


def payload(scenario: Scenario) -> dict[str, Any]:
    """Return what the worker needs for a question about a scenario in the open region."""
    return {
        "scenario": scenario.model_dump(mode="json"),
        "reference": reference().model_dump(mode="json"),
        "region": str(region_ref().path),
        "lang": lang(),
    }


def warm_up() -> None:
    """Let the worker load the open region before the first question, once per visit; a busy worker is left alone."""
    region = str(region_ref().path)
    if st.session_state.get(Key.WARMED) != region:
        st.session_state[Key.WARMED] = region
        if not jobs.running(desk()):
            jobs.submit(desk(), "warm", payload(draft()))


def go(name: str) -> None:
    """Go to another page: map, scenario, solve, plan, compare, why or data."""
    st.switch_page(PAGES / f"{name}.py")
