"""What the pages share: who is here, the language, the draft scenario, the plan in view. Each key in one place.

What must outlive a reload of the page lies in the user's folder (`planner.desk.workspace`); the session's state holds what
belongs to one open page.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import streamlit as st

from planner.desk import jobs
from planner.desk.files import read_record
from planner.desk.settings import settings
from planner.desk.view_key import view_file
from planner.desk.workspace import RegionRef, Workspace, declared_id
from planner.errors import DamagedError, DeskError, PlannerError
from planner.i18n import LANGUAGES, use_language
from planner.i18n import gettext as _
from planner.scenario import Scenario, load_scenario, parse_scenario
from planner.ui.markdown import plain

COOKIE = "site_by_power_desk"
SECRET = re.compile(r"[A-Za-z0-9_-]{20,100}")  # nothing else is a name that this program gave a browser
FIRST_REGION = "beijing"
MOST_VIEWS = 2  # made for one user at once; a knob that is moved quickly asks for many
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
    UNSAVED = "unsaved"


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
        known = str(st.context.cookies.get(COOKIE) or "")
        st.session_state[Key.DESK] = known if SECRET.fullmatch(known) else secrets.token_urlsafe(32)
    return str(st.session_state[Key.DESK])


def desk() -> Workspace:
    """Return the user's folder."""
    return Workspace.of(token())


def keep(**changes: Any) -> None:
    """Keep on the desk what is open; where it cannot be written the frame says so, and the visit goes on."""
    try:
        desk().save(**changes)
        st.session_state.pop(Key.UNSAVED, None)
    except DeskError as error:
        st.session_state[Key.UNSAVED] = str(error)


def lang() -> str:
    """Return the language of the pages: the one chosen here, else last time, else the browser's."""
    if Key.LANGUAGE not in st.session_state:
        known = _known_language()
        browser = "zh" if str(st.context.locale or "").lower().startswith("zh") else "en"
        st.session_state[Key.LANGUAGE] = known if known in LANGUAGES else browser
    return str(st.session_state[Key.LANGUAGE])


def _known_language() -> str | None:
    try:
        found = desk().load().get("lang")
    except DeskError:
        return None  # the page says so, in the browser's language
    return None if found is None else str(found)


@contextlib.contextmanager
def page() -> Iterator[None]:
    """Run a page in the user's language; a refusal is shown as a sentence, not as a crash."""
    with use_language(lang()):
        try:
            yield
        except PlannerError as error:
            st.error(plain(str(error)))


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
    keep(region=found.id, scenario=None)
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
    ref = region_ref()
    found: Scenario | None = st.session_state.get(Key.DRAFT)
    if (
        found is None or Path(found.region).resolve() != ref.path.resolve()
    ):  # its region may have been deleted in another window
        told = desk().load()
        kept = told.get("scenario") if told.get("region", ref.id) == ref.id else None
        found = st.session_state[Key.DRAFT] = _own(kept) if kept else reference()
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
    keep(scenario=scenario.model_dump(mode="json", exclude={"region"}), region=region_ref().id)


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
    keep(shown_plan=plan_id)


def shown_plan() -> dict[str, Any] | None:
    """Return the plan in view as plain data."""
    plan_id = shown_plan_id()
    return None if plan_id is None else plan_of(plan_id)


def plan_of(plan_id: str) -> dict[str, Any]:
    """Return a plan of the desk; read again when its file changed."""
    path = desk().plan_folder(plan_id) / "plan.json"
    return dict(_plan_at(str(path), path.stat().st_mtime_ns if path.is_file() else 0))


@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False)
def _plan_at(path: str, changed_at: int) -> Any:
    """Return a plan, not copied: nobody may change it. The path lies in the asking user's own folder."""
    folder = Path(path).parent
    return Workspace(folder.parent.parent).plan(folder.name)


@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False)
def _view_at(path: str, changed_at: int) -> Any:
    """Return a view, not copied: nobody may change it."""
    return read_record(Path(path))


def _view_in(file: Path) -> dict[str, Any] | None:
    """Return the view in a file; None where there is none, or none that can be read: it is made again then."""
    if not file.is_file():
        return None
    try:
        return dict(_view_at(str(file), file.stat().st_mtime_ns))
    except DamagedError:
        file.unlink(missing_ok=True)
        return None


def view(scenario: Scenario | None = None, region: RegionRef | None = None) -> dict[str, Any] | None:
    """Return the view of a region (of the open one with the draft, unless told); None while a child process makes it.

    Where the child could not make it the page tells why and ends.
    """
    region = region or region_ref()
    scenario = scenario or draft()
    file = view_file(desk(), region, scenario)
    found = _view_in(file)
    if found is not None:
        return found
    started: dict[str, str] = st.session_state.setdefault(Key.VIEW_JOB, {})
    if str(file) not in started:
        busy = jobs.children(desk(), "view")
        same = next((job.id for job in busy if job.request.get("out") == str(file)), None)
        if same is not None:
            started[str(file)] = same
            return None
        if len(busy) >= MOST_VIEWS:
            return None  # asked again at the next look
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
        st.error(plain(job_error(told)))
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
