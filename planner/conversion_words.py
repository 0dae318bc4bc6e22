"""Conversions of a plan in words: units and what a factor rests on, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.i18n import gettext as _
from planner.i18n import language


def unit_word(unit: object) -> str:
    """Return a unit of the list of conversions in the language in use; units without words stay as they are."""
    words = {
        "racks": _("racks"),
        "PFLOPS per MW IT": _("PFLOPS per MW IT"),
        "kW IT per rack": _("kW IT per rack"),
        "MW IT per rack": _("MW IT per rack"),
        "MW IT per TWh": _("MW IT per TWh"),
        "times the base year": _("times the base year"),
        "share still in use": _("share still in use"),
    }
    return words.get(str(unit or ""), str(unit or ""))


def basis_word(row: Mapping[str, Any]) -> str:
    """Return what a conversion rests on, in the language in use; empty where it says nothing."""
    own = row.get("basis_zh") if language() == "zh" else None
    return str(own or row.get("basis") or "")
