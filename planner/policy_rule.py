"""One dated rule of a policy pack: what it asks, of whom, where, since when, and where it is written."""

from __future__ import annotations

import math
from typing import Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from planner.i18n import gettext as _
from planner.policy_quantities import CHOICE, CHOICES, LABEL, PRICED, PUE, QUANTITIES, YES_NO, Audience, Effect, Label


class PolicyPart(BaseModel):
    """A part of a policy pack: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(PolicyPart):
    """A name in both languages."""

    en: str
    zh: str


class Rule(PolicyPart):
    """One dated rule.

    `upper_kt_coal`: it holds for projects below that size [kt coal equivalent per year]. `places`: ids of markets, hubs or
    sites (empty: everywhere). `effect`: a limit of the model, a price, or shown only; `label`: how a rule that is shown
    marks a site that it speaks to. `replaces`: it takes the place of the inherited rule with its id.
    """

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    quantity: str
    value: float | str
    unit: str
    applies_to: Audience
    from_year: int = Field(ge=1990, le=2100)
    document: str = Field(min_length=1)
    clause: str
    year: int = Field(ge=1990, le=2100)
    confidence: Literal["high", "medium", "low", "assumed"]
    note: str = ""
    text_zh: str = Field(default="", max_length=40)
    upper_kt_coal: float | None = Field(default=None, gt=0.0)
    places: tuple[str, ...] = ()
    effect: Effect = "hard"
    label: Label | None = None
    replaces: bool = False

    @property
    def is_general(self) -> bool:
        """Return whether it binds or prices everywhere: a limit of a pack without places."""
        return not self.places and self.effect != LABEL

    @property
    def series(self) -> tuple[object, ...]:
        """Return what rules share of which the latest in force holds: quantity, audience, places, size and effect."""
        return (self.quantity, self.applies_to, frozenset(self.places), self.upper_kt_coal, self.effect)

    @pydantic.model_validator(mode="after")
    def _fitting_effect(self) -> Rule:
        if self.label is not None and self.effect != LABEL:
            raise ValueError(_("`label` belongs to a rule of `effect: label`"))
        if self.effect == "price" and self.quantity not in PRICED:
            raise ValueError(_("only {quantities} have `effect: price`").format(quantities=", ".join(PRICED)))
        if self.places and self.upper_kt_coal is not None:
            raise ValueError(_("a cap by size holds everywhere: leave out `places` or `upper_kt_coal`"))
        return self

    @pydantic.model_validator(mode="after")
    def _known_quantity(self) -> Rule:
        if self.quantity not in QUANTITIES:
            known = ", ".join(sorted(QUANTITIES))
            raise ValueError(
                _("quantity {quantity} is unknown; known are {known}").format(quantity=self.quantity, known=known)
            )
        unit = QUANTITIES[self.quantity]
        if self.unit != unit:
            raise ValueError(
                _("the unit of {quantity} is {unit}, not {given}").format(
                    quantity=self.quantity, unit=unit, given=self.unit
                )
            )
        if unit == CHOICE and self.value not in CHOICES[self.quantity]:
            words = ", ".join(CHOICES[self.quantity])
            raise ValueError(_("{quantity} is one of {words}").format(quantity=self.quantity, words=words))
        if unit != CHOICE and (isinstance(self.value, str) or not math.isfinite(self.value)):
            raise ValueError(_("{quantity} must be a number [{unit}]").format(quantity=self.quantity, unit=unit))
        if unit in ("share", YES_NO) and not 0.0 <= float(self.value) <= 1.0:
            raise ValueError(_("{quantity} must lie in 0 to 1").format(quantity=self.quantity))
        least = 1.0 if unit == PUE else 0.0
        if unit != CHOICE and float(self.value) < least:
            raise ValueError(_("{quantity} must be at least {least:g}").format(quantity=self.quantity, least=least))
        return self
