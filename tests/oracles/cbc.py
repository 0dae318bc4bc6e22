"""The compiled model solved by another solver: CBC, as shipped with PuLP, reading the matrix as an MPS file."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pulp.apis import PULP_CBC_CMD

from models.siting.compile import SitingModel
from models.siting.solve import load


def cbc_optimum(model: SitingModel, folder: Path) -> float:
    """Return CBC's optimum of the siting model, infinity where it finds it infeasible."""
    path = folder / "model.mps"
    load(model.matrix).writeModel(str(path))
    return solve_file(path, folder / "answer.txt")


def solve_file(model: Path, answer: Path) -> float:
    """Return CBC's optimum of an MPS or LP file (minimisation), infinity where it is infeasible."""
    cbc = PULP_CBC_CMD.pulp_cbc_path
    command = [cbc, str(model), "ratioGap", "0", "allowableGap", "1e-9", "seconds", "60", "solve",
               "solution", str(answer)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    head = answer.read_text().splitlines()[0]
    if head.startswith("Optimal"):
        return float(head.rsplit(" ", 1)[1])
    if "nfeasible" in head:
        return float("inf")
    raise RuntimeError(f"CBC ended with {head!r}: {done.stdout[-500:]}")
