"""Taking away, on every page: the files of the plan in view, or of the region before there is a plan.

The files are written by a child process and handed out as they are; nothing is read here but their bytes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import streamlit as st

from planner.desk import jobs
from planner.export.files import CANDIDATE_FILES, MIME, PLAN_FILES, download_name, file_label, is_complete, zipped
from planner.i18n import gettext as _
from planner.i18n import use_language
from planner.plan_views import plan_labels
from planner.ui import state
from planner.ui.markdown import plain

POLL_S = 1.0
PREPARE = "take_away_prepare"
OPEN = "take_away_open"  # files were asked for here: the box stays open
JOBS = "take_away_jobs"  # folder of files -> job that writes them


def show() -> None:
    """Offer the files of the plan in view, or of the region; look again every second only while they are written."""
    plan_id = state.shown_plan_id()
    folder, _payload = of_plan(plan_id) if plan_id else of_region()
    told = writing(folder)
    with st.expander(_("Take away files"), icon=":material/download:", expanded=bool(st.session_state.get(OPEN))):
        st.fragment(show_files, run_every=POLL_S if told is not None and not told.is_over else None)()


def show_files() -> None:
    """Show the button that prepares the files, the progress, then one button per file."""
    with use_language(state.lang()):
        plan_id = state.shown_plan_id()
        folder, payload = of_plan(plan_id) if plan_id else of_region()
        if plan_id is not None:
            label = plan_labels(state.desk().plans(), lang=state.lang())[plan_id]
            st.caption(_("Plan in view: {plan}").format(plan=plain(label)))
        else:
            st.caption(_("There is no plan yet. You can take away the candidate sites and the scenario."))
        if is_complete(folder):
            offer(folder, PLAN_FILES if plan_id else CANDIDATE_FILES, prefix=prefix_of(plan_id))
        else:
            prepare(folder, payload)


def writing(folder: Path) -> jobs.Status | None:
    """Return how the job stands that writes a folder of files, None where none was started or its end was told."""
    started: dict[str, str] = st.session_state.setdefault(JOBS, {})
    return jobs.status(state.desk(), started[str(folder)]) if str(folder) in started else None


def of_plan(plan_id: str) -> tuple[Path, dict[str, Any]]:
    """Return the folder of a plan's files in the user's language, and the job that writes them."""
    home = state.desk().plan_folder(plan_id)
    folder = home / "files" / state.lang()
    return folder, {"plan": str(home / "plan.json"), **_common(folder)}


def of_region() -> tuple[Path, dict[str, Any]]:
    """Return the folder of the region's files for the draft, and the job that writes them."""
    scenario = state.draft().model_dump_json()
    key = hashlib.sha256(f"{state.region_ref().path}|{scenario}|{state.lang()}".encode()).hexdigest()[:24]
    folder = state.desk().folder / "candidates" / key
    return folder, {"scenario": state.draft().model_dump(mode="json"), **_common(folder)}


def _common(folder: Path) -> dict[str, Any]:
    return {"region": str(state.region_ref().path), "lang": state.lang(), "out": str(folder)}


def prefix_of(plan_id: str | None) -> tuple[str, ...]:
    """Return region, scenario and plan for the names of the downloads."""
    name = state.draft().name.en
    if plan_id:
        name = str((state.plan_of(plan_id).get("name") or {}).get("en") or "")
    return (state.region_ref().id, name, plan_id or "candidates")


def prepare(folder: Path, payload: dict[str, Any]) -> None:
    """Offer to write the files; while a child writes them say so, and why it could not."""
    told = writing(folder)
    if told is not None and not told.is_over:
        st.info(_("The files are being written. This takes some seconds."), icon=":material/hourglass_top:")
        return
    if told is not None:
        st.error(plain(state.job_error(told)))
    if st.button(_("Prepare files"), key=PREPARE, width="stretch"):
        st.session_state[OPEN] = True
        st.session_state[JOBS][str(folder)] = jobs.run_child(state.desk(), "export", payload)
        st.rerun()


def offer(folder: Path, names: tuple[str, ...], *, prefix: tuple[str, ...]) -> None:
    """Show one button per file and one for all.

    Bytes are handed over, not functions that read them at a press: Streamlit forgets what such a function made as soon as any
    script ends, which on a desk that polls may be before the browser fetches it.
    """
    if st.session_state[JOBS].pop(str(folder), None):
        st.rerun()  # the whole page once more, so that it stops looking
    for name in names:
        st.download_button(
            file_label(name),
            (folder / name).read_bytes(),
            file_name=download_name(name, *prefix),
            mime=MIME[Path(name).suffix],
            key=f"take_away_{name}",
            on_click="ignore",
            width="stretch",
        )
    st.download_button(
        _("Everything as one zip"),
        _zip_of(str(folder), (folder / "manifest.json").stat().st_mtime_ns),
        file_name=download_name("all.zip", *prefix),
        mime=MIME[".zip"],
        key="take_away_all",
        on_click="ignore",
        type="primary",
        width="stretch",
    )


@st.cache_resource(max_entries=4, ttl=600, show_spinner=False)
def _zip_of(folder: str, changed_at: int) -> bytes:
    """Return all files of a folder as one archive, made once. The folder lies on the asking user's own desk."""
    return zipped(Path(folder))
