"""The knobs of a scenario as a planner thinks of them: groups, words in two languages, unit, range and policy source.

Words stand in one YAML file per group beside this file; type and range come from the scenario's own declaration. A path with
`*` is a knob of every class of load.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from planner.i18n import language
from planner.knobs.ranges import Range, range_of
from planner.read_yaml import read_yaml
from planner.scenario_part import Part
from planner.scenario_path import split_path

GROUPS = (
    "demand",
    "policy",
    "hubs",
    "power",
    "check",
    "water",
    "cooling",
    "green",
    "carbon",
    "latency",
    "clusters",
    "stock",
    "phasing",
    "heat",
    "objective",
    "economy",
    "solver",
    "other",
)
FOLDER = Path(__file__).parent
Kind = Literal[
    "number", "yes_no", "maybe", "choice", "choices", "by_key", "years", "table", "map", "limits", "prices", "text"
]
Needs = Literal["", "stations", "areas"]


class Text(Part):
    """A text in both languages."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    @property
    def here(self) -> str:
        """Return the text in the language in use."""
        return self.zh if language() == "zh" else self.en


class RuleRef(Part):
    """Where a policy pack says something about a knob; `applies_to` is an audience, or the knob that names it."""

    quantity: str
    applies_to: str


class Words(Part):
    """What a file says of one knob. `per`: what the keys of a map are; `empty`: what an empty value means."""

    label: Text
    help: Text
    unit: Text | str = ""
    kind: Kind | None = None
    per: Literal["", "year", "kv", "name"] = ""
    names: Literal["", "technology", "workload", "policy_pack"] = ""
    words: Mapping[str, Text] = Field(default_factory=dict)
    empty: Text | None = None
    step: float | None = Field(default=None, gt=0.0)
    usual: tuple[float, float] | None = None  # as shown; a number with a usual range is a slider
    rules: tuple[RuleRef, ...] = ()


class Knob(Part):
    """One knob: its place in the scenario, what it is called, what kind of value it holds, and in which range."""

    path: str
    kind: Kind
    words: Words
    range: Range

    @property
    def label(self) -> str:
        """Return what it is called."""
        return self.words.label.here

    @property
    def unit(self) -> str:
        """Return its unit as it is shown: shares are shown in per cent."""
        unit = self.words.unit
        text = unit if isinstance(unit, str) else unit.here
        return {"share": "%", "1": "", "year": ""}.get(text, text)

    @property
    def is_share(self) -> bool:
        """Return whether the value is a share, shown in per cent."""
        return self.words.unit == "share"


class Group(Part):
    """Knobs that belong together, and the tables shown below them; `needs`: the kind of region they speak to, "" for both."""

    id: str
    title: Text
    about: Text
    knobs: tuple[Knob, ...]
    tables: tuple[str, ...] = ()
    needs: Needs = ""
    is_hidden: bool = False


class _File(Part):
    title: Text
    about: Text
    knobs: Mapping[str, Words]
    tables: tuple[str, ...] = ()
    needs: Needs = ""
    is_hidden: bool = False


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """Return all groups in the order in which they are shown; hidden ones only lend their words to other pages."""
    return tuple(_group(name) for name in GROUPS)


def _group(name: str) -> Group:
    file = _File.model_validate(read_yaml(FOLDER / f"{name}.yaml"))
    knobs = tuple(_knob(path, words) for path, words in file.knobs.items())
    return Group(
        id=name,
        title=file.title,
        about=file.about,
        knobs=knobs,
        tables=file.tables,
        needs=file.needs,
        is_hidden=file.is_hidden,
    )


def _knob(path: str, words: Words) -> Knob:
    found = range_of(split_path(path))
    return Knob(path=path, kind=words.kind or _kind(words, found), words=words, range=found)


def _kind(words: Words, found: Range) -> Kind:
    if found.is_map:
        return "by_key"
    if found.is_list:
        return "choices"
    if found.type == "boolean":
        return "maybe" if found.may_be_empty else "yes_no"
    if found.allowed or words.names:
        return "choice"
    return "number" if found.type in ("number", "integer") else "text"


def knob_at(path: str) -> Knob | None:
    """Return the knob of a place in the scenario: the place itself, or the knob that holds it."""
    keys = split_path(path)
    best: Knob | None = None
    for group in groups():
        for knob in group.knobs:
            parts = split_path(knob.path)
            is_here = len(parts) <= len(keys) and all(p in ("*", k) for p, k in zip(parts, keys, strict=False))
            if is_here and (best is None or len(parts) > len(split_path(best.path))):
                best = knob
    return best
