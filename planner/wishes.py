"""What a planner has decided about single sites: a site must be built, must not, or must have a least size."""

from __future__ import annotations

from typing import Literal

from planner.scenario import Scenario

Wish = Literal["fixed", "forbidden", "sized", "none"]
WISHES: tuple[Wish, ...] = ("fixed", "forbidden", "sized", "none")


def wish_of(scenario: Scenario, site: str) -> tuple[Wish, float]:
    """Return the wish for a site and its least size [MW IT], 0 where none is asked for."""
    wishes = scenario.wishes
    least_mw = float(wishes.min_mw.get(site, 0.0))
    if site in wishes.forbidden:
        return "forbidden", 0.0
    if least_mw > 0.0:
        return "sized", least_mw
    return ("fixed", 0.0) if site in wishes.fixed else ("none", 0.0)


def with_wish(scenario: Scenario, site: str, wish: Wish, *, least_mw: float = 0.0) -> Scenario:
    """Return the scenario with this wish for a site in place of an earlier one; a least size [MW IT] also fixes it."""
    wishes = scenario.wishes
    fixed = [name for name in wishes.fixed if name != site] + ([site] if wish in ("fixed", "sized") else [])
    forbidden = [name for name in wishes.forbidden if name != site] + ([site] if wish == "forbidden" else [])
    min_mw = {name: value for name, value in wishes.min_mw.items() if name != site}
    if wish == "sized":
        min_mw[site] = least_mw
    return scenario.changed({"wishes.fixed": fixed, "wishes.forbidden": forbidden, "wishes.min_mw": min_mw})


def all_wishes(scenario: Scenario) -> list[tuple[str, Wish, float]]:
    """Return every wish as (site, wish, least size in MW IT), by site."""
    wishes = scenario.wishes
    sites = sorted({*wishes.fixed, *wishes.forbidden, *wishes.min_mw})
    return [(site, *wish_of(scenario, site)) for site in sites]
