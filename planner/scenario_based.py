"""A scenario file that says only what differs from another one beside it.

    schema_version: 1
    name: {en: Certificates dear, zh: 绿证高价}
    based_on: reference.yaml
    changes:
      latency.is_on: false

The file it is based on is a whole scenario; `changes` replaces values by dotted path, as `planner solve --set` does. A plan
tells the whole scenario, not the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputProblems, Problem, UsageError
from planner.i18n import gettext as _
from planner.read_yaml import read_yaml
from planner.scenario_path import put
from planner.scenario_rules import scenario_problem

if TYPE_CHECKING:
    from planner.scenario import Scenario

BASED_ON = "based_on"
CHANGES = "changes"
KEYS = ("schema_version", "name", BASED_ON, CHANGES)


def is_based(content: Mapping[str, Any]) -> bool:
    """Return whether a file tells a difference only."""
    return BASED_ON in content


def based(content: Mapping[str, Any], path: Path, load: Callable[[Path], Scenario]) -> Scenario:
    """Return the scenario that the file is based on, with its name and its changes; raise InputProblems otherwise."""
    problems = list(_key_problems(content, path))
    basis = path.parent / str(content[BASED_ON])
    if not problems and is_based(read_yaml(basis)):
        message = _("{file} is itself based on another file.").format(file=basis.name)
        problems = [scenario_problem(path.name, BASED_ON, message, _("Name a whole scenario."), value=basis.name)]
    if problems:
        raise InputProblems(problems)
    scenario = load(basis)
    changes: dict[str, Any] = {str(place): value for place, value in (content.get(CHANGES) or {}).items()}
    wrong = [place for place in changes if not _is_place(scenario, place)]
    if wrong:
        message = _("{places} is no place in the scenario.").format(places=", ".join(wrong))
        remedy = _("Correct the spelling; docs/scenario.md lists all keys.")
        raise InputProblems([scenario_problem(path.name, CHANGES, message, remedy, value=wrong[0])])
    return scenario.changed({**({"name": content["name"]} if "name" in content else {}), **changes})


def _key_problems(content: Mapping[str, Any], path: Path) -> list[Problem]:
    problems = []
    remedy = _("Write it as a line of `changes`, with the keys joined by dots.")
    for key in content:
        if key not in KEYS:
            message = _("a file that is based on another one has no such key.")
            problems.append(scenario_problem(path.name, str(key), message, remedy))
    if not isinstance(content.get(CHANGES) or {}, dict):
        message = _("it must map paths of keys to values.")
        problems.append(scenario_problem(path.name, CHANGES, message, remedy))
    if not isinstance(content[BASED_ON], str) or Path(str(content[BASED_ON])).name != content[BASED_ON]:
        message = _("it must name a scenario file in the same folder.")
        remedy = _("For example `based_on: reference.yaml`.")
        problems.append(scenario_problem(path.name, BASED_ON, message, remedy, value=content[BASED_ON]))
    return problems


def _is_place(scenario: Scenario, place: str) -> bool:
    """Return whether the keys above the last one of a path are there; the last one is judged with its value."""
    try:
        put(scenario.whole_dict(), place, None)
    except (KeyError, UsageError):
        return False
    return True
