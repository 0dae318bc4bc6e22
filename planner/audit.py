"""Does a plan follow from its inputs? Every limit and the objective again, from the stored plan and the region's tables.

    audit_plan(plan, region, scenario) -> {"status": "passed" | "failed", "n_checks", "failures": [
        {"check", "index", "expected", "found"}, ...]}

No modelling library and no compiled row is used: amounts are added up with pandas from the plan's loads, blocks, feeds
and halls. Coefficients (PUE, MVA per MW, prices, headroom by year) come from `planner.assemble`, the same data the
model saw, made again unless it is given; rules that can be stated on the plan itself (dual feed, distances, round
trips, PUE by size, demand, ratings, weights of years) are checked from the region and scenario directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from planner import (
    audit_build,
    audit_energy,
    audit_form,
    audit_grid,
    audit_heat,
    audit_hubs,
    audit_limits,
    audit_markets,
    audit_money,
    audit_power,
    audit_service,
    audit_water,
)
from planner.assemble import Assembled, assemble
from planner.assemble_costs import read_prices, year_weights
from planner.assemble_demand import demand_table
from planner.assemble_flexible import flexible_frame
from planner.assemble_markets import market_values
from planner.assemble_places import market_frames
from planner.assemble_power import ancestors, node_headroom
from planner.assemble_reinforcement import states
from planner.audit_case import Case
from planner.audit_compare import Outcome, holds
from planner.errors import UsageError
from planner.i18n import gettext as _
from planner.policy import read_policy_pack
from planner.region import Region
from planner.scenario import Scenario

Check = Callable[[Case], Iterator[Outcome]]
CHECKS: tuple[Check, ...] = (
    audit_form.check_identity,
    audit_form.check_uniqueness,
    audit_form.check_names,
    audit_form.check_numbers,
    audit_form.check_site_facts,
    audit_form.check_site_totals,
    audit_form.check_bound,
    audit_power.check_reach,
    audit_power.check_feeds,
    audit_power.check_dual_feed,
    audit_power.check_ratings,
    audit_grid.check_reinforcements,
    audit_grid.check_flexible,
    audit_grid.check_loop,
    audit_build.check_blocks,
    audit_build.check_cooling,
    audit_build.check_pue,
    audit_build.check_sizes,
    audit_build.check_staging,
    audit_build.check_open_year,
    audit_build.check_banned,
    audit_water.check_pipes,
    audit_water.check_site_water,
    audit_water.check_water_tables,
    audit_service.check_demand,
    audit_service.check_places,
    audit_service.check_latency,
    audit_service.check_halls,
    audit_service.check_converted,
    audit_service.check_network_costs,
    audit_energy.check_energy,
    audit_markets.check_places,
    audit_markets.check_prices,
    audit_markets.check_markets,
    audit_hubs.check_hubs,
    audit_hubs.check_facts,
    audit_hubs.check_missing,
    audit_heat.check_heat,
    audit_heat.check_investments,
    audit_heat.check_decide_now,
    audit_money.check_ledger,
    audit_money.check_ledger_weights,
    audit_money.check_objective,
    audit_limits.check_limits,
)


def audit_plan(
    plan: Mapping[str, Any], region: Region, scenario: Scenario, *, assembled: Assembled | None = None
) -> dict[str, Any]:
    """Return whether the plan follows from region and scenario, with every check that fails.

    `assembled` saves time when it was made from this region and scenario; another one is refused.
    """
    given = assembled or assemble(region, scenario)
    if assembled is not None:
        _belongs(assembled, region, scenario)
    case = Case(plan, region, scenario, given.data, given.candidates, given.stock.yearly_mwh)
    outcomes = [outcome for check in CHECKS for outcome in _run(check, case)]
    failures = [dict(failure) for outcome in outcomes for failure in outcome.failures]
    return {
        "status": "failed" if failures else "passed",
        "n_checks": sum(outcome.n for outcome in outcomes),
        "failures": failures,
    }


def _run(check: Check, case: Case) -> list[Outcome]:
    """Return the outcomes of one check; a plan that cannot even be read by it fails."""
    try:
        return list(check(case))
    except (KeyError, TypeError, ValueError, pd.errors.InvalidIndexError) as wrong:
        found = f"{type(wrong).__name__}: {wrong}"
        return [holds("form", ok=False, expected="a readable plan", found=found, index=[check.__name__])]


def _belongs(assembled: Assembled, region: Region, scenario: Scenario) -> None:
    """Raise `UsageError` unless the assembled tables are those of this region and scenario.

    Tables that are quick to make are made again and compared.
    """
    data, rules = assembled.data, scenario.economy
    weights = year_weights(scenario.years, scenario.last_period_years, rate=rules.rate, base_year=region.base_year)
    prices = read_prices(region, scenario)
    same = {
        "years": data.years == scenario.years and dict(data.year_weights) == weights,
        "prices": dict(assembled.prices.values) == dict(prices.values),
        "energy price": region.is_area or data.economics.energy_cny_per_mwh == prices["energy_cny_per_mwh"],
        "objective": data.rules.objective == scenario.objective.name,
        "demand": _equal(data["demand"], demand_table(region, scenario)),
        **(_areas(assembled, region, scenario) if region.is_area else _stations(assembled, region, scenario)),
        "policy": assembled.policy == read_policy_pack(scenario.policy_pack),
    }
    wrong = [name for name, is_same in same.items() if not is_same]
    if wrong:
        raise UsageError(
            _("The assembled tables are not those of this region and scenario: {names} differ.").format(
                names=", ".join(wrong)
            )
        )


def _stations(assembled: Assembled, region: Region, scenario: Scenario) -> dict[str, bool]:
    """Return which tables of stations are those of the region and scenario."""
    data = assembled.data
    reinforced = states(region, scenario, assembled.policy, prices=assembled.prices)
    return {
        "headroom": _equal(data["headroom"], node_headroom(region, scenario)),
        "flexible": _equal(data["flexible"], flexible_frame(region, scenario)),
        "reinforcements": _equal(assembled.states, reinforced),
        "zones": _equal(data["ancestors"], ancestors(region)),
    }


def _areas(assembled: Assembled, region: Region, scenario: Scenario) -> dict[str, bool]:
    """Return which tables of markets and hubs are those of the region and scenario."""
    values = market_values(region, scenario)
    frames = market_frames(region, scenario, assembled.policy, assembled.places, values)
    return {name: _equal(assembled.data[name], frame) for name, frame in frames.items()}


def _equal(left: pd.DataFrame, right: pd.DataFrame) -> bool:
    """Return whether two tables have the same content."""
    return left.reset_index(drop=True).equals(right[list(left.columns)].reset_index(drop=True))


__all__ = ["CHECKS", "audit_plan"]
