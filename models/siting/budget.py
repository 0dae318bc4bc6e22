"""What is invested between one planning year and the next stays within the budget of that step.

    investment[year]:  sum of cny_per_block * n_blocks + invest_cny of feeds, water pipes and heat mains that stand,
                       less the same of the planning year before  <=  cny

Symbols
    cny_per_block   block_mw * (invest_cny_per_mw + area_ha_per_mw * invest_land_cny_per_ha)   [CNY/block]
                    building and cooling plant: technologies; land: sites
    invest_cny      of a feed, a pipe or a main                                  [CNY]   feeds, pipes, heat_links
    cny             the budget of the step that ends with the year               [CNY]   budgets
    Money of the year of investment, not discounted. Replacements at the end of a life, reinforcements of the grid and
    changes of existing centres are not in it. With capacity that may leave again (`phasing` off) the step counts net.

Worth of one more unit
    Cost saved by one more CNY that may be invested in the step.

Source
    Budgets: scenario (phasing.budget_cny); the investments are those whose annuities stand in the ledger.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import total, value_of
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import frame_of, join, stacked, with_columns

DOC = "Investment since the planning year before [CNY]"
PART = ["part", "col", "year", "cny"]
ROUTES = {"is_fed": ("feeds", ["site", "substation"]), "is_piped": ("pipes", ["site", "plant"]),
          "is_linked": ("heat_links", ["site", "sink"])}  # fmt: skip


def standing(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return what was once invested in all that stands in a year: part, col, year, cny per unit of the variable.

    Parts: plant (building and cooling), land, feeds, pipes, heat_links.
    """
    blocks = join(d["n_blocks"], data["technologies"], "technology",
                  take=["block_mw", "area_ha_per_mw", "invest_cny_per_mw"])  # fmt: skip
    blocks = join(blocks, data["sites"], "site", take=["invest_land_cny_per_ha"])
    mw = blocks["block_mw"].to_numpy(float)
    land = blocks["area_ha_per_mw"].to_numpy(float) * blocks["invest_land_cny_per_ha"].to_numpy(float)
    parts = [
        _part("plant", blocks, mw * blocks["invest_cny_per_mw"].to_numpy(float)),
        _part("land", blocks, mw * land),
    ]
    for variable, (table, keys) in ROUTES.items():
        routes = join(d[variable], data[table], keys, take=["invest_cny"])
        parts.append(_part(table, routes, routes["invest_cny"].to_numpy(float)))
    return stacked(parts, PART)


def _part(part: str, frame: pd.DataFrame, cny: np.ndarray) -> pd.DataFrame:
    n = len(frame)
    return frame_of(
        {
            "part": np.full(n, part, object),
            "col": frame["col"].to_numpy(np.int64),
            "year": frame["year"].to_numpy(np.int64),
            "cny": np.asarray(cny, float),
        }
    )


def changes(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return investment by step as coefficients: part, col, year (that ends the step), cny per unit of the variable."""
    now = standing(data, d)
    following = dict(zip(data.years[:-1], data.years[1:], strict=True))
    before = now[now["year"] != data.years[-1]]
    before = with_columns(
        before, year=before["year"].map(following).to_numpy(np.int64), cny=-before["cny"].to_numpy(float)
    )
    return stacked([now, before], PART)


def _budgets(data: SitingData) -> pd.DataFrame:
    asked = data["budgets"].dropna(subset=["cny"])
    return asked[asked["year"].isin(data.years)].reset_index(drop=True)


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    budgets = _budgets(data)
    terms = [Term(changes(data, decisions), "cny")] if len(budgets) else []
    return [block("investment", budgets[["year"]], terms, doc=DOC, upper=budgets["cny"].to_numpy(float))]


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    most = value_of(_budgets(data), ["year"], "cny")
    before = dict(zip(data.years[1:], data.years[:-1], strict=True))
    technologies = data["technologies"].set_index("technology")
    land = value_of(data["sites"], ["site"], "invest_land_cny_per_ha")

    def per_block(i, c):
        t = technologies.loc[c]
        return t["block_mw"] * (t["invest_cny_per_mw"] + t["area_ha_per_mw"] * land[i])

    once = {"n_blocks": {(i, c): float(per_block(i, c)) for i, c, _ in m.n_blocks}}
    for variable, (table, keys) in ROUTES.items():
        once[variable] = value_of(data[table], keys, "invest_cny")

    def stands(m, t):
        return sum(
            total(getattr(m, variable), [(k, cny[k[:-1]]) for k in getattr(m, variable) if k[-1] == t])
            for variable, cny in once.items()
        )

    @m.Constraint(list(most), doc=DOC)
    def investment(m, t):
        return stands(m, t) - (stands(m, before[t]) if t in before else 0.0) <= most[t]
