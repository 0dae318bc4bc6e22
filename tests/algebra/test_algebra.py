"""The algebra says what its docstrings say: golden texts, arrays equal Pyomo rows, the ledger is the objective."""

from __future__ import annotations

import functools
import re
from types import ModuleType

import numpy as np
import pytest

from models.siting import FAMILIES, build
from models.siting.compile import SitingModel
from models.siting.data import SitingData
from models.siting.objective import ledger, quantity
from models.siting.solve import Options, Solver
from tests.algebra.golden import FOLDER, golden_texts, grid_case, market_case, tiny_case
from tests.builders import random_data
from tests.builders_markets import market_data

NAMES = [family.__name__.rsplit(".", 1)[-1] for family in FAMILIES]
# rows that only tie 0/1 decisions or named quantities together
WITHOUT_UNIT = {
    "dual_if_open", "feed_count", "one_feed_per_group", "open_stays", "feed_stays", "pipe_stays", "main_stays",
    "main_if_open", "one_state", "state_stays",
}  # fmt: skip


@functools.cache
def model() -> SitingModel:
    return build(grid_case())


@functools.cache
def with_markets() -> SitingModel:
    return build(market_case())


@functools.cache
def made() -> dict[str, str]:
    return golden_texts()


def constraints_in_docstring(doc: str) -> set[str]:
    """Return the names of the indented lines `name[index]:`."""
    return set(re.findall(r"^    (\w+)\[[^\]]*\]:", doc, flags=re.MULTILINE))


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.txt")))
def test_golden_text_of_every_constraint(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")

    assert made()[name] == text, "run python -m tests.algebra.update and read the difference"


def test_every_family_has_a_golden_text() -> None:
    assert set(made()) == {path.stem for path in FOLDER.glob("*.txt")}
    assert set(NAMES) <= set(made())


@pytest.mark.parametrize("family", FAMILIES, ids=NAMES)
def test_docstring_names_exactly_the_constraints_of_the_family(family: ModuleType) -> None:
    own = family.__name__.rsplit(".", 1)[-1]
    built = {constraint for m in (model(), with_markets()) for constraint, name in m.families if name == own}

    assert constraints_in_docstring(family.__doc__ or "") == built


def test_every_constraint_says_what_is_limited_and_in_which_unit() -> None:
    spans = model().matrix.spans + with_markets().matrix.spans
    without = {name for name, doc, _, _ in spans if not re.fullmatch(r".{10,} \[[^\]]+\]", doc)}

    assert without <= WITHOUT_UNIT
    assert all(doc for _, doc, _, _ in spans)


def named_rows(built: SitingModel) -> dict[tuple[str, ...], tuple[float, ...]]:
    """Return every row by constraint and index: columns, coefficients, bounds."""
    m = built.matrix
    out: dict[tuple[str, ...], tuple[float, ...]] = {}
    for name, _, index, first in m.spans:
        for k, key in enumerate(index.itertuples(index=False, name=None)):
            a, b = m.starts[first + k], m.starts[first + k + 1]
            order = np.argsort(m.indices[a:b])
            coefs = np.round(m.values[a:b][order], 6)
            bounds = (round(float(m.row_lower[first + k]), 6), round(float(m.row_upper[first + k]), 6))
            out[name, *map(str, key)] = (*m.indices[a:b][order], *coefs, *bounds)
    return out


def compared_cases() -> list[SitingData]:
    """Return small regions of one to three years, with and without the optional rules."""
    return [
        tiny_case(),
        random_data(1),
        random_data(2, years=(2027, 2030)),
        random_data(3, n_sites=6, n_stations=4, years=(2027, 2030, 2035), max_sites=3),
        random_data(4, zone_max_share=None, min_occupancy_share=None, objective="water"),
        grid_case(),
        market_case(),
        market_data(1, years=(2030, 2035)),
    ]


@pytest.mark.parametrize("number", range(8))
def test_array_rows_equal_the_plain_pyomo_rows(number: int) -> None:
    data = compared_cases()[number]

    arrays, plain = build(data), build(data, as_arrays=False)

    assert named_rows(arrays) == named_rows(plain)
    assert np.array_equal(arrays.matrix.cost, plain.matrix.cost)
    assert np.array_equal(arrays.matrix.col_upper, plain.matrix.col_upper)


@pytest.mark.parametrize("seed", range(4))
def test_ledger_sums_to_the_objective(seed: int) -> None:
    data = random_data(seed, n_sites=3, years=(2030,) if seed % 2 else (2030, 2035))
    solver = Solver(build(data))
    solution = solver.solve(Options(gap=0.01))
    assert solution.values is not None

    book = quantity("cost", data, solver.model.decisions)
    paid = (book["coef"] * book["weight"] * solution.values[book["col"]]).sum()

    assert paid == pytest.approx(solution.objective, rel=1e-6)


def test_ledger_names_its_terms() -> None:
    books = [ledger(m.data, m.decisions) for m in (model(), with_markets())]

    assert {term for book in books for term in book["term"]} == {
        "building", "cooling_plant", "land", "connection", "pipes", "energy", "demand_charge", "water", "green_power",
        "certificates", "carbon", "outside", "unserved", "stock", "reinforcement",
        "flexibility", "network", "heat_links", "heat_revenue",
    }  # fmt: skip
