"""The value `Scenario`: what we ask of a region, typed by a person, validated and frozen.

A scenario is a YAML file. Unknown keys are refused; every problem is reported at once. A what-if is a changed scenario:
`scenario.changed({"water.availability_share": 0.01})` validates again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import pydantic
from pydantic import Field

from planner.bundled import bundled_region
from planner.editable import Cell, plain_edits
from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.policy_quantities import is_pack_file
from planner.read_yaml import read_yaml
from planner.scenario_based import based, is_based
from planner.scenario_demand import Compute, Growth, StockBase
from planner.scenario_grid import Expansion, Flexible, Network, Situation
from planner.scenario_hubs import AssumedMarket, HubLimits, Markets
from planner.scenario_part import WHOLE, Part
from planner.scenario_parts import (
    Carbon,
    Clusters,
    Cooling,
    Economy,
    Green,
    Land,
    Latency,
    Name,
    Objective,
    Power,
    Screening,
    SolverRules,
    StockRules,
    Water,
    Wishes,
    Workload,
)
from planner.scenario_path import put
from planner.scenario_phasing import Heat, Phasing
from planner.scenario_rules import contradictions, key_problem, meant, scenario_problem, without

SCHEMA_VERSION = 1
BUNDLED = "bundled:"  # before the id of a region that comes with the program
__all__ = [
    "BUNDLED",
    "AssumedMarket",
    "Carbon",
    "Clusters",
    "Compute",
    "Cooling",
    "Economy",
    "Expansion",
    "Flexible",
    "Green",
    "Growth",
    "Heat",
    "HubLimits",
    "Land",
    "Latency",
    "Markets",
    "Name",
    "Network",
    "Objective",
    "Phasing",
    "Power",
    "Scenario",
    "Screening",
    "Situation",
    "SolverRules",
    "StockBase",
    "StockRules",
    "Water",
    "Wishes",
    "Workload",
    "bundled_path",
    "load_scenario",
    "parse_scenario",
]


class Scenario(Part):
    """What we ask. `region`: a path relative to the scenario file's folder, or `bundled:` and a bundled region's id.

    `edits`: corrections of the region's tables that hold in this scenario only: table, row, column, value.
    `demand_basis`: `total` asks for all load of a year; what existing centres serve (`stock_base`) is taken off it.
    """

    QUIET: ClassVar[frozenset[str]] = frozenset({"edits", "hubs", "markets", "phasing", "heat", "stock_base"})

    schema_version: Literal[1] = 1
    name: Name
    region: str = ".."
    years: tuple[int, ...]
    last_period_years: int = Field(default=5, ge=1)
    policy_pack: str = "beijing"
    families_off: tuple[Literal["green", "carbon", "clusters", "stock", "water", "phasing"], ...] = ()
    objective: Objective = Objective()
    screening: Screening = Screening()
    power: Power = Power()
    network: Network = Network()
    water: Water = Water()
    cooling: Cooling = Cooling()
    workloads: Mapping[str, Workload] = Field(min_length=1)
    demand_scale: float = Field(default=1.0, ge=0.0)
    demand_basis: Literal["new", "total"] = "new"
    stock_base: StockBase | None = None
    is_unserved_allowed: bool = True
    latency: Latency = Latency()
    green: Green = Green()
    carbon: Carbon
    clusters: Clusters = Clusters()
    land: Land = Land()
    stock: StockRules = StockRules()
    hubs: Mapping[str, HubLimits] = Field(default_factory=dict)
    markets: Markets = Markets()
    phasing: Phasing = Phasing()
    heat: Heat = Heat()
    economy: Economy = Economy()
    wishes: Wishes = Wishes()
    solver: SolverRules = SolverRules()
    edits: Mapping[str, Mapping[str, Mapping[str, Cell]]] = Field(default_factory=dict)

    _plain_edits = pydantic.field_validator("edits", mode="before")(plain_edits)

    @pydantic.field_validator("years")
    @classmethod
    def _ascending(cls, years: tuple[int, ...]) -> tuple[int, ...]:
        if not years or list(years) != sorted(set(years)):
            raise ValueError("planning years must ascend without repeats")
        return years

    def changed(self, changes: Mapping[str, Any]) -> Scenario:
        """Return the scenario with values replaced by dotted path (see `planner.scenario_path`), validated again."""
        data = self.whole_dict()
        for path, value in changes.items():
            put(data, path, value)
        return parse_scenario(data, file=_("changed scenario"))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data (JSON types, integer keys kept); parts that are not used are left out."""
        return self.model_dump(mode="python")

    def whole_dict(self) -> dict[str, Any]:
        """Return plain data with every key, those of parts that are not used too."""
        return self.model_dump(mode="python", context=WHOLE)


def parse_scenario(data: Any, *, file: str) -> Scenario:
    """Return the scenario, or raise `InputProblems` with every problem of single keys and between keys."""
    try:
        scenario = Scenario.model_validate(data)
    except pydantic.ValidationError as wrong:
        problems = [key_problem(file, error) for error in meant(wrong.errors())]
        raise InputProblems([*problems, *_further(data, wrong, problems, file=file)]) from wrong
    found = contradictions(scenario, file=file)
    if found:
        raise InputProblems(found)
    return scenario


def _further(data: Any, wrong: pydantic.ValidationError, known: list[Problem], *, file: str) -> list[Problem]:
    """Return problems between the keys that are right: those of the scenario without its wrong keys, if it is one."""
    try:
        found = contradictions(Scenario.model_validate(without(data, wrong.errors())), file=file)
    except pydantic.ValidationError:
        return []
    return [p for p in found if not any((k.column or "").startswith(p.column or "") for k in known)]


def load_scenario(path: str | Path) -> Scenario:
    """Read and validate a scenario file, a whole one or one based on another.

    `region` and the file of a policy pack become absolute paths.
    """
    path = Path(path)
    content = read_yaml(path)
    scenario = based(content, path, load_scenario) if is_based(content) else parse_scenario(content, file=path.name)
    found: dict[str, str] = {}
    if scenario.region.startswith(BUNDLED):
        found["region"] = str(bundled_path(scenario.region, file=path.name))
    elif not Path(scenario.region).is_absolute():
        found["region"] = str((path.parent / scenario.region).resolve())
    if is_pack_file(scenario.policy_pack) and not Path(scenario.policy_pack).is_absolute():
        found["policy_pack"] = str((path.parent / scenario.policy_pack).resolve())
    return scenario.changed(found) if found else scenario


def bundled_path(named: str, *, file: str) -> Path:
    """Return the folder of a region written as `bundled:<id>`; raise InputProblems where there is none of that id."""
    folder = bundled_region(named.removeprefix(BUNDLED))
    if folder is None:
        message = _("{name} is no region that comes with the program.").format(name=named.removeprefix(BUNDLED))
        remedy = _("Give the region's folder, relative to the scenario file.")
        raise InputProblems([scenario_problem(file, "region", message, remedy, value=named)])
    return folder
