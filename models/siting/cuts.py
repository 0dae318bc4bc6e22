"""Rows learned from the grid, added to a compiled model without building the rest of it anew.

The rounds of the loop add a few rows to a model of thousands: `with_cuts` appends them to the matrix, with the columns of
class A load by feed where a station is named for the first time. The result says the same as a full build of the same
data, in another order of rows and columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from models.siting.blocks import Matrix, RowBlock, stack
from models.siting.compile import SitingModel
from models.siting.data import CUT_FRAMES, SitingData
from models.siting.decisions import Decisions
from models.siting.frames import partners, with_columns
from models.siting.grid_terms import FEED, class_a_feeds
from models.siting.network import class_a_rows, cut_rows

Frames = Mapping[str, pd.DataFrame]


def joined(data: SitingData, frames: Frames) -> SitingData:
    """Return the data with more cuts; KeyError for other frames, ValueError for a (cut, year) that is there already."""
    unknown = set(frames) - set(CUT_FRAMES)
    if unknown:
        raise KeyError(f"not frames of cuts: {sorted(unknown)}")
    more = {k: f for k, f in frames.items() if len(f)}
    full = {k: pd.concat([data[k], f], ignore_index=True) if len(data[k]) else f for k, f in more.items()}
    both = full.get("cuts", data["cuts"])[["cut", "year"]]
    if both.duplicated().any():
        raise ValueError(f"cuts are there twice: {both[both.duplicated()].to_numpy().tolist()[:3]}")
    return data.changed(**full)


def with_cuts(model: SitingModel, frames: Frames) -> SitingModel:
    """Return the model with the rows of more cuts (`cuts`, `cut_terms`, ...: new ones only) appended."""
    data = joined(model.data, frames)
    only_new = model.data.changed(**{name: frames.get(name, model.data[name].iloc[:0]) for name in CUT_FRAMES})
    decisions, added = _extended(data, model.decisions)
    blocks = [b for b in [cut_rows(only_new, decisions), *class_a_rows(added, decisions)] if b.n_rows]
    matrix = _appended(model.matrix, blocks, added)
    families = tuple(dict.fromkeys([*model.families, *((b.name, "network") for b in blocks)]))
    return SitingModel(data=data, decisions=decisions, matrix=matrix, families=families)


def _extended(data: SitingData, decisions: Decisions) -> tuple[Decisions, pd.DataFrame]:
    """Return the decisions with class_a_feed_mva of newly named stations as last columns, and those columns' frame."""
    own = decisions["class_a_feed_mva"]
    wanted = class_a_feeds(data, decisions["feed_mva"], decisions["is_dual"])
    is_new = np.ones(len(wanted), bool)
    is_new[partners(wanted, own, FEED)[0]] = False
    added = wanted[is_new].reset_index(drop=True)
    added = with_columns(added, col=np.arange(decisions.n_cols, decisions.n_cols + len(added), dtype=np.int64))
    full = pd.concat([own, added], ignore_index=True) if len(own) and len(added) else added if len(added) else own
    frames = {**decisions.frames, "class_a_feed_mva": full}
    return replace(decisions, frames=frames, n_cols=decisions.n_cols + len(added), kept={}), added


def _appended(matrix: Matrix, blocks: Sequence[RowBlock], added: pd.DataFrame) -> Matrix:
    """Return the matrix with the rows of the blocks below and the added columns at its right end."""
    n = matrix.n_cols + len(added)
    columns = pd.DataFrame({"lower": np.zeros(n), "upper": np.zeros(n), "is_integer": np.zeros(n, bool)})
    more = stack(blocks, columns, np.zeros(0))
    spans = tuple((name, doc, index, first + matrix.n_rows) for name, doc, index, first in more.spans)
    return Matrix(
        starts=np.concatenate([matrix.starts, more.starts[1:] + matrix.starts[-1]]),
        indices=np.concatenate([matrix.indices, more.indices]),
        values=np.concatenate([matrix.values, more.values]),
        row_lower=np.concatenate([matrix.row_lower, more.row_lower]),
        row_upper=np.concatenate([matrix.row_upper, more.row_upper]),
        col_lower=np.concatenate([matrix.col_lower, added["lower"].to_numpy(float)]),
        col_upper=np.concatenate([matrix.col_upper, added["upper"].to_numpy(float)]),
        cost=np.concatenate([matrix.cost, np.zeros(len(added))]),
        is_integer=np.concatenate([matrix.is_integer, np.zeros(len(added), bool)]),
        spans=matrix.spans + spans,
    )


__all__ = ["Frames", "joined", "with_cuts"]
