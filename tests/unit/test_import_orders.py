"""Highs, pandapower, Pyomo and lightsim2grid bring compiled libraries: whatever is imported first, all of them work."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from models.siting import build
from models.siting.solve import Options, Solver
from tests.builders import random_data
from tests.source import ROOT

PACKAGES = ("highspy", "pandapower", "pyomo.environ", "lightsim2grid")
OURS = ("models.siting.solve", "planner.pipeline", "models.grid.check", "planner.session")

# What is done after the imports: a tiny siting model solved by Highs, a power flow, and both once more. The voltage of
# the two-bus line (0.1 pu, lossless, 0.5 pu of load) is known in closed form.
WORK = """
import math, warnings
warnings.simplefilter("error")
from models.siting import build
from models.siting.solve import Options, Solver
from tests.builders import random_data

def plan_value():
    return Solver(build(random_data(1, n_sites=2, n_stations=2))).solve(Options(gap=0.0)).objective

def voltage():
    import pandapower as pp
    net = pp.create_empty_network()
    a, b = pp.create_bus(net, vn_kv=110.0), pp.create_bus(net, vn_kv=110.0)
    pp.create_ext_grid(net, a)
    pp.create_line_from_parameters(net, a, b, 1.0, r_ohm_per_km=0.0, x_ohm_per_km=12.1, c_nf_per_km=0.0, max_i_ka=1.0)
    pp.create_load(net, b, p_mw=50.0)
    pp.runpp(net, numba=False)
    return float(net.res_bus.vm_pu.iloc[1])

expected = math.sqrt((1.0 + math.sqrt(1.0 - 4.0 * 0.1**2 * 0.5**2)) / 2.0)
values = []
for _ in range(2):
    values.append(plan_value())
    assert abs(voltage() - expected) < 1e-7, voltage()
assert values[0] is not None and values[0] == values[1], values
print("WORKED", repr(values[0]))
"""


def run_after(imports: tuple[str, ...]) -> str:
    """Return the value that a fresh process finds when it has imported these packages in this order."""
    program = "".join(f"import {package}\n" for package in imports) + WORK
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("WORKED")]
    return line


def found_here() -> str:
    """Return the same line for this process, whatever the tests before have imported."""
    answer = Solver(build(random_data(1, n_sites=2, n_stations=2))).solve(Options(gap=0.0))
    return f"WORKED {answer.objective!r}"


def chosen_orders() -> list[tuple[str, ...]]:
    """Return an order and its reverse: together they hold every pair of packages both ways."""
    highs, power, pyomo, fast = PACKAGES
    order = (power, highs, pyomo, fast)
    return [order, order[::-1]]


def test_the_chosen_orders_hold_every_pair_both_ways() -> None:
    pairs = {pair for order in chosen_orders() for pair in itertools.combinations(order, 2)}

    assert pairs == set(itertools.permutations(PACKAGES, 2))


@pytest.mark.slow
@pytest.mark.parametrize("order", chosen_orders()[1:], ids="-".join)
def test_solver_and_power_flow_work_in_the_other_order(order: tuple[str, ...]) -> None:
    assert run_after(order) == found_here()


@pytest.mark.parametrize("order", chosen_orders()[:1], ids="-".join)
def test_solver_and_power_flow_work_in_this_order(order: tuple[str, ...]) -> None:
    assert run_after(order) == found_here()


@pytest.mark.slow
def test_solver_and_power_flow_work_in_every_order() -> None:
    found = {order: run_after(order) for order in itertools.permutations(PACKAGES)}

    assert set(found.values()) == {found_here()}, found


@pytest.mark.slow
def test_our_own_modules_may_come_in_any_order() -> None:
    found = {order: run_after(order) for order in itertools.permutations(OURS)}

    assert set(found.values()) == {found_here()}, found
