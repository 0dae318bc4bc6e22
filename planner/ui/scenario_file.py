"""The scenario as a file: saved as YAML, and taken from one that a child process has read."""

from __future__ import annotations

import hashlib
from typing import Any

import streamlit as st

from planner.desk import jobs
from planner.i18n import gettext as _
from planner.scenario import parse_scenario
from planner.scenario_yaml import dump
from planner.ui import draft, state
from planner.ui.markdown import plain

SAVE, LOAD = "scenario_save", "scenario_load"
TAKEN = "scenario_taken"  # of the file that lies in the box: its hash, the job that reads it, what is to be told
MAX_BYTES = 200_000
POLL_S = 0.3


def show_file() -> None:
    """Offer the scenario as a YAML file, and take one."""
    st.download_button(
        _("Save as YAML"),
        dump(state.draft()),
        file_name=f"scenario-{state.region_ref().id}.yaml",
        mime="application/yaml",
        key=SAVE,
        icon=":material/download:",
        help=_("The file runs in the command line too: planner solve FILE"),
        on_click="ignore",
    )
    given = st.file_uploader(_("Load a scenario (YAML)"), type=["yaml", "yml"], key=LOAD, max_upload_size=1)
    if given is None:
        st.session_state.pop(TAKEN, None)
        return
    raw = given.getvalue()
    taken: dict[str, str] = st.session_state.get(TAKEN, {})
    if taken.get("digest") != hashlib.sha256(raw).hexdigest():
        taken = st.session_state[TAKEN] = begin(raw, given.name)
    if taken.get("job"):
        wait()
    elif taken.get("problem"):
        st.error(plain(taken["problem"]))
    else:
        st.success(plain(taken["text"]))


def begin(raw: bytes, name: str) -> dict[str, str]:
    """Hand a file to a child process; refuse what cannot be a scenario."""
    digest = hashlib.sha256(raw).hexdigest()
    if len(raw) > MAX_BYTES:
        return {"digest": digest, "problem": _("The file is larger than a scenario can be.")}
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {"digest": digest, "problem": _("The file is not text in UTF-8.")}
    payload = {
        "text": text,
        "name": name,
        "regions": {ref.id: str(ref.path) for ref in state.desk().regions()},
        "open": state.region_ref().id,
        "lang": state.lang(),
    }
    return {"digest": digest, "job": jobs.run_child(state.desk(), "read_scenario", payload), "name": name}


@st.fragment(run_every=POLL_S)
def wait() -> None:
    """Look whether the file is read; then take it and draw the page again."""
    with state.page():
        taken: dict[str, str] = st.session_state[TAKEN]
        told = jobs.status(state.desk(), taken["job"])
        if not told.is_over:
            st.caption(_("Reading {file} ...").format(file=plain(taken["name"])))
            return
        del taken["job"]
        if told.state == "done":
            taken["text"] = take(dict(told.result or {}), taken["name"])
        else:
            taken["problem"] = state.job_error(told)
        st.rerun(scope="app")


def take(found: dict[str, Any], name: str) -> str:
    """Make the scenario that was read the draft, and open its region; return what is to be told."""
    ref = state.desk().region(str(found["region"]))
    scenario = parse_scenario({**found["scenario"], "region": str(ref.path)}, file=name)
    if ref.id != state.region_ref().id:
        state.open_region(ref.id, scenario)
    else:
        state.set_draft(scenario)
    draft.refresh()
    text = _("{file} is loaded.").format(file=name)
    wanted = found["wanted"]
    if wanted is None or wanted == ref.id:
        return text
    other = _(
        "It was made for the region {region}, which this desk does not have; it is used for the one that is open."
    )
    return f"{text} {other.format(region=wanted)}"
