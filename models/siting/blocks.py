"""Rows as arrays: the form in which the largest families reach the solver, and the compiled matrix.

A `RowBlock` holds all rows of one constraint: their index, bounds and nonzeros as arrays. `block` makes one from frames
by joining terms on the row's key columns, so no Python loop runs over rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.siting.frames import partners

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Term:
    """Nonzeros of a constraint: `frame` has the row's key columns, `col` (position of the variable) and `coef`."""

    frame: pd.DataFrame
    coef: float | str | Floats = 1.0  # a number, the name of a column of `frame`, or one number per row of it

    def values(self) -> Floats:
        """Return one coefficient per row of the frame."""
        if isinstance(self.coef, str):
            return self.frame[self.coef].to_numpy(float)
        return np.broadcast_to(np.asarray(self.coef, float), (len(self.frame),))


@dataclass(frozen=True)
class RowBlock:
    """All rows of one constraint, lower <= A x <= upper."""

    name: str
    doc: str
    index: pd.DataFrame
    rows: Ints
    cols: Ints
    coefs: Floats
    lower: Floats
    upper: Floats

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.index)


def block(
    name: str,
    index: pd.DataFrame,
    terms: Sequence[Term],
    *,
    doc: str,
    lower: Any = -np.inf,
    upper: Any = np.inf,
) -> RowBlock:
    """Return the rows of `index` (one per row of the frame, all columns are keys) with the joined terms.

    A row of `index` may have no partner in a term; a term's row without partner in `index` is left out.
    """
    rows, cols, coefs = [], [], []
    for term in terms:
        at, row = partners(term.frame, index, [k for k in index.columns if k in term.frame.columns])
        rows.append(row)
        cols.append(term.frame["col"].to_numpy(np.int64)[at])
        coefs.append(term.values()[at])
    n = len(index)
    return RowBlock(
        name=name,
        doc=doc,
        index=index.reset_index(drop=True),
        rows=np.concatenate(rows) if rows else np.zeros(0, np.int64),
        cols=np.concatenate(cols) if cols else np.zeros(0, np.int64),
        coefs=np.concatenate(coefs) if coefs else np.zeros(0),
        lower=np.broadcast_to(np.asarray(lower, float), (n,)).copy(),
        upper=np.broadcast_to(np.asarray(upper, float), (n,)).copy(),
    )


@dataclass(frozen=True)
class Matrix:
    """The whole model as arrays: min cost x, row_lower <= A x <= row_upper, col_lower <= x <= col_upper."""

    starts: Ints  # row-wise CSR
    indices: Ints
    values: Floats
    row_lower: Floats
    row_upper: Floats
    col_lower: Floats
    col_upper: Floats
    cost: Floats
    is_integer: NDArray[np.bool_]
    spans: tuple[tuple[str, str, pd.DataFrame, int], ...]  # constraint, doc, index frame, first row

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    @property
    def n_cols(self) -> int:
        """Number of columns."""
        return len(self.cost)


def stack(blocks: Sequence[RowBlock], columns: pd.DataFrame, cost: Floats) -> Matrix:
    """Return the matrix of all blocks over `columns` (lower, upper, is_integer; one row per variable)."""
    from scipy.sparse import coo_matrix

    spans, first = [], 0
    rows, cols, coefs, lower, upper = [], [], [], [], []
    for b in blocks:
        spans.append((b.name, b.doc, b.index, first))
        rows.append(b.rows + first)
        cols.append(b.cols)
        coefs.append(b.coefs)
        lower.append(b.lower)
        upper.append(b.upper)
        first += b.n_rows
    joined = [np.concatenate(x) if x else np.zeros(0) for x in (rows, cols, coefs, lower, upper)]
    a = coo_matrix(
        (joined[2], (joined[0].astype(np.int64), joined[1].astype(np.int64))), shape=(first, len(columns))
    ).tocsr()
    a.eliminate_zeros()
    return Matrix(
        starts=a.indptr.astype(np.int64),
        indices=a.indices.astype(np.int64),
        values=a.data,
        row_lower=np.asarray(joined[3], np.float64),
        row_upper=np.asarray(joined[4], np.float64),
        col_lower=columns["lower"].to_numpy(float),
        col_upper=columns["upper"].to_numpy(float),
        cost=cost,
        is_integer=columns["is_integer"].to_numpy(bool),
        spans=tuple(spans),
    )
