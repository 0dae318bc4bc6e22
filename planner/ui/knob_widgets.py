"""One widget per knob: shows the draft's value, changes it, and tells range, source and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from planner.demand_units import known_years
from planner.i18n import gettext as _
from planner.knobs import Knob
from planner.knobs.policy import rule_lines, rule_summary
from planner.knobs.shown import from_shown, options, range_text, shown_range, titled, to_shown
from planner.scenario_path import ABSENT, join_path, split_path
from planner.ui import draft, state
from planner.ui.markdown import plain

PREFIX = "knob_"
FINE_STEP = 0.1
PER_ROW = 3


def key_of(path: str) -> str:
    """Return the key of the widget of a place in the scenario."""
    return PREFIX + path


def show_knob(knob: Knob) -> None:
    """Show one knob with its policy source, and why a value was refused."""
    if knob.kind in ("by_key", "limits"):
        _show_map(knob)
    else:
        WIDGETS[knob.kind](knob, knob.path, value_at(knob.path))
        draft.show_problems(knob.path)
    summary = rule_summary(state.draft(), knob)
    if summary:
        source = "\n\n".join(plain(line) for line in rule_lines(state.draft(), knob))
        st.caption(f":material/gavel: {plain(summary)}", help=source)


def value_at(path: str) -> Any:
    """Return the draft's value at a place, ABSENT where the key is not there."""
    node: Any = state.draft().whole_dict()
    for key in split_path(path):
        node = node.get(int(key) if key.isdigit() and int(key) in node else key, ABSENT)
        if node is ABSENT:
            return ABSENT
    return node


def help_of(knob: Knob) -> str:
    """Return what a knob means, and its range."""
    return f"{knob.words.help.here} {range_text(knob) if knob.range.type in ('number', 'integer') else ''}".strip()


def _taken(knob: Knob, path: str) -> Callable[[], None]:
    """Return what happens when a widget changed: the draft takes its value."""

    def take() -> None:
        value = from_shown(knob, st.session_state[key_of(path)])
        empty = ABSENT if knob.kind in ("by_key", "limits") else None
        draft.change({path: empty if value is None else value}, place=path, knob=knob)

    return take


def _keep(path: str, shown: Any) -> str:
    """Let a widget show the draft's value, unless it shows one that was just refused; return its key."""
    key = key_of(path)
    if path not in draft.problems() or key not in st.session_state:
        st.session_state[key] = shown
    return key


def _number(knob: Knob, path: str, value: Any, *, label: str = "") -> None:
    """Show a slider over the usual range, else a field; an empty field means what the knob says of it."""
    kind: Any = int if knob.range.type == "integer" else float
    shown: Any = None if value is ABSENT or value is None else kind(to_shown(knob, value))
    common: dict[str, Any] = {"key": _keep(path, shown), "help": help_of(knob), "on_change": _taken(knob, path)}
    text, step = label or titled(knob), kind(knob.words.step or (1 if kind is int else FINE_STEP))
    if knob.words.usual is not None and shown is not None:
        low, high = knob.words.usual
        edges = kind(min(low, shown)), kind(max(high, shown))
        st.slider(text, *edges, step=step, format=None if kind is int else "%g", **common)
        return
    low_edge, high_edge = (None if edge is None else kind(edge) for edge in shown_range(knob))
    empty = knob.words.empty.here if knob.words.empty is not None else None
    is_whole = kind is float and step >= 1 and float(shown or 0.0).is_integer()
    st.number_input(text, low_edge, high_edge, None, step, "%.0f" if is_whole else None, placeholder=empty, **common)


def _yes_no(knob: Knob, path: str, value: Any) -> None:
    st.toggle(titled(knob), key=_keep(path, bool(value)), help=help_of(knob), on_change=_taken(knob, path))


def _maybe(knob: Knob, path: str, value: Any) -> None:
    empty = "–" if knob.words.empty is None else knob.words.empty.here
    words = {"empty": empty, "yes": _("yes"), "no": _("no")}
    values = {"empty": None, "yes": True, "no": False}

    def take() -> None:
        draft.change({path: values[st.session_state[key_of(path)]]}, place=path, knob=knob)

    shown = next(name for name, held in values.items() if held is value)
    st.selectbox(
        titled(knob),
        list(words),
        format_func=words.__getitem__,
        key=_keep(path, shown),
        help=help_of(knob),
        on_change=take,
    )


def _choice(knob: Knob, path: str, value: Any) -> None:
    words = options(knob, state.draft())
    choices = [*words, *([value] if value not in words else [])]
    st.selectbox(
        titled(knob),
        choices,
        format_func=lambda name: words.get(name, name),
        key=_keep(path, value),
        help=help_of(knob),
        on_change=_taken(knob, path),
    )


def _choices(knob: Knob, path: str, value: Any) -> None:
    words = options(knob, state.draft())
    _several(knob, path, list(value), choices=[*words, *(v for v in value if v not in words)], words=words)


def _several(knob: Knob, path: str, value: list[Any], *, choices: list[Any], words: dict[Any, str]) -> None:
    def take() -> None:
        chosen = st.session_state[key_of(path)]
        draft.change({path: [name for name in choices if name in chosen]}, place=path, knob=knob)

    st.multiselect(
        titled(knob),
        choices,
        format_func=lambda name: words.get(name, str(name)),
        key=_keep(path, value),
        help=help_of(knob),
        on_change=take,
        placeholder=_("nothing chosen"),
    )


def _years(knob: Knob, path: str, value: Any) -> None:
    """Offer the years for which the scenario holds what a planning year needs."""
    scenario = state.draft()
    known = sorted(set(known_years(scenario)) | set(value))
    _several(knob, path, list(value), choices=known, words={})


def _show_map(knob: Knob) -> None:
    """One field per key: the planning years, the aims that may be limited, or the keys that are there."""
    value = value_at(knob.path)
    keys = list(value)
    if knob.words.per == "year":
        keys = sorted({*state.draft().years, *value})
    elif knob.kind == "limits":
        keys = list(knob.words.words)
    width = PER_ROW if len(keys) <= PER_ROW else 2
    for start in range(0, len(keys), width):
        for column, key in zip(
            st.columns(width, vertical_alignment="bottom"), keys[start : start + width], strict=False
        ):
            path = join_path((*split_path(knob.path), key))
            with column:
                _number(knob, path, value.get(key, ABSENT), label=titled(knob, key))
                draft.show_problems(path)


WIDGETS: dict[str, Callable[[Knob, str, Any], None]] = {
    "number": _number,
    "yes_no": _yes_no,
    "maybe": _maybe,
    "choice": _choice,
    "choices": _choices,
    "years": _years,
}
