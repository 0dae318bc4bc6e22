"""The page of the formulation, made from the docstrings of the families: an equation has one home."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

FORMULATION = "docs/formulation.md"
_HEAD = """\
# Formulation

Made from the docstrings of `models/siting` by `planner docs`; a test fails when this page is not current. Do not edit it
by hand.

The siting model is a mixed-integer linear programme. Its rows come in families, one file each; a policy that is switched
off is a family left out or an empty table. A name in brackets is an index. Quantities carry their unit in their name:
`it_mw` is power drawn by servers, `facility_mw` includes cooling and losses, `mva` is apparent power at the feeding bus.

Marginal values are given *at the chosen siting*: the choice of sites, feeds and pipes is held, everything else may move.
A positive worth is money saved per unit of more room."""


def family_markdown(family: ModuleType) -> str:
    """Return the section about one family: its sentence, then the constraints, symbols, worth and source as written."""
    name = family.__name__.rsplit(".", 1)[-1]
    first, _newline, rest = inspect.cleandoc(family.__doc__ or "").partition("\n")
    head = [f"## {name}", "", first, "", f"[`models/siting/{name}.py`](../models/siting/{name}.py)"]
    body = ["", "```text", rest.strip("\n"), "```"] if rest.strip() else []
    return "\n".join([*head, *body])


def formulation_markdown() -> str:
    """Return the page about every family, in the order in which the model is built."""
    from models.siting import FAMILIES

    names = [family.__name__.rsplit(".", 1)[-1] for family in FAMILIES]
    contents = " · ".join(f"[{name}](#{name})" for name in names)
    return "\n\n".join([_HEAD, contents, *(family_markdown(family) for family in FAMILIES)]) + "\n"


def write_formulation(root: Path | str) -> Path:
    """Write the page below the root of the project and return its path."""
    path = Path(root) / FORMULATION
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(formulation_markdown(), encoding="utf-8", newline="\n")
    return path
