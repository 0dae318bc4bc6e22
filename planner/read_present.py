"""Which tables a region must have, and which it cannot have: that follows from how its sites are fed."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from planner.i18n import gettext as _
from planner.read_findings import Findings
from planner.region import AREA, STATIONS
from planner.tables import Table

NEEDED_OF_AREAS = ("sites", "markets", "hubs")


def check_present(
    tables: Mapping[str, Table], found: AbstractSet[str], *, feeding: str, has_grid: bool, findings: Findings
) -> None:
    """Note tables that are missing, and tables that only a region of the other kind has."""
    for name, table in tables.items():
        if name in found:
            if table.feeding not in (None, feeding):
                _note_other_kind(table, feeding=feeding, findings=findings)
            continue
        is_needed = not table.is_optional and table.feeding in (None, feeding)
        if (is_needed and (has_grid or not table.is_grid)) or (feeding == AREA and name in NEEDED_OF_AREAS):
            _note_missing(table, findings)
    if feeding != AREA and not found & {"sites", "study_area"}:
        message = _("There is neither sites nor study_area, so no candidate can be found.")
        remedy = _("Add study_area (polygons to screen) or sites (your own parcels).")
        findings.add("study_area.geojson", "layer_missing", message, remedy, layer="study_area")


def _note_missing(table: Table, findings: Findings) -> None:
    message = _("{layer} is missing: {meaning}.").format(layer=table.name, meaning=table.meaning)
    remedy = _("Add it; `planner init DIR` writes an empty one to fill in.")
    if table.feeding == STATIONS and not table.is_grid:
        remedy = _("Add it; if the sites are areas without stations, write `feeding: area` into region.yaml.")
    findings.add(file_of(table), "layer_missing", message, remedy, layer=table.name)


def _note_other_kind(table: Table, *, feeding: str, findings: Findings) -> None:
    message = _("{layer} belongs to regions with `feeding: {other}`; region.yaml says `feeding: {feeding}`.").format(
        layer=table.name, other=table.feeding, feeding=feeding
    )
    remedy = _("Delete {layer}, or correct `feeding` in region.yaml.").format(layer=table.name)
    findings.add(file_of(table), "layer_other_kind", message, remedy, layer=table.name)


def file_of(table: Table) -> str:
    """Return the file in which a table is looked for first."""
    return f"grid/{table.name.removeprefix('grid_')}.csv" if table.is_grid else f"{table.name}.csv"
