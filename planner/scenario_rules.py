"""What the keys of a scenario must say about each other; types and ranges of single keys stand in `planner.scenario`."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from models.technologies import TECHNOLOGIES
from planner.demand_rules import demand_contradictions
from planner.editable import edit_problems
from planner.errors import Problem
from planner.i18n import gettext as _
from planner.scenario_path import join_path

if TYPE_CHECKING:
    from planner.scenario import Scenario

LIVES = ("building", "plant", "lines", "land")
OPTIONS = ("retrofit", "convert", "vacate")
KEY_MARK = "[key]"  # how pydantic says that the key is wrong and not its value
BRANCH = re.compile(r"str|float|int|constrained-\w+|dict\[.*\]")  # how it names the branch of a key of two kinds


def contradictions(scenario: Scenario, *, file: str) -> list[Problem]:
    """Return every problem between keys that are right on their own."""
    checks = (demand_contradictions, _years, _ignored_years, _technologies, _lives, _sizes, _wishes, _repeats, _edits)
    return [problem for check in checks for problem in check(scenario, file)]


def scenario_problem(file: str, place: str, message: str, remedy: str, *, value: object = None) -> Problem:
    """Return one problem of a key of the scenario."""
    shown = None if value is None else str(value)
    return Problem(file, "scenario", None, place, shown, "scenario_value", f"{place}: {message}", remedy)


def _path(error: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the keys that lead to the wrong one, without pydantic's own marks."""
    return tuple(part for part in error["loc"] if part != KEY_MARK and not _is_branch(part))


def _is_branch(part: object) -> bool:
    return isinstance(part, str) and BRANCH.fullmatch(part) is not None


