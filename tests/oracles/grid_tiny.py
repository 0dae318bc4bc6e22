"""Tiny regions with cuts, states of reinforcement and interruptible load, for enumeration and for CBC."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from models.siting.data import COLUMNS, SitingData
from tests.oracles.tiny import tiny_data


def frame(name: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return rows as the named frame."""
    return pd.DataFrame(rows, columns=list(COLUMNS[name]))


def with_grid(data: SitingData, seed: int, *, scale: float = 1.0) -> SitingData:
    """Return the data with one to three cuts of random kind, a station and a zone that can be reinforced, two steps.

    `scale`: limits of the cuts against those of a region of two small sites.
    """
    rng = np.random.default_rng(77_000 + seed)
    years, last = data.years, data.years[-1]
    stations = sorted(set(data["feeds"]["substation"]))
    pairs = data["feeds"].groupby("site")["substation"].agg(sorted)
    station, zone = stations[int(rng.integers(len(stations)))], str(data["ancestors"]["node"].iloc[0])
    cuts: dict[str, list[tuple[Any, ...]]] = {
        name: [] for name in ("cuts", "cut_terms", "cut_sites", "cut_states", "cut_feeds")
    }
    for k in range(int(rng.integers(1, 4))):
        name = f"cut{k}"
        cuts["cuts"] += [(name, y, float(rng.integers(2, 9)) * scale) for y in years if y == last or rng.random() < 0.5]
        coefs = rng.choice([-0.5, 0.25, 0.6, 1.0, 1.3], len(stations))
        cuts["cut_terms"] += [(name, y, s, float(c)) for n, y, _ in cuts["cuts"] if n == name
                              for s, c in zip(stations, coefs, strict=True)]  # fmt: skip
        if rng.random() < 0.4:
            cuts["cut_states"].append((name, station, str(int(rng.integers(2)))))
        if rng.random() < 0.4:
            site = str(pairs.index[int(rng.integers(len(pairs)))])
            first, second = pairs[site][:2]
            moved = float(rng.choice([0.5, 1.0]))
            cuts["cut_sites"].append((name, site, first, moved, -0.5 * moved))
            cuts["cut_feeds"] += [(name, site, first), (name, site, second)]
    head = data["headroom"].set_index(["node", "year"])["headroom_mva"].astype(float)
    states = [(station, "1", years[0], 1.5e6), (station, "2", last, 2.5e6) if seed % 2 else (zone, "1", last, 2e6)]
    states = states[: 1 if len(years) > 1 else 2]
    better = [(n, k, y, head[n, y] + 8.0 * int(k)) for n, k, first, _ in states for y in years if y >= first]
    steps = [(s, y, k, 2.0, 4e5 * k) for s in stations[:2] for y in years for k in (1, 2)]
    return data.changed(
        rules=replace(data.rules, flexible_share=0.4),
        **{name: frame(name, rows) for name, rows in cuts.items()},
        reinforcement_states=frame("reinforcement_states", states),
        headroom_states=frame("headroom_states", better),
        flexible=frame("flexible", steps),
    )


def grid_data(seed: int) -> SitingData:
    """Return a tiny region with scarce headroom and a grid that limits it."""
    data = tiny_data(seed)
    scarce = data["headroom"].assign(headroom_mva=(data["headroom"]["headroom_mva"] * 0.3).round(2))
    return with_grid(data.changed(headroom=scarce, stock=data["stock"].assign(n_halls=1)), seed)
