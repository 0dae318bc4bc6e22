"""Packs of rules as a reader sees them: a list for the terminal, and the page docs/policies.md."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner.bundled import ROOT
from planner.i18n import gettext as _
from planner.i18n import language, use_language
from planner.policy import PolicyPack, pack_names, read_policy_pack
from planner.policy_quantities import is_pack_file
from planner.policy_rule import Rule
from planner.policy_words import ASSUMED, audience_name, effect_name, label_name, quantity_name, value_text

POLICIES = "docs/policies.md"
HEAD = (
    "| rule | what | value | to whom | where | from | effect | document, clause (year) | confidence | note |",
    "|---|---|---|---|---|---|---|---|---|---|",
)
ABOUT = """\
# Policy packs / 政策包

Made from `planner/policies/*.yaml` by `planner docs`; a test fails when this page is not current. Do not edit it by hand.

A pack is a YAML file of dated rules, each with its document, clause and year. A scenario names one (`policy_pack: beijing`),
or a file of your own beside it (`policy_pack: mine.yaml`). A pack may extend another one (`extends: east_west`); a rule with
`replaces: true` takes the place of the inherited one with its id. `places` are ids of markets, hubs or sites of the region;
without them a rule holds everywhere. In a planning year the latest rule of a series (quantity, audience, places) holds that
is in force by then, so a rule dated between two planning years applies from the next one. Several series hold side by side;
the strictest binds.

**Effect.** A *limit* is a row or a bound of the model, a *price* is in its costs. A rule that is *shown* limits nothing: the
plan tells what it has to say to it, and marks sites that it speaks to. The plan's list `rules` says of every rule what it
decided: `binding`, `holds`, `not_reached`, `label` (shown), `set_aside` (the scenario says otherwise) or `missed` (no row of
the model keeps it: shares of a market and caps on its mean speak to whole markets, and occupancy to whole hubs or to all
places together).

**Confidence.** `assumed` marks a reading of a text that says less than the row; `medium` mostly that the text was recalled
and not confirmed. Fact numbers are rows of the list of facts that came with the project.

`planner policies` prints the packs; `planner policies --pack east_west` prints one with all that it inherits.
"""


def packs_asked(pack: str | None) -> list[PolicyPack]:
    """Return the pack that is asked for by name or file, or all that come with the program."""
    if pack is None:
        return [read_policy_pack(name) for name in pack_names()]
    return [read_policy_pack(Path(pack) if is_pack_file(pack) else pack)]


def own_rules(pack: PolicyPack) -> tuple[Rule, ...]:
    """Return the rules that the pack does not inherit from a bundled pack."""
    if pack.extends is None or is_pack_file(pack.extends):
        return pack.rules
    inherited = set(read_policy_pack(pack.extends).rules)
    return tuple(rule for rule in pack.rules if rule not in inherited)


def pack_text(pack: PolicyPack, rules: Sequence[Rule]) -> str:
    """Return a pack for the terminal: its rules by what they rule, each with value, date, audience, places and source."""
    name = pack.name.zh if language() == "zh" else pack.name.en
    head = _("{id}: {name}, {n} rules").format(id=pack.id, name=name, n=len(rules))
    if pack.extends and len(rules) < len(pack.rules):
        head = _("{head}, and those of {parent}").format(head=head, parent=pack.extends)
    lines = [head]
    for quantity in dict.fromkeys(rule.quantity for rule in rules):
        lines.append(f"  {quantity_name(quantity)}")
        for rule in sorted((r for r in rules if r.quantity == quantity), key=lambda r: (r.from_year, r.id)):
            lines += [f"    {rule_line(rule)}", f"      {source_line(rule)}"]
    return "\n".join(lines)


def rule_line(rule: Rule) -> str:
    """Return what a rule asks, from when, of whom, where, and how it acts."""
    effect = effect_name(rule.effect)
    if rule.label is not None:
        effect = f"{effect} ({label_name(rule.label)})"
    parts = [
        _("{value} from {year}").format(value=value_text(_row(rule)), year=rule.from_year),
        audience_name(rule.applies_to),
        places_text(rule),
        effect,
        rule.id,
    ]
    return " · ".join(parts)


def source_line(rule: Rule) -> str:
    """Return where a rule is written: document, clause, year; assumed readings say so."""
    comma = "，" if language() == "zh" else ", "
    written = comma.join(part for part in (rule.document, rule.clause) if part)
    text = _("{source} ({year})").format(source=written, year=rule.year)
    mark = _("assumed reading") if rule.confidence == ASSUMED else ""
    return " · ".join(part for part in (text, mark) if part)


def places_text(rule: Rule) -> str:
    """Return where a rule holds: names of places that a bundled region knows, else their ids."""
    names = [place_names().get(place, (place, place))[language() == "zh"] for place in rule.places]
    return ("、" if language() == "zh" else ", ").join(names) or _("everywhere")


@lru_cache(maxsize=1)
def place_names() -> dict[str, tuple[str, str]]:
    """Return the names (English, Chinese) of markets, hubs and sites of the bundled regions that have hubs."""
    found: dict[str, tuple[str, str]] = {}
    for folder in sorted(path.parent for path in ROOT.glob("*/hubs.csv")):
        for table, key in (("sites", "site"), ("markets", "market"), ("hubs", "hub")):
            with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
                found |= {row[key]: (row["name_en"], row["name_zh"]) for row in csv.DictReader(file)}
    return found


def _row(rule: Rule) -> dict[str, Any]:
    return {"value": rule.value, "unit": rule.unit, "upper_kt_coal": rule.upper_kt_coal}


def pack_dict(pack: PolicyPack) -> dict[str, Any]:
    """Return a pack as plain data, infinite sizes in words."""
    data = pack.model_dump()
    for rule in data["rules"]:
        if rule["upper_kt_coal"] == float("inf"):
            rule["upper_kt_coal"] = "inf"
    return data


def policies_markdown() -> str:
    """Return the page: one line for every rule of every bundled pack."""
    with use_language("en"):
        parts = [ABOUT]
        for name in pack_names():
            pack = read_policy_pack(name)
            above = (
                f"Extends `{pack.extends}`: its rules hold too, but for those replaced here.\n\n"
                if pack.extends
                else ""
            )
            rows = [_markdown_row(rule) for rule in own_rules(pack)]
            title = f"## {name}: {pack.name.en} / {pack.name.zh}"
            parts.append("\n".join([title, "", above + HEAD[0], HEAD[1], *rows]) + "\n")
    return "\n".join(parts)


def _markdown_row(rule: Rule) -> str:
    clause = f", {rule.clause}" if rule.clause else ""
    effect = effect_name(rule.effect) + (f" ({label_name(rule.label)})" if rule.label else "")
    cells = (
        f"`{rule.id}`",
        quantity_name(rule.quantity),
        value_text(_row(rule)),
        audience_name(rule.applies_to),
        places_text(rule),
        str(rule.from_year),
        effect,
        f"{rule.document}{clause} ({rule.year})",
        rule.confidence,
        " · ".join(part for part in (rule.text_zh, rule.note) if part),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write_policies(root: Path | str) -> Path:
    """Write the page below the root of the project and return its path."""
    path = Path(root) / POLICIES
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(policies_markdown(), encoding="utf-8", newline="\n")
    return path
