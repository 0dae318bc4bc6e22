"""What assembled siting data hold, in few numbers: rows, and of every column its sum, its square sum or its names.

python -m tests.assembled_digest     # writes the golden file of Beijing again, after a change that is meant
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.siting.data import SitingData

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "cases" / "assembled_beijing.json"
LATER = ("invest_", "it_mwh")  # columns that came after the golden file
SCENARIO = ROOT / "gis_data" / "beijing" / "scenarios" / "reference.yaml"


def digest(frames: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, Any]]:
    """Return frame, column -> [rows, sum, square sum, missing] of numbers and [rows, distinct] of names; no empty frames."""
    return {
        name: {c: _column(frame[c]) for c in frame if not c.startswith(LATER)}
        for name, frame in sorted(frames.items())
        if len(frame)
    }


def _column(values: pd.Series) -> list[float]:
    numbers = pd.to_numeric(values, errors="coerce")
    if values.dtype == object and numbers.isna().any():
        return [len(values), float(values.astype(str).nunique())]
    known = numbers.dropna().to_numpy(float)
    return [len(values), float(known.sum()), float(np.square(known).sum()), len(values) - len(known)]


def of_beijing() -> SitingData:
    """Return the siting data of the reference scenario of Beijing."""
    from planner.assemble import assemble
    from planner.read import read_region
    from planner.scenario import load_scenario

    scenario = load_scenario(SCENARIO)
    return assemble(read_region(scenario.region), scenario).data


def main() -> None:
    """Write the golden file."""
    text = json.dumps(digest(of_beijing().frames), indent=1)
    GOLDEN.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