def meant(errors: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the errors without those of the kind that was not meant, where a key takes a value or a map by year."""
    listed = list(errors)
    is_map: dict[tuple[Any, ...], bool] = {}
    for error in listed:
        *before, last = error["loc"] or ("",)
        if _is_branch(last):
            is_map[tuple(before)] = is_map.get(tuple(before), False) or isinstance(error.get("input"), dict)

    def is_meant(error: Mapping[str, Any]) -> bool:
        loc = error["loc"]
        return all(
            is_map.get(tuple(loc[:i]), part.startswith("dict[")) == part.startswith("dict[")
            for i, part in enumerate(loc)
            if _is_branch(part)
        )

    return [error for error in listed if is_meant(error)]


def key_problem(file: str, error: Mapping[str, Any]) -> Problem:
    """Return the problem of a single key that pydantic found."""
    place = ".".join(map(str, _path(error)))
    unknown = error["type"] == "extra_forbidden"
    remedy = _("Remove the key or correct its spelling.") if unknown else _("Correct the value; see docs/scenario.md.")
    value = error.get("input")
    shown = value if isinstance(value, str | int | float | bool) or value is None else type(value).__name__
    return Problem(
        file=file,
        layer="scenario",
        row=None,
        column=place,
        value=None if shown is None else str(shown),
        code="unknown_key" if unknown else "scenario_value",
        message=_("{place}: {what}.").format(place=place, what=error["msg"]),
        remedy=remedy,
    )


def without(data: Any, errors: Iterable[Mapping[str, Any]]) -> Any:
    """Return a copy of a scenario's raw data without the keys that are wrong."""
    rest = copy.deepcopy(data)
    for error in errors:
        *parents, last = _path(error) or ("",)
        node = rest
        for key in parents:
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node.pop(last, None)
    return rest


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def _years(scenario: Scenario, file: str) -> Iterator[Problem]:
    """Find values by year that lack a planning year; grid factors that are not given at all come from the markets."""
    dated = {
        "carbon.grid_t_per_mwh": scenario.carbon.grid_t_per_mwh,
        "markets.price_factor": scenario.markets.price_factor,
        "markets.carbon_factor": scenario.markets.carbon_factor,
    }
    for place, values in {k: v for k, v in dated.items() if v}.items():
        missing = [year for year in scenario.years if year not in values]
        if missing:
            message = _("there is no value for the planning year {years}.").format(years=_listed(missing))
            yield scenario_problem(file, place, message, _("Add the value, or take the year out of `years`."))


def _ignored_years(scenario: Scenario, file: str) -> Iterator[Problem]:
    """Find values of years between planning years; those after the last wait for a longer plan."""
    dated: dict[str, Mapping[int, object]] = {
        "carbon.cap_t": scenario.carbon.cap_t,
        "green.share": scenario.green.share,
        "phasing.budget_cny": scenario.phasing.budget_cny,
        "heat.min_share": scenario.heat.min_share,
    }
    for hub, limits in scenario.hubs.items():
        dated |= {join_path(("hubs", hub, name)): values for name, values in limits if isinstance(values, Mapping)}
    for row in scenario.edits.get("headroom_years", {}):
        year = row.rpartition(" ")[2]
        dated |= {join_path(("edits", "headroom_years", row)): {int(year): 0.0} if year.isdigit() else {}}
    for place, values in dated.items():
        ignored = [year for year in values if year < scenario.years[-1] and year not in scenario.years]
        if ignored:
            message = _("{years} is no planning year, so the value would be ignored.").format(years=_listed(ignored))
            yield scenario_problem(file, place, message, _("Give it for a planning year, or add the year to `years`."))


def _technologies(scenario: Scenario, file: str) -> Iterator[Problem]:
    named = {
        "cooling.technologies": scenario.cooling.technologies,
        **{join_path(("cooling", "technologies_at", at)): v for at, v in scenario.cooling.technologies_at.items()},
        "cooling.block_mw": scenario.cooling.block_mw,
        "land.area_ha_per_mw_by_technology": scenario.land.area_ha_per_mw_by_technology,
        "stock.retrofit_technology": (scenario.stock.retrofit_technology,),
        "stock.convert_technology": (scenario.stock.convert_technology,),
    }
    for place, names in named.items():
        for name in names:
            if name not in TECHNOLOGIES:
                message = _("{name} is no cooling technology.").format(name=name)
                remedy = _("Choose from: {names}.").format(names=_listed(TECHNOLOGIES))
                yield scenario_problem(file, place, message, remedy, value=name)


def _lives(scenario: Scenario, file: str) -> Iterator[Problem]:
    missing = [kind for kind in LIVES if kind not in scenario.economy.life_years]
    if missing:
        message = _("there is no life for {kinds}.").format(kinds=_listed(missing))
        yield scenario_problem(file, "economy.life_years", message, _("Give years for: {kinds}.").format(
            kinds=_listed(LIVES)
        ))  # fmt: skip
    for place, given, known in (
        ("economy.life_years", scenario.economy.life_years, LIVES),
        ("stock.lead_years", scenario.stock.lead_years, OPTIONS),
    ):
        for name in sorted(set(given) - set(known)):
            message = _("{name} is not known here.").format(name=name)
            yield scenario_problem(file, place, message, _("Choose from: {names}.").format(names=_listed(known)))


def _sizes(scenario: Scenario, file: str) -> Iterator[Problem]:
    least, most = scenario.clusters.min_site_mw, scenario.clusters.max_site_mw
    if "clusters" not in scenario.families_off and least > most:
        message = _("{least:g} MW is more than max_site_mw, {most:g} MW, so no site can be built.").format(
            least=least, most=most
        )
        remedy = _("Exchange the two, or correct one.")
        yield scenario_problem(file, "clusters.min_site_mw", message, remedy, value=least)


def _wishes(scenario: Scenario, file: str) -> Iterator[Problem]:
    wishes = scenario.wishes
    for name in sorted({*wishes.fixed, *wishes.min_mw} & set(wishes.forbidden)):
        message = _("site {name} is wished for (fixed or min_mw) and forbidden.").format(name=name)
        yield scenario_problem(file, "wishes.forbidden", message, _("Take it out of one of the lists."), value=name)


def _repeats(scenario: Scenario, file: str) -> Iterator[Problem]:
    lists: dict[str, tuple[str, ...]] = {
        "cooling.technologies": scenario.cooling.technologies,
        "stock.options": scenario.stock.options,
        "network.kinds": scenario.network.kinds,
        "power.flexible.hours_shares": tuple(map(str, scenario.power.flexible.hours_shares)),
    }
    for place, names in lists.items():
        for name in sorted({n for n in names if names.count(n) > 1}):
            message = _("{name} is given twice.").format(name=name)
            yield scenario_problem(file, place, message, _("Give it once."), value=name)


def _edits(scenario: Scenario, file: str) -> Iterator[Problem]:
    return edit_problems(scenario.edits, file=file)
