"""Find a place by its name, in either language, or by its id."""

from __future__ import annotations

from planner.export.facts import PlanDict, local_name
from planner.map_view.selection import Selection, View, name_of

LAYERS = ("substations", "zones", "plants", "stock", "districts", "exclusions", "outside", "grid_lines", "candidates")
BETTER = {"equal": 0, "start": 1, "inside": 2}


def found(view: View, plan: PlanDict | None, text: str, *, most: int = 12) -> list[Selection]:
    """Return what bears a name or id that holds `text`: exact ones first, then by beginning, sites of the plan first.

    Names are compared in both languages, without regard to case and blanks. An empty text finds nothing.
    """
    wanted = _plain(text)
    if not wanted:
        return []
    hits: list[tuple[int, int, Selection]] = []
    for site in (plan or {}).get("sites") or []:
        _add(hits, Selection("sites", str(site["id"])), (str(site["id"]), *_both(site)), wanted=wanted, rank=0)
    known = {hit[2].id for hit in hits}
    for rank, layer in enumerate(LAYERS, start=1):
        columns = (view["layers"].get(layer) or {}).get("columns") or {}
        ids = columns.get("id", [])
        names = zip(ids, columns.get("name", ids), columns.get("name_zh", ids), strict=True)
        for row_id, *texts in names:
            if layer != "candidates" or row_id not in known:
                _add(hits, Selection(layer, row_id), (row_id, *texts), wanted=wanted, rank=rank)
    hits.sort(key=lambda hit: hit[:2])
    return [hit[2] for hit in hits[:most]]


def entry_text(view: View, plan: PlanDict | None, selection: Selection, *, species: str, lang: str) -> str:
    """Return how a find is listed: what it is, its name, and its id where the name does not hold it."""
    name = name_of(view, selection, lang=lang, plan=plan)
    shown = name if selection.id in name else f"{name} ({selection.id})"
    return f"{species}: {shown}"


def _both(row: dict[str, object]) -> tuple[str, str]:
    return (local_name(row, "en"), local_name(row, "zh"))


def _add(
    hits: list[tuple[int, int, Selection]], selection: Selection, texts: tuple[str, ...], *, wanted: str, rank: int
) -> None:
    plain = [_plain(text) for text in texts]
    if wanted in plain:
        hits.append((BETTER["equal"], rank, selection))
    elif any(text.startswith(wanted) for text in plain):
        hits.append((BETTER["start"], rank, selection))
    elif any(wanted in text for text in plain):
        hits.append((BETTER["inside"], rank, selection))


def _plain(text: object) -> str:
    return "".join(str(text).casefold().split())
