"""Why a cell or parcel is excluded, as codes and in a planner's words."""

from __future__ import annotations

from planner.i18n import gettext as _

OUTSIDE_STUDY_AREA = "outside_study_area"
TOO_SMALL = "too_small"
NO_STATION = "beyond_radius"
EXCLUSION = "exclusion:"
NOTE_NO_PLANT = "no_plant_in_reach"


def reason_text(reasons: str) -> str:
    """Return the codes of a cell's `reasons` or `notes`, as they stand in the table, in the user's language.

    >>> reason_text("beyond_radius, exclusion:airport")
    'no station with headroom within its radius; excluded area: airport'
    """
    words = {
        OUTSIDE_STUDY_AREA: _("outside the study area"),
        TOO_SMALL: _("too little usable land"),
        NO_STATION: _("no station with headroom within its radius"),
        NOTE_NO_PLANT: _("no reclaimed-water plant in reach"),
    }
    texts = []
    for code in filter(None, (part.strip() for part in reasons.split(","))):
        kind = code.removeprefix(EXCLUSION)
        is_exclusion = code.startswith(EXCLUSION)
        texts.append(
            _("excluded area: {kind}").format(kind=exclusion_kind(kind)) if is_exclusion else words.get(code, code)
        )
    return "; ".join(texts)


def exclusion_kind(kind: str) -> str:
    """Return what an excluded area is; a kind of the region's own keeps its word."""
    kinds = {
        "airport": _("airport"),
        "capital_core": _("core of the capital"),
        "heritage": _("protected landscape"),
        "mountain": _("mountains"),
        "park": _("park"),
        "water_body": _("water"),
    }
    return kinds.get(kind, kind)
