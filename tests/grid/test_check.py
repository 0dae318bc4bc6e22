"""N-0 and N-1 findings on networks small enough to compute by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.grid.check import GridCheck, check_security, check_years
from models.grid.rules import GridRules, VoltageBand

Tables = dict[str, pd.DataFrame]
MakeTables = Callable[..., Tables]
MakePlan = Callable[..., pd.DataFrame]

BASE_KA = 100.0 / (math.sqrt(3.0) * 110.0)
"""Current of 100 MVA at 110 kV [kA]; the base impedance of 100 MVA is 121 ohm."""


def _outage(check: GridCheck, element: str) -> dict[str, object]:
    (row,) = [o.to_dict() for o in check.outages if o.element == element]
    return row


def test_two_bus_line_equals_the_closed_form(tiny: MakeTables, plan: MakePlan, wide_rules: GridRules) -> None:
    # v2^2 = (1 + sqrt(1 - 4 x^2 p^2)) / 2 for a lossless line and unity power factor, per unit.
    tables = tiny([("L", "A", "B", 2, 24.2, 0.6)], [("B", 60.0)])

    check = check_security(tables, loads=plan(("B", 40.0)), rules=wide_rules, year=2030)

    v_base_pu, v_out_pu = (math.sqrt((1 + math.sqrt(1 - 4 * x * x)) / 2) for x in (0.1, 0.2))
    (base,), (outage,) = check.base, check.outages
    assert base.min_vm_pu == pytest.approx(v_base_pu, abs=1e-8)
    assert base.max_line_percent == pytest.approx(100 * BASE_KA / v_base_pu / 2 / 0.6, abs=1e-5)
    assert outage.min_vm_pu == pytest.approx(v_out_pu, abs=1e-8)
    assert outage.max_line_percent == pytest.approx(100 * BASE_KA / v_out_pu / 0.6, abs=1e-5)
    assert (outage.year, outage.status, check.is_secure) == (2030, "ok", True)


def test_transformer_loading_is_current_over_rated_current(
    tiny: MakeTables, plan: MakePlan, wide_rules: GridRules
) -> None:
    tables = tiny([], [])
    tables["buses"] = pd.DataFrame({"bus": ["A", "B"], "vn_kv": [220.0, 110.0]})
    row = ("T", "A", "B", 220.0, 110.0, 1, 100.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0)
    tables["trafos"] = pd.DataFrame([row], columns=tables["trafos"].columns)
    rules = replace(wide_rules, voltage_bands=(*wide_rules.voltage_bands, VoltageBand(220.0, 0.5, 1.5, 0.5, 1.5)))

    check = check_security(tables, loads=plan(("B", 50.0)), rules=rules)

    v_pu = math.sqrt((1 + math.sqrt(1 - 4 * 0.1**2 * 0.5**2)) / 2)
    assert check.base[0].max_trafo_percent == pytest.approx(50.0 / v_pu, abs=1e-5)
    assert check.outages[0].status == "islands"


def test_outage_without_supply_is_islands_with_its_mw(tiny: MakeTables, plan: MakePlan, wide_rules: GridRules) -> None:
    tables = tiny([("AB", "A", "B", 2, 10.0, 1.0), ("BC", "B", "C", 1, 10.0, 1.0)], [("B", 20.0), ("C", 30.0)])

    check = check_security(tables, loads=plan(("C", 5.0)), rules=wide_rules)

    row = _outage(check, "BC")
    assert (row["status"], row["is_counted"], row["unsupplied_buses"]) == ("islands", True, ["C"])
    assert (row["unsupplied_mw"], row["unsupplied_plan_mw"]) == (35.0, 5.0)
    assert _outage(check, "AB")["status"] == "ok"
    assert not check.is_secure


def test_supply_lost_without_the_plan_too_is_shown_but_not_counted(
    tiny: MakeTables, plan: MakePlan, wide_rules: GridRules
) -> None:
    tables = tiny([("AB", "A", "B", 2, 10.0, 1.0), ("BC", "B", "C", 1, 10.0, 1.0)], [("C", 30.0)])

    lenient = check_security(tables, loads=plan(("B", 5.0)), rules=wide_rules)
    strict = check_security(tables, loads=plan(("B", 5.0)), rules=replace(wide_rules, no_worsening=False))

    assert _outage(lenient, "BC")["status"] == _outage(strict, "BC")["status"] == "islands"
    assert (lenient.is_secure, strict.is_secure) == (True, False)


def test_bus_behind_an_open_line_is_lost_supply_in_the_base_case(
    tiny: MakeTables, plan: MakePlan, wide_rules: GridRules
) -> None:
    tables = tiny([("AB", "A", "B", 2, 10.0, 1.0), ("BC", "B", "C", 1, 10.0, 1.0)], [("B", 10.0)])
    tables["lines"]["is_closed"] = [True, False]

    check = check_security(tables, loads=plan(("C", 7.0)), rules=wide_rules)

    assert (check.base[0].status, check.base[0].unsupplied_mw) == ("islands", 7.0)
    assert [o.element for o in check.outages] == ["AB"]
    assert not check.is_secure


@pytest.mark.parametrize(("load_mw", "base_status"), [(600.0, "not_converged"), (300.0, "ok")])
def test_a_flow_without_solution_is_not_converged_and_insecure(
    tiny: MakeTables, plan: MakePlan, wide_rules: GridRules, load_mw: float, base_status: str
) -> None:
    # The most a lossless line carries at unity power factor is 1 / (2 x): 500 MW with both circuits, 250 with one.
    tables = tiny([("L", "A", "B", 2, 24.2, 100.0)], [])

    check = check_security(tables, loads=plan(("B", load_mw)), rules=wide_rules)

    assert check.base[0].status == base_status
    assert [(o.status, o.worst, o.max_line_percent) for o in check.outages] == [("not_converged", None, None)]
    assert not check.is_secure


@pytest.mark.parametrize(("at", "is_secure"), [("C", True), ("B", False)])
def test_existing_overload_counts_only_when_the_plan_makes_it_worse(
    tiny: MakeTables, plan: MakePlan, wide_rules: GridRules, at: str, is_secure: bool
) -> None:
    tables = tiny([("AB", "A", "B", 2, 12.1, 0.2), ("AC", "A", "C", 2, 12.1, 1.0)], [("B", 100.0)])

    check = check_security(tables, loads=plan((at, 10.0)), rules=wide_rules)

    (base,) = check.base
    assert base.status == "violated"
    assert base.worst is not None
    assert (base.worst.element, base.worst.limit, base.worst.unit) == ("AB", 100.0, "%")
    assert base.worst.base_value is not None
    assert base.worst.base_value > 100.0
    assert (base.is_counted, check.is_secure) == (not is_secure, is_secure)
    assert not check_security(tables, loads=plan((at, 10.0)), rules=replace(wide_rules, no_worsening=False)).is_secure


def test_counted_violation_is_named_before_a_larger_existing_one(
    tiny: MakeTables, plan: MakePlan, wide_rules: GridRules
) -> None:
    tables = tiny([("AB", "A", "B", 2, 12.1, 0.1), ("AC", "A", "C", 2, 12.1, 0.1)], [("B", 100.0)])

    check = check_security(tables, loads=plan(("C", 45.0)), rules=wide_rules)

    base = check.base[0]
    assert base.worst is not None
    assert (base.worst.element, base.n_violations, base.n_counted_violations) == ("AC", 2, 1)


def test_voltage_outside_its_band_names_the_bus(tiny: MakeTables, plan: MakePlan) -> None:
    tables = tiny([("L", "A", "B", 2, 24.2, 9.0)], [])
    rules = GridRules((VoltageBand(110.0, 0.99, 1.05, 0.98, 1.05),))

    check = check_security(tables, loads=plan(("B", 100.0)), rules=rules)

    worst = check.outages[0].worst
    assert worst is not None
    assert (worst.element, worst.kind, worst.limit, worst.unit) == ("B", "bus", 0.98, "pu")
    assert worst.value == pytest.approx(0.978906, abs=1e-6)
    assert (check.base[0].status, check.outages[0].status) == ("ok", "violated")


def test_emergency_factor_applies_to_outages_of_its_class_only(
    tiny: MakeTables, plan: MakePlan, wide_rules: GridRules
) -> None:
    tables = tiny([("L", "A", "B", 2, 24.2, 0.4)], [])
    rules = replace(wide_rules, emergency_factor={"line": 1.4})

    found = [check_security(tables, loads=plan(("B", 100.0)), rules=r) for r in (wide_rules, rules)]

    assert [check.outages[0].status for check in found] == ["violated", "ok"]
    assert rules.loading_limit_percent("line", is_outage=False) == 100.0


def test_years_are_checked_one_by_one(tiny: MakeTables, plan: MakePlan, wide_rules: GridRules) -> None:
    tables = tiny([("L", "A", "B", 2, 24.2, 0.6)], [])

    check = check_years(tables, loads_by_year={2027: plan(("B", 50.0)), 2030: plan(("B", 150.0))}, rules=wide_rules)

    assert [(o.year, o.status) for o in check.outages] == [(2027, "ok"), (2030, "violated")]
    grid = check.to_dict(is_synthetic=True)
    assert [row["year"] for row in grid["base"]] == [2027, 2030]
    assert {"element", "kind", "worst", "max_loading_percent", "unsupplied_mw"} <= set(grid["outages"][0])
    assert grid["rules"]["no_worsening"] is True


@pytest.mark.parametrize("p_mw", [np.nan, np.inf])
def test_a_load_that_is_no_number_is_refused(
    tiny: MakeTables, plan: MakePlan, wide_rules: GridRules, p_mw: float
) -> None:
    tables = tiny([("L", "A", "B", 2, 24.2, 0.6)], [])

    with pytest.raises(ValueError, match=r"plan loads\.p_mw is not a number"):
        check_security(tables, loads=plan(("B", p_mw)), rules=wide_rules)


def test_unknown_bus_and_missing_band_are_named(tiny: MakeTables, plan: MakePlan, wide_rules: GridRules) -> None:
    tables = tiny([("L", "A", "B", 2, 24.2, 0.6)], [])

    with pytest.raises(ValueError, match="does not have: Z"):
        check_security(tables, loads=plan(("Z", 1.0)), rules=wide_rules)
    with pytest.raises(ValueError, match="no band for 110 kV"):
        check_security(tables, loads=plan(("B", 1.0)), rules=replace(wide_rules, voltage_bands=()))
