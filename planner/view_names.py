"""Names for the ids that a plan mentions, from the plan and from the view of its region; light, for the pages' server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.export.facts import PlanDict, local_name
from planner.export.loop_words import cut_names
from planner.export.sentences import DISTRICT, names_of
from planner.map_view.selection import View


def layer_rows(view: View | None, layer: str) -> list[dict[str, Any]]:
    """Return the rows of a layer of a view as dictionaries of its columns; none where there is no such layer."""
    columns = (((view or {}).get("layers") or {}).get(layer) or {}).get("columns") or {}
    keys = list(columns)
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def names_in(plan: PlanDict, view: View | None, *, lang: str) -> dict[str, str]:
    """Return the display name of every id that a limit or an outage of the plan may mention.

    As `planner.export.sentences.names_of` with the region's tables, but from the view of the region.
    """
    names: dict[str, str] = {}
    for layer, ident, shown in _named(view, lang):
        if layer == "districts":  # a plant may bear the district's name as its id
            names[DISTRICT + ident] = shown
            names.setdefault(ident, shown)
        else:
            names[ident] = shown
    names |= {bus: names[station] for bus, station in _lone_buses(view).items() if bus not in names}
    names |= names_of(plan, None, lang=lang)
    return names | cut_names(plan, names)


def _named(view: View | None, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield layer, id and name; a candidate without a name of its own is called by its district and id."""
    districts = {str(row["id"]): local_name(row, lang) for row in layer_rows(view, "districts")}
    for row in layer_rows(view, "candidates"):
        where = districts.get(str(row.get("district")), "")
        yield "candidates", str(row["id"]), local_name(row, lang) if row.get("name") else f"{where} {row['id']}".strip()
    for table, key in (("resources", "resource"), ("heat_sinks", "heat_sink")):
        columns = ((view or {}).get("tables") or {}).get(table, {}).get("columns") or {}
        names = columns.get("name_zh" if lang == "zh" else "name_en") or columns.get(key, [])
        yield from ((table, str(ident), str(name)) for ident, name in zip(columns.get(key, []), names, strict=True))
    for layer in ("substations", "zones", "plants", "districts", "stock", "outside"):
        for row in layer_rows(view, layer):
            yield layer, str(row["id"]), local_name(row, lang)


def _lone_buses(view: View | None) -> dict[str, str]:
    """Return the station of each bus that feeds one station alone."""
    stations: dict[str, list[str]] = {}
    for row in layer_rows(view, "substations"):
        if row.get("bus"):
            stations.setdefault(str(row["bus"]), []).append(str(row["id"]))
    return {bus: own[0] for bus, own in stations.items() if len(own) == 1}
