"""The AC check of a plan in every planning year and operating situation, on the network of that year.

One engine is kept for each network: years without growth and with the same reinforcements share it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.assemble_reinforcement import states_by_year
from planner.errors import GridError
from planner.grid_cases import network_for, standing
from planner.i18n import gettext as _
from planner.plan_loads import LostFeed, lost_feeds, plan_loads
from planner.region import Region, fingerprint_of
from planner.scenario import Scenario

if TYPE_CHECKING:
    from models.grid.check import Case, GridCheck
    from models.grid.engine import Engine
    from models.grid.rules import GridRules
    from planner.assemble import Assembled

PlanDict = Mapping[str, Any]
Engines = dict[tuple[Any, ...], "Engine"]
VOLTAGE_BAND_PU = 0.1  # a voltage's distance from its limit is compared with loadings in shares of this


@dataclass(frozen=True)
class YearCase:
    """One year and situation: the engine of its network, the rows to solve and the lost feed of each row (or None)."""

    year: int
    situation: str
    key: tuple[Any, ...]
    states: Mapping[str, str]
    engine: Engine
    rows: Sequence[Case]
    feeds: Mapping[str, LostFeed]  # by the row's element


@dataclass(frozen=True)
class Checked:
    """A check of all years and situations, with the rows that count against the plan."""

    check: GridCheck
    failed: tuple[tuple[YearCase, tuple[Case, ...]], ...]
    elements: tuple[Mapping[str, Any], ...] = ()  # the worst of every element in every year


class GridCases:
    """The networks of a region under a scenario."""

    def __init__(self, region: Region, scenario: Scenario, *, engines: Engines | None = None) -> None:
        """`engines` are those of networks with an equal `network_key`; new ones are added to them."""
        self.region, self.scenario = region, scenario
        self.rules = grid_rules(region, scenario)
        self._engines: Engines = {} if engines is None else engines

    @property
    def tangent(self) -> float:
        """Mvar drawn with each MW at the feeding bus."""
        return float(np.tan(np.arccos(self.scenario.power.power_factor)))

    def key(self, year: int, situation: str, states: Mapping[str, str]) -> tuple[Any, ...]:
        """Return what the network of a year depends on."""
        grown = (1.0 + self.scenario.power.background_growth_per_year) ** (year - self.region.base_year)
        built = standing(self.region, self.scenario, year=year, states=states)["reinforcement"]
        return (situation, grown, tuple(sorted(built)))

    def engine(self, year: int, situation: str, states: Mapping[str, str]) -> Engine:
        """Return the engine of a year's network."""
        from models.grid.engine import Engine

        key = self.key(year, situation, states)
        if key not in self._engines:
            net = network_for(self.region, self.scenario, year, situation, states)
            try:
                self._engines[key] = Engine(net, slack=self.rules.slack)
            except ValueError as error:
                raise _unusable(error) from error
        return self._engines[key]

    def cases(self, plan: PlanDict, assembled: Assembled) -> Iterator[YearCase]:
        """Return the rows of every year and situation of a plan."""
        loads = plan_loads(plan, self.region, assembled)
        return self.cases_of(loads, years=plan["years"], states=states_by_year(plan),
                             feeds=lost_feeds(plan))  # fmt: skip

    def cases_of(
        self,
        loads: pd.DataFrame,
        *,
        years: Sequence[int],
        states: Mapping[int, Mapping[str, str]],
        feeds: Sequence[LostFeed] = (),
    ) -> Iterator[YearCase]:
        """Return the rows of loads (year, bus, mva) in every year and situation."""
        from models.grid.check import FeedCase, bus_loads, cases_of

        pf = self.scenario.power.power_factor
        bus_of = self.region["substations"].set_index("substation")["bus"]
        known = loads[loads["bus"].notna()]
        for year in years:
            own = known[known["year"] == year]
            for situation, factors in self.scenario.network.situations.items():
                engine = self.engine(year, situation, states.get(year, {}))
                part = factors.plan_factor * pf
                p, q = bus_loads(engine, _drawn(own["bus"], own["mva"].astype(float) * part, self.tangent))
                lost = {f.element: f for f in feeds if f.year == year} if self.scenario.network.feed_transfer else {}
                cases = []
                for name, f in lost.items():
                    at = pd.Series([f.kept, f.lost]).map(bus_of)
                    change = pd.Series([f.kept_change_mva, f.lost_change_mva]) * part
                    there = at.notna()
                    dp, dq = bus_loads(engine, _drawn(at[there], change[there], self.tangent))
                    cases.append(FeedCase(name, p + dp, q + dq))
                rows = cases_of(engine, engine.outages(self.rules.outage_kinds), p_mw=p, q_mvar=q, feeds=cases)
                key = self.key(year, situation, states.get(year, {}))
                yield YearCase(int(year), situation, key, dict(states.get(year, {})), engine, rows, lost)

    def check(self, cases: Sequence[YearCase]) -> Checked:
        """Check all rows in AC."""
        from models.grid.check import GridCheck, judge_cases
        from models.grid.findings import Limits
        from models.grid.tops import Tops

        base, outages, failed = [], [], []
        method: dict[str, Any] = {}
        elements: list[dict[str, Any]] = []
        for case in cases:
            try:
                limits = Limits(case.engine, self.rules)
                tops = Tops(limits)
                found = judge_cases(
                    case.engine,
                    self.rules,
                    case.rows,
                    year=case.year,
                    situation=case.situation,
                    limits=limits,
                    tops=tops,
                )
            except ValueError as error:
                raise _unusable(error) from error
            base.append(found[0])
            outages += found[1:]
            counted = tuple(row for row, result in zip(case.rows, found, strict=True) if result.is_counted)
            if counted:
                failed.append((case, counted))
            method = _method(method, case.engine)
            elements += [{**row, "year": case.year, "situation": case.situation} for row in tops.rows()]
        check = GridCheck(self.rules, tuple(base), tuple(outages), method)
        return Checked(check, tuple(failed), tuple(_worst_of_year(elements)))

    def record(self, checked: Checked) -> dict[str, Any]:
        """Return the plan's `grid`."""
        check = checked.check
        grid = check.to_dict(is_synthetic=self.region.is_synthetic_grid)
        transfer = "whole class A load on either feed" if self.scenario.network.feed_transfer else "not checked"
        situations = {name: factors.model_dump() for name, factors in self.scenario.network.situations.items()}
        grid["rules"] = {**grid["rules"], "feed_transfer": transfer, "situations": situations}
        grid["limiting"] = limiting(check)
        grid["elements"] = list(checked.elements)
        return grid


