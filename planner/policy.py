"""Read dated policy rules: one row each, with the document, clause and year it comes from.

A pack is a YAML file, bundled in `planner/policies` or a user's own; it may extend another one (a file named there lies
beside it), and a rule with `replaces: true` takes the place of the inherited one with its id. A planning year takes the
latest rule that holds by then, so a rule dated between two planning years applies from the next one (`taking_effect`
lists these).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pydantic

from planner.errors import InputProblems, Problem, UsageError
from planner.i18n import gettext as _
from planner.policy_quantities import CHOICE, CHOICES, QUANTITIES, YES_NO, Audience, Effect, is_pack_file
from planner.policy_rule import Name, PolicyPart, Rule
from planner.read_yaml import read_yaml

__all__ = [
    "CHOICE",
    "CHOICES",
    "PACKS",
    "QUANTITIES",
    "YES_NO",
    "Audience",
    "Name",
    "PolicyPack",
    "Rule",
    "own_content",
    "pack_names",
    "read_policy_pack",
]

PACKS = Path(__file__).parent / "policies"


class PolicyPack(PolicyPart):
    """Dated rules of one place, those of the pack it extends included."""

    schema_version: Literal[1]
    id: str
    name: Name
    extends: str | None = None
    rules: tuple[Rule, ...]

    @pydantic.model_validator(mode="after")
    def _unique(self) -> PolicyPack:
        ids = [rule.id for rule in self.rules]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(_("rule ids stand twice: {ids}").format(ids=", ".join(twice)))
        return self

    def rows(self, quantity: str, *, applies_to: Audience | None = None) -> tuple[Rule, ...]:
        """Return the rules of one quantity by date; of one audience (and of rules for all) where it is given."""
        if quantity not in QUANTITIES:
            raise UsageError(
                _("The quantity {quantity} is unknown; known are {known}.").format(
                    quantity=quantity, known=", ".join(sorted(QUANTITIES))
                )
            )
        found = (r for r in self.rules if r.quantity == quantity)
        if applies_to is not None:
            found = (r for r in found if r.applies_to in (applies_to, "all"))
        return tuple(sorted(found, key=lambda r: (r.from_year, r.upper_kt_coal or 0.0, r.id)))

    def rule(self, quantity: str, year: int | None = None, *, applies_to: Audience | None = None) -> Rule:
        """Return the one rule that holds in `year`: the latest that is in force by then.

        A rule for the audience goes before a rule for all. Without a year there must be one rule only. Rules of single
        places and rules that are only shown do not answer.
        """
        rows = [r for r in self.rows(quantity, applies_to=applies_to) if r.is_general]
        return self._one(rows, quantity, year, applies_to=applies_to)

    def _one(self, rows: list[Rule], quantity: str, year: int | None, *, applies_to: Audience | None) -> Rule:
        in_force = [r for r in rows if year is None or r.from_year <= year]
        own = [r for r in in_force if r.applies_to == applies_to] or in_force
        latest = max((r.from_year for r in own), default=0)
        left = own if year is None else [r for r in own if r.from_year == latest]
        if len(left) != 1:
            raise UsageError(self._ambiguous(quantity, year, applies_to=applies_to, found=left))
        return left[0]

    def value(self, quantity: str, year: int | None = None, *, applies_to: Audience | None = None) -> float:
        """Return the number of the rule that holds in `year`, in the unit of `QUANTITIES`; yes is 1, no is 0."""
        return float(self.rule(quantity, year, applies_to=applies_to).value)

    def choice(self, quantity: str, year: int | None = None, *, applies_to: Audience | None = None) -> str:
        """Return the word of a rule that chooses between readings, for example `pue_scope`; one that is shown counts."""
        rows = [r for r in self.rows(quantity, applies_to=applies_to) if not r.places]
        return str(self._one(rows, quantity, year, applies_to=applies_to).value)

    def holding(
        self, quantity: str, year: int, *, audiences: Iterable[Audience], effect: Effect = "hard"
    ) -> list[Rule]:
        """Return the rules of one effect in force in `year`: the latest of each series; they hold side by side."""
        heard = {"all", *audiences}
        rows = [r for r in self.rows(quantity) if r.effect == effect and r.applies_to in heard and r.from_year <= year]
        return list({r.series: r for r in rows}.values())  # by date, so the last of a series stays

    def has(self, quantity: str, year: int, *, applies_to: Audience | None = None) -> bool:
        """Return whether some rule of the quantity is in force in `year`, as `rule` understands it."""
        return any(r.from_year <= year and r.is_general for r in self.rows(quantity, applies_to=applies_to))

    def pue_caps_by_size(self, year: int | None = None) -> pd.DataFrame:
        """Return the PUE caps of new projects by size, smallest first: pue_cap, upper_kt_coal [kt/year], rule.

        A project takes the cap of the first row whose upper limit it stays below; the last limit is inf.
        """
        rows = [r for r in self.rows("pue_cap", applies_to="new_build") if r.upper_kt_coal is not None]
        rows = [r for r in rows if r.is_general]
        rows = [r for r in rows if year is None or r.from_year <= year]
        latest = max((r.from_year for r in rows), default=0)
        bands = [(float(r.value), r.upper_kt_coal, r.id) for r in rows if r.from_year == latest]
        frame = pd.DataFrame(bands, columns=["pue_cap", "upper_kt_coal", "rule"])
        return frame.sort_values("upper_kt_coal").reset_index(drop=True)

    def taking_effect(self, years: Iterable[int]) -> pd.DataFrame:
        """Return rules dated between planning years: rule, from_year, applies_from (the next planning year)."""
        planned = sorted(years)
        late = [
            (r.id, r.from_year, min(y for y in planned if y > r.from_year))
            for r in self.rules
            if planned and planned[0] < r.from_year < planned[-1] and r.from_year not in planned
        ]
        return pd.DataFrame(late, columns=["rule", "from_year", "applies_from"])

    def table(self) -> pd.DataFrame:
        """Return all rules, one row each, as they are printed and exported."""
        return pd.DataFrame([r.model_dump() for r in self.rules], columns=list(Rule.model_fields))

    def _ambiguous(self, quantity: str, year: int | None, *, applies_to: str | None, found: list[Rule]) -> str:
        where = {"pack": self.id, "quantity": quantity, "year": year or "-", "applies_to": applies_to or "-"}
        if not found:
            return _(
                "The policy pack {pack} has no rule for {quantity} in force (year {year}, applies to {applies_to}). "
                "Add a row to the pack, or set the value in the scenario."
            ).format(**where)
        return _(
            "The policy pack {pack} has several rules for {quantity} (year {year}, applies to {applies_to}): {ids}. "
            "Say the year and to whom it applies."
        ).format(**where, ids=", ".join(r.id for r in found))


def read_policy_pack(name: str | Path) -> PolicyPack:
    """Return a bundled pack by name, or a file by path; raise InputProblems with all its problems."""
    return _read(name, ())


def own_content(name: str) -> str:
    """Return the rules of a pack that is a file, as text; "" for one that comes with the program."""
    return read_policy_pack(name).model_dump_json() if is_pack_file(name) else ""


def _read(name: str | Path, extended_by: tuple[Path, ...]) -> PolicyPack:
    path = _path(name)
    if path in extended_by:
        raise UsageError(_("The policy pack {pack} extends itself.").format(pack=path.stem))
    data = read_yaml(path)
    if not isinstance(data.get("extends"), str):
        return _validated(data, path.name, n_inherited=0)
    base = data["extends"]
    is_file = is_pack_file(base) and not Path(base).is_absolute()
    parent = _read(path.parent / base if is_file else base, (*extended_by, path))
    own = data.get("rules")
    own = own if isinstance(own, list) else [own]
    replaced = {rule.get("id") for rule in own if isinstance(rule, dict) and rule.get("replaces") is True}
    _check_replaced(replaced, parent, file=path.name)
    inherited = [rule.model_dump() for rule in parent.rules if rule.id not in replaced]
    return _validated({**data, "rules": inherited + own}, path.name, n_inherited=len(inherited))


def pack_names() -> list[str]:
    """Return the names of the packs that come with the program."""
    return sorted(path.stem for path in PACKS.glob("*.yaml"))


def _check_replaced(replaced: set[Any], parent: PolicyPack, *, file: str) -> None:
    """Raise InputProblems where a rule replaces one that is not inherited."""
    for name in sorted(str(i) for i in replaced - {rule.id for rule in parent.rules}):
        message = _("The rule {id} replaces nothing: the pack {pack} has no rule of that id.").format(
            id=name, pack=parent.id
        )
        remedy = _("Correct the id, or leave out `replaces`.")
        raise InputProblems([Problem(file, "rules", None, "replaces", name, "policy_value", message, remedy)])


def _path(name: str | Path) -> Path:
    path = Path(name)
    if is_pack_file(path.name):
        return path
    bundled = pack_names()
    if str(name) not in bundled:
        raise UsageError(
            _("There is no policy pack {name}; bundled are {known}. Give a name or a .yaml file.").format(
                name=name, known=", ".join(bundled)
            )
        )
    return PACKS / f"{name}.yaml"


def _validated(data: Any, file: str, *, n_inherited: int) -> PolicyPack:
    try:
        return PolicyPack.model_validate(data)
    except pydantic.ValidationError as wrong:
        problems = [_problem(error, file, n_inherited=n_inherited) for error in wrong.errors()]
        raise InputProblems(problems) from wrong


def _problem(error: Any, file: str, *, n_inherited: int) -> Problem:
    loc = error["loc"]
    is_rule = len(loc) > 1 and loc[0] == "rules" and isinstance(loc[1], int)
    row = loc[1] - n_inherited + 1 if is_rule else None
    place = ".".join(str(part) for part in (loc[2:] if is_rule else loc)) or None
    value = error.get("input")
    shown = None if isinstance(value, dict | list) else str(value)
    if error["type"] == "extra_forbidden":
        message = _("{key} is not a key of a policy pack.").format(key=place)
        code, remedy = "key_unknown", _("Remove the key or correct its spelling.")
    elif error["type"] == "missing":
        message, shown = _("{key} is missing.").format(key=place), None
        code, remedy = "key_missing", _("Add it; every rule names its document, clause and year.")
    else:
        reason = str(error["msg"]).removeprefix("Value error, ")
        message = _("The rule cannot be used: {reason}.").format(reason=reason)
        code, remedy = "policy_value", _("Correct the value.")
    return Problem(file, "rules" if is_rule else None, row, place, shown, code, message, remedy)
