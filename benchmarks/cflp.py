"""Pose a capacitated facility location instance (OR-Library format) to the siting model: python benchmarks/cflp.py FILE

A warehouse is a site with its own climate and its own station; a customer is a class of load. The fixed cost is the feed,
the capacity is the station's firm headroom, and the cost of serving a customer from a warehouse is the demand charge of
that class in that climate. All other prices are zero, and leaving demand unserved is not allowed.

File: m n; then m pairs (capacity, fixed cost); then n times a demand and m costs of serving all of it. The files capa,
capb and capc of OR-Library say "capacity" where a number belongs: give it with --capacity.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from models.siting import build
from models.siting.data import Economics, Rules, SitingData
from models.siting.solve import Options, Solution, Solver

YEAR = 2030


@dataclass(frozen=True)
class Instance:
    """Capacities and fixed costs by warehouse, demands by customer, costs[customer, warehouse] of the whole demand."""

    capacities: NDArray[np.float64]
    fixed_costs: NDArray[np.float64]
    demands: NDArray[np.float64]
    costs: NDArray[np.float64]


def read_instance(path: Path, *, capacity: float | None = None) -> Instance:
    """Return the instance of an OR-Library file."""
    words = path.read_text(encoding="ascii").split()
    if "capacity" in words and capacity is None:
        raise ValueError(f"{path.name} leaves the capacity open: give --capacity")
    numbers = np.array([capacity if w == "capacity" else float(w) for w in words], float)
    m, n = int(numbers[0]), int(numbers[1])
    if len(numbers) != 2 + 2 * m + n * (m + 1):
        raise ValueError(f"{path.name} has {len(numbers)} numbers; {m} x {n} needs {2 + 2 * m + n * (m + 1)}")
    warehouses = numbers[2 : 2 + 2 * m].reshape(m, 2)
    customers = numbers[2 + 2 * m :].reshape(n, m + 1)
    return Instance(warehouses[:, 0], warehouses[:, 1], customers[:, 0], customers[:, 1:])


def siting_data(instance: Instance) -> SitingData:
    """Return the instance as siting data (1 unit of goods = 1 MW IT = 1 MVA, 1 unit of cost = 1 CNY per year)."""
    sites = [f"W{i}" for i in range(len(instance.capacities))]
    classes = [f"C{j}" for j in range(len(instance.demands))]
    largest = float(instance.capacities.max())
    per_mw = instance.costs / instance.demands[:, None]
    pairs = pd.MultiIndex.from_product([sites, classes], names=["climate", "workload"]).to_frame(index=False)
    stations = pd.DataFrame({"substation": sites, "n_free_bays": np.nan})
    frames = {
        "sites": pd.DataFrame({"site": sites, "climate": sites}).assign(
            reach="all", area_ha=1.0, it_min_mw=0.0, it_max_mw=largest, is_fixed=False, min_mw=0.0,
            land_cny_per_ha_year=0.0,
        ),
        "technologies": pd.DataFrame(
            [("room", largest, 0.0, 0.0, False, False)],
            columns=["technology", "block_mw", "area_ha_per_mw", "cooling_cny_per_mw_year", "is_wet", "is_liquid"],
        ),
        "workloads": pd.DataFrame({"workload": classes, "availability": "B", "in_city_max_share": np.nan}),
        "performance": pairs.assign(
            technology="room", mva_per_mw=1.0, mwh_per_mw_year=0.0, peak_kw_per_mw=per_mw.T.ravel()
        ),
        "overheads": pd.DataFrame({"climate": sites}).assign(
            technology="room", mva_per_mw=0.0, mwh_per_mw_year=0.0, peak_kw_per_mw=0.0, pue=1.0
        ),
        "stations": stations,
        "feeds": pd.DataFrame({"site": sites, "substation": sites, "group": sites}).assign(
            rating_mva=instance.capacities, cny_per_year=instance.fixed_costs, km=0.0
        ),
        "headroom": pd.DataFrame({"node": sites, "year": YEAR, "headroom_mva": instance.capacities}),
        "demand": pd.DataFrame({"district": "all", "workload": classes, "year": YEAR, "it_mw": instance.demands}),
        "serves": pd.DataFrame({"reach": "all", "district": "all", "workload": classes}),
        "years_table": pd.DataFrame(
            [(YEAR, np.nan, 0.0, np.nan, 0.0, np.nan, np.nan)],
            columns=["year", "green_share", "carbon_t_per_mwh", "city_water_cap_m3", "stock_water_m3", "carbon_cap_t",
                     "liquid_stock_share"],
        ),
    }  # fmt: skip
    return SitingData(
        years=(YEAR,),
        year_weights={YEAR: 1.0},
        frames=frames,
        economics=Economics(demand_charge_cny_per_kw_year=1.0, unserved_cny_per_mw_year=0.0),
        rules=Rules(is_unserved_allowed=False),
    )


def solve_instance(instance: Instance, *, gap: float = 1e-9, time_limit_s: float = 600.0) -> Solution:
    """Return the siting model's answer to the instance."""
    return Solver(build(siting_data(instance))).solve(Options(gap=gap, time_limit_s=time_limit_s))


def main() -> int:
    """Print optimum, bound and gap of an instance."""
    parser = argparse.ArgumentParser(description="Capacitated facility location with the siting model.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--capacity", type=float, help="capacity of every warehouse where the file leaves it open")
    parser.add_argument("--time-limit", type=float, default=600.0, help="seconds")
    options = parser.parse_args()
    instance = read_instance(options.file, capacity=options.capacity)
    answer = solve_instance(instance, time_limit_s=options.time_limit)
    m, n = len(instance.capacities), len(instance.demands)
    print(f"{options.file.name}: {m} warehouses, {n} customers: {answer.status} in {answer.solve_s:.1f} s")
    if answer.objective is None or answer.gap is None:
        return 1
    print(f"cost {answer.objective:.3f}, bound {answer.bound:.3f}, gap {100 * answer.gap:.4f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