def network_key(region: Region, scenario: Scenario) -> str:
    """Return a hash of all that the networks, the rules of their check and what a station's load does to them depend on.

    Tangents learned in one scenario hold in every other one with an equal key: they are facts of network, outage and year.
    """
    import hashlib

    power, grid = scenario.power, region.grid
    bus = region["substations"][["substation", "bus"]].to_csv(index=False)
    said = (
        region.id, region.base_year, region.meta.get("voltage_bands"), region.meta.get("grid", {}), bus,
        region["reinforcements"].to_csv(index=False), scenario.network.model_dump_json(exclude={"max_rounds", "dc_rows"}),
        power.power_factor, power.background_growth_per_year, power.expansion.model_dump_json(),
        fingerprint_of({}, grid) if isinstance(grid, Mapping) else grid and grid.fingerprint,
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()


def grid_rules(region: Region, scenario: Scenario) -> GridRules:
    """Return the rules of the check: limits of the region, treatment of violations of the scenario."""
    from dataclasses import replace

    from models.grid.rules import GridRules

    factors = region.meta.get("grid", {}).get("emergency_factor", {})
    own = scenario.network
    return replace(
        GridRules.from_region(region.meta["voltage_bands"], factors),
        no_worsening=own.no_worsening,
        sensitivity_threshold_percent=own.sensitivity_threshold_percent,
        slack=own.slack,
        outage_kinds=tuple(own.kinds),
    )


def limiting(check: GridCheck) -> dict[str, Any] | None:
    """Return the tightest finding: what counts first, then the element closest to its limit."""
    rows = [row for row in (*check.base, *check.outages) if row.worst is not None]
    if not rows:
        return None

    def rank(row: Any) -> tuple[bool, float]:
        return row.is_counted, over(row.worst.value, row.worst.limit, row.worst.unit)

    row = max(rows, key=rank)
    worst = row.worst
    assert worst is not None
    return {
        "element": worst.element, "kind": worst.kind, "value": worst.value, "limit": worst.limit, "unit": worst.unit,
        "outage": row.element, "outage_kind": row.kind, "year": row.year, "situation": row.situation,
        "rule": "N-0" if row.element is None else "N-1",
    }  # fmt: skip


def _worst_of_year(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return each element once a year, in the situation in which it is closest to its limit or furthest over it."""
    worst: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        key = (row["year"], row["kind"], row["element"])
        if key not in worst or _share(row) > _share(worst[key]):
            worst[key] = row
    return list(worst.values())


def _share(row: Mapping[str, Any]) -> float:
    """Return how far a value is over its limit (below 0: the margin), voltages in shares of a band of 0.1 pu."""
    return over(row["value"], row["limit"], row["unit"])


def over(value: float, limit: float, unit: str) -> float:
    """Return how far a value is over its limit, below 0 the margin; voltages in shares of a band of 0.1 pu."""
    if unit == "%":
        return (value - limit) / limit
    return (limit - value if limit < 1.0 else value - limit) / VOLTAGE_BAND_PU


def _drawn(bus: pd.Series, p_mw: pd.Series, tangent: float) -> pd.DataFrame:
    p = p_mw.to_numpy(float)
    return pd.DataFrame({"bus": bus.to_numpy(), "p_mw": p, "q_mvar": p * tangent})


def _method(before: Mapping[str, Any], engine: Engine) -> dict[str, Any]:
    """Return the method of all engines: the slow one is named where any network needed it, the worst self-check counts."""
    own = {"engine": engine.method, "reason": engine.reason, "self_check": engine.self_check}
    if not before:
        return own
    if engine.is_fast != (before["reason"] is None):
        return own if not engine.is_fast else dict(before)
    checks = [c for c in (before["self_check"], engine.self_check) if c]
    if len(checks) > 1:
        own["self_check"] = {k: max(c[k] for c in checks) for k in checks[0]}
    return own


def _unusable(error: ValueError) -> GridError:
    return GridError(_("The AC network cannot be checked: {why}").format(why=error))
