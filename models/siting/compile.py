"""From Pyomo rows and row blocks to one matrix with names.

Pyomo writes the policy rows; the families with the most rows (`rows`) come as arrays. Both meet here: the Pyomo rows are
compiled once by Pyomo's own standard-form compiler and joined to the array rows over the same columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pandas as pd
import pyomo.environ as pyo
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from models.siting.algebra import declare
from models.siting.blocks import Matrix, RowBlock, stack
from models.siting.data import SitingData
from models.siting.decisions import Decisions, make_decisions
from models.siting.objective import cost_vector


@dataclass(frozen=True)
class SitingModel:
    """The compiled siting model: numbers, names and the decisions' frames."""

    data: SitingData
    decisions: Decisions
    matrix: Matrix
    families: tuple[tuple[str, str], ...]  # constraint, family


def positions(m: pyo.ConcreteModel, decisions: Decisions) -> dict[int, int]:
    """Return id(variable) -> column."""
    out: dict[int, int] = {}
    for name, frame in decisions.frames.items():
        if len(frame) and hasattr(m, name):
            out.update(zip(map(id, getattr(m, name).values()), frame["col"].tolist(), strict=True))
    return out


def compile_rows(m: pyo.ConcreteModel, decisions: Decisions) -> list[RowBlock]:
    """Return the model's active constraints as row blocks, one per constraint component, in order of declaration."""
    for objective in m.component_objects(pyo.Objective, active=True):
        objective.deactivate()
    if not any(True for _ in m.component_data_objects(pyo.Constraint, active=True)):
        return []
    m.no_objective = pyo.Objective(expr=0.0)
    form = LinearStandardFormCompiler().write(m, mixed_form=True)
    column_of = positions(m, decisions)
    cols = np.array([column_of[id(v)] for v in form.columns], dtype=np.int64)
    a = form.A.tocsr()
    parents = [entry.constraint.parent_component() for entry in form.rows]
    cut = [0, *(k for k in range(1, len(parents)) if parents[k] is not parents[k - 1]), len(parents)]
    out = []
    for first, last in zip(cut[:-1], cut[1:], strict=True):
        part = a[first:last].tocoo()
        kind = np.array([entry.bound_type for entry in form.rows[first:last]])
        rhs = np.asarray(form.rhs[first:last], float)
        index = pd.DataFrame([_tuple(e.constraint.index()) for e in form.rows[first:last]])
        out.append(
            RowBlock(
                name=parents[first].local_name,
                doc=str(parents[first].doc or ""),
                index=index,
                rows=part.row.astype(np.int64),
                cols=cols[part.col],
                coefs=part.data.astype(float),
                lower=np.where(kind <= 0, rhs, -np.inf),
                upper=np.where(kind >= 0, rhs, np.inf),
            )
        )
    return out


def _tuple(index: object) -> tuple[object, ...]:
    if isinstance(index, tuple):
        return index
    return () if index is None else (index,)


def build(data: SitingData, families: Sequence[ModuleType], *, as_arrays: bool = True) -> SitingModel:
    """Return the compiled model of the given families.

    With `as_arrays` the families that offer `rows` are built as arrays; without, every row is written by Pyomo (the two
    are the same matrix, which a test shows).
    """
    decisions = make_decisions(data)
    m = declare(decisions, with_sites=not as_arrays)
    blocks: list[RowBlock] = []
    owner: list[tuple[str, str]] = []
    for family in families:
        name = family.__name__.rsplit(".", 1)[-1]
        if as_arrays and hasattr(family, "rows"):
            made = [b for b in family.rows(data, decisions) if b.n_rows]
            blocks += made
            owner += [(b.name, name) for b in made]
        else:
            before = {c.local_name for c in m.component_objects(pyo.Constraint)}
            family.add(m, data)
            owner += [(c.local_name, name) for c in m.component_objects(pyo.Constraint) if c.local_name not in before]
    blocks += compile_rows(m, decisions)
    matrix = stack(blocks, decisions.columns(), cost_vector(data, decisions))
    return SitingModel(data=data, decisions=decisions, matrix=matrix, families=tuple(dict.fromkeys(owner)))
