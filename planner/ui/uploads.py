"""Bring a region: templates to fill in, files to upload, what the reader found, a preview before the region is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from planner.desk import jobs, uploads
from planner.i18n import gettext as _
from planner.scenario import load_scenario
from planner.tables import all_tables
from planner.ui import state
from planner.ui.data_keys import DataKey
from planner.ui.deck import region_map
from planner.ui.job_watch import keep_job, kept_job, wait_for
from planner.ui.markdown import plain
from planner.ui.upload_problems import show_match, show_problems
from planner.ui.waiting import view_or_wait
from planner.ui.words import region_name, region_names, spoken

WHOLE, LAYER = "region", "layer"
LAYERS_FIRST = ("sites", "study_area", "exclusions", "substations", "reclaimed_plants", "zones", "districts")
AS_FILE_SAYS = ""
SYSTEMS = (AS_FILE_SAYS, "EPSG:4326", "EPSG:4490", "EPSG:4547", "EPSG:4548", "EPSG:4549", "EPSG:3857")
PREVIEW_LAYERS = ("substations", "plants", "stock", "candidates", "districts", "exclusions")
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PREVIEW_HEIGHT_PX = 460


def show_templates() -> None:
    """Offer the empty workbook, and that of a region that is there already."""
    st.subheader(_("1. Get the workbook"))
    st.markdown(_("One sheet per table. Red sheets must be filled, grey and blue ones may stay empty."))
    ws, lang = state.desk(), state.lang()
    empty, filled = st.columns(2, vertical_alignment="bottom")
    empty.download_button(
        _("Empty workbook"),
        partial(uploads.template, ws, region=None, lang=lang),
        "region.xlsx",
        MIME,
        key=DataKey.TEMPLATE_EMPTY,
        on_click="ignore",
        icon=":material/download:",
    )
    with filled:
        names = region_names()
        chosen = st.selectbox(
            _("or start from"), names, format_func=names.__getitem__, key=spoken(DataKey.TEMPLATE_FROM)
        )
        source = ws.region(chosen).path
        if not uploads.can_be_workbook(source):
            st.caption(_("The network of this region is a file of its own, so it cannot be a workbook."))
            return
        st.download_button(
            _("Filled workbook"),
            partial(uploads.template, ws, region=source, lang=lang),
            f"{chosen}.xlsx",
            MIME,
            key=DataKey.TEMPLATE_FILLED,
            on_click="ignore",
            icon=":material/download:",
        )


def show_upload() -> None:
    """Offer the upload, and show how the last one stands."""
    st.subheader(_("2. Upload"))
    kinds = {WHOLE: _("A whole region"), LAYER: _("One layer of a region")}
    kind = st.radio(
        _("What do you bring?"), kinds, format_func=kinds.__getitem__, key=spoken(DataKey.KIND), horizontal=True
    )
    help_texts = {
        WHOLE: _("The workbook (.xlsx), with layers as .geojson beside it if you like; or one GeoPackage of a region."),
        LAYER: _("GeoPackage, zipped shapefile, GeoJSON or CSV, for example your own parcels or a new study area."),
    }
    version = st.session_state.get(DataKey.FILES_VERSION, 0)
    files = st.file_uploader(
        help_texts[kind],
        type=list(uploads.ENDINGS),
        accept_multiple_files=True,
        key=f"{DataKey.FILES}_{version}",
        help=_("The files are read by a separate process with limits, not by the server of these pages."),
    )
    said = say_layer() if kind == LAYER else {}
    told = kept_job(DataKey.UPLOAD_JOB)
    is_busy = told is not None and not told.is_over
    if st.button(_("Read"), key=DataKey.READ, type="primary", disabled=not files or is_busy):
        send(files or [], said)
    if told is not None:
        show_outcome(told, files or [])


def say_layer() -> dict[str, Any]:
    """Ask what a single layer is: of which region, which table, in which coordinate system."""
    names, tables = region_names(), all_tables()
    order = [*LAYERS_FIRST, *(name for name in tables if name not in LAYERS_FIRST)]
    meanings = {name: f"{tables[name].meaning} ({name})" for name in order}
    as_file_says = _("as the file says")
    base, table, crs = st.columns(3)
    base_id = base.selectbox(_("Layer of which region"), names, format_func=names.__getitem__, key=spoken(DataKey.BASE))
    name = table.selectbox(_("Which table"), order, format_func=meanings.__getitem__, key=spoken(DataKey.TABLE))
    system = crs.selectbox(
        _("Coordinate system"),
        SYSTEMS,
        format_func=lambda name: name or as_file_says,
        key=spoken(DataKey.CRS),
        accept_new_options=True,
        help=_("GeoPackage and shapefile say it themselves; GeoJSON is WGS 84. GCJ-02 (web maps) cannot be used."),
    )
    usual_title = _("{region}, changed").format(region=names[base_id])
    own_name, of_package = st.columns(2)
    title = own_name.text_input(
        _("Name of the new region"),
        key=DataKey.TITLE,
        max_chars=60,
        placeholder=usual_title,
    )
    layer = of_package.text_input(_("Layer of the GeoPackage, if it has several"), key=DataKey.LAYER)
    title = title.strip() or usual_title
    return {
        "base": str(state.desk().region(base_id).path),
        "table": name,
        "crs": system or None,
        "layer": layer or None,
        "title": title,
    }


def send(files: list[Any], said: Mapping[str, Any], columns: Mapping[str, str] | None = None) -> None:
    """Put the files down on the desk and start the child that reads them; a workbook names its region itself."""
    paths = uploads.put_down(state.desk(), [(file.name, file.getvalue()) for file in files])
    payload = {
        "base": None,
        "title": str(files[0].name).rpartition(".")[0],
        **said,
        "files": paths,
        "columns": dict(columns or {}),
        "lang": state.lang(),
    }
    keep_job(DataKey.UPLOAD_JOB, jobs.run_child(state.desk(), "read_upload", payload))
    st.rerun()


def show_outcome(told: jobs.Status, files: list[Any]) -> None:
    """Show how the newest upload stands: being read, refused with its problems, or a region to look at."""
    names = ", ".join(plain(str(path).rsplit("/", 1)[-1]) for path in told.request.get("files") or [])
    if not told.is_over:
        wait_for(told.id, _("Reading {files} ...").format(files=names))
    elif told.state != "done":
        st.error(plain(state.job_error(told)))
    elif told.result["status"] != "ok":
        show_problems(told.result)
        columns = show_match(told.result) if files and told.request.get("table") else None
        if columns is not None:
            said = {name: told.request.get(name) for name in ("base", "table", "crs", "layer", "title")}
            send(files, said, columns)
    else:
        show_region(told.result)


def show_region(result: Mapping[str, Any]) -> None:
    """Show what was read, the region on a map, and the buttons to use it or not."""
    st.subheader(_("3. Look at it, then use it"))
    known = {ref.id: ref for ref in state.desk().regions()}
    ref = known.get(str(result["region"]))
    if ref is None:
        st.caption(_("The region that was read last is not on the desk any more."))
        return
    st.success(_("Everything could be read. The region {name} is ready.").format(name=plain(region_name(ref))))
    tables = all_tables()
    rows = [{_("Rows"): n, _("Table"): tables[name].meaning} for name, n in result["summary"].items()]
    facts, picture = st.columns([2, 5])
    facts.dataframe(rows, hide_index=True)
    for notice in result["notices"]:
        facts.caption(plain(f"{notice['file']}: {notice['message']}"))
    scenario = load_scenario(ref.scenarios[0])
    facts.caption(_("It starts with the scenario {name}.").format(name=plain(scenario.name.here)))
    with facts.container(horizontal=True):
        if st.button(_("Use this region"), key=DataKey.USE, type="primary"):
            state.open_region(ref.id)
            state.go("map")
        if st.button(_("Discard it"), key=DataKey.DISCARD):
            forget_region(ref.id)
    with picture:
        view = view_or_wait(scenario, ref)
        if view is not None:
            region_map(view, layers_on=PREVIEW_LAYERS, key=DataKey.PREVIEW, height=PREVIEW_HEIGHT_PX)


def forget_region(region_id: str) -> None:
    """Delete one of the user's own regions; where it is open, the first bundled one is opened instead."""
    is_open = state.region_ref().id == region_id
    state.desk().delete_region(region_id)
    if is_open:
        state.open_region(state.FIRST_REGION)
    st.rerun()


def show_own_regions() -> None:
    """List the user's own regions, with a way to delete each."""
    own = [ref for ref in state.desk().regions() if not ref.is_bundled]
    if not own:
        return
    with st.expander(_("Your regions ({n})").format(n=len(own))):
        for ref in own:
            name, action = st.columns([4, 1], vertical_alignment="center")
            name.markdown(plain(region_name(ref)))
            with action.popover(_("Delete")):
                st.markdown(_("The region and its tables are gone then; plans made with it stay."))
                if st.button(_("Delete for good"), key=f"{DataKey.DELETE}_{ref.id}"):
                    forget_region(ref.id)
