"""What a plan is called in a list: its scenario's name, and what was changed where the name was not."""

from __future__ import annotations

from planner.i18n import LANGUAGES, use_language
from planner.scenario import Scenario
from planner.scenario_diff import changes

MOST_LETTERS = 70


def titles(reference: Scenario, scenario: Scenario) -> dict[str, str]:
    """Return the title by language: "Beijing reference: availability of reclaimed water 1.5 % (+2)"."""
    return {lang: title(reference, scenario, lang) for lang in LANGUAGES}


def title(reference: Scenario, scenario: Scenario, lang: str) -> str:
    """Return the title in one language."""
    with use_language(lang):
        name = str(getattr(scenario.name, lang))
        if scenario.name != reference.name:
            return name
        found = changes(reference, scenario)
        if not found:
            return name
        first, others = found[0], len(found) - 1
        colon = "：" if lang == "zh" else ": "
        text = f"{name}{colon}{first.label} {first.after_text}"
        short = text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
        return short + (f" (+{others})" if others else "")
