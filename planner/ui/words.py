"""Names in the language of the page, and keys of widgets that show words."""

from __future__ import annotations

from planner.desk.workspace import RegionRef
from planner.i18n import gettext as _
from planner.ui import state


def spoken(key: str) -> str:
    """Return the key of a widget whose options are words: one per language, as a browser keeps the words it showed."""
    return f"{key}_{state.lang()}"


def region_name(ref: RegionRef) -> str:
    """Return a region's name in the language in use; the user's own are marked."""
    name = str(ref.name.get(state.lang()) or ref.id)
    return name if ref.is_bundled else _("{name} (yours)").format(name=name)


def region_names() -> dict[str, str]:
    """Return the name of every region on the desk by its id, made now: a widget asks again when no language is set."""
    return {ref.id: region_name(ref) for ref in state.desk().regions()}
