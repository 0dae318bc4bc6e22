"""Capacitated facility location, posed to the siting model, has the optimum that CBC finds for the plain formulation.

The instances are generated in the format of OR-Library; its own files are not part of this repository. (On its cap41
benchmarks/cflp.py gives 1,040,444.375, the published optimum.)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.cflp import Instance, read_instance, solve_instance
from tests.oracles.cbc import solve_file


def written_instance(path: Path, *, seed: int, m: int, n: int) -> Path:
    """Write a random instance in OR-Library's format: places on a plane, whole-demand costs, equal or mixed capacity."""
    rng = np.random.default_rng(seed)
    demands = rng.integers(5, 60, n)
    capacities = rng.integers(int(demands.sum() / m * 1.5), int(demands.sum() / m * 4), m)
    km = np.linalg.norm(rng.uniform(0, 100, (n, 1, 2)) - rng.uniform(0, 100, (1, m, 2)), axis=2)
    lines = [f"{m} {n}"]
    lines += [f"{c} {f}" for c, f in zip(capacities, rng.integers(2_000, 9_000, m), strict=True)]
    for j in range(n):
        lines += [str(demands[j]), " ".join(f"{demands[j] * km[j, i]:.5f}" for i in range(m))]
    path.write_text("\n".join(lines), encoding="ascii")
    return path


def plain_optimum(instance: Instance, folder: Path) -> float:
    """Return the optimum of the textbook formulation, written as an LP file for CBC (s: share served, y: open)."""
    m, n = range(len(instance.capacities)), range(len(instance.demands))
    cost = [f"+ {float(instance.fixed_costs[i])!r} y{i}" for i in m]
    cost += [f"+ {float(instance.costs[j, i])!r} s{i}_{j}" for i in m for j in n]
    rows = ["+ " + " + ".join(f"s{i}_{j}" for i in m) + " = 1" for j in n]
    for i in m:
        used = " ".join(f"+ {float(instance.demands[j])!r} s{i}_{j}" for j in n)
        rows += [f"{used} - {float(instance.capacities[i])!r} y{i} <= 0", *(f"s{i}_{j} - y{i} <= 0" for j in n)]
    text = ["minimize", *cost, "subject to", *rows, "binaries", *(f"y{i}" for i in m), "end"]
    (folder / "plain.lp").write_text("\n".join(text), encoding="ascii")
    return solve_file(folder / "plain.lp", folder / "answer.txt")


@pytest.mark.parametrize(("seed", "m", "n"), [(1, 5, 10), (2, 8, 15), (3, 10, 25), (4, 16, 50)])
def test_facility_location_has_the_optimum_of_the_plain_formulation(seed: int, m: int, n: int, tmp_path: Path) -> None:
    instance = read_instance(written_instance(tmp_path / "cap.txt", seed=seed, m=m, n=n))

    answer = solve_instance(instance)

    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(plain_optimum(instance, tmp_path), rel=1e-6)


def test_open_capacity_must_be_given(tmp_path: Path) -> None:
    path = tmp_path / "capx.txt"
    path.write_text("1 1\ncapacity 10\n5\n7.5\n", encoding="ascii")

    with pytest.raises(ValueError, match="capacity"):
        read_instance(path)
    assert read_instance(path, capacity=6.0).capacities.tolist() == [6.0]


def test_too_little_capacity_is_infeasible() -> None:
    answer = solve_instance(Instance(np.array([4.0]), np.array([1.0]), np.array([5.0]), np.array([[1.0]])))

    assert answer.status == "infeasible"
