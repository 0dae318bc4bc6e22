"""New capacity comes in clusters: a smallest and a largest site, a largest number of sites, and the planner's wishes.

    largest_site[site, year]:    sum of block_mw * n_blocks <= it_max_mw * is_open
    smallest_site[site]:         sum of block_mw * n_blocks in the last year >= it_min_mw * is_open in the last year
    used_site[site, year]:       is_open <= sum of n_blocks
    wished_site[site]:           sum of block_mw * n_blocks in the last year >= min_mw
    number_of_sites[year]:       sum of is_open <= max_sites
    occupancy[year]:             sum of load_mw >= min_occupancy_share * sum of block_mw * n_blocks

Symbols
    it_min_mw, it_max_mw, min_mw    installed IT per site                [MW IT]   sites (scenario: clusters, wishes)
    min_occupancy_share             drawn over installed, all new sites  [-]       rules
    The smallest size holds in the last year only, so a site may be built in stages.

Worth of one more unit
    Of one more site allowed, or one MW less of a wish: yearly cost saved with the chosen sites held.

Source
    Clustering of new centres, occupancy of racks: policy pack of the region.
"""

from __future__ import annotations

import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import grouped, total, value_of, weighted
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import distinct, join


def _wish_terms(data: SitingData, blocks: pd.DataFrame, open_: pd.DataFrame) -> list[Term]:
    """Return the blocks of the last year, or minus is_open where no block fits and the wish cannot be met."""
    last = blocks[blocks["year"] == data.years[-1]]
    without = open_[(open_["year"] == data.years[-1]) & ~open_["site"].isin(last["site"])]
    return [Term(last, "block_mw"), Term(without, -1.0)]


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    d, key, years = decisions, ["site", "year"], pd.DataFrame({"year": list(data.years)})
    sites = data["sites"][["site", "it_min_mw", "it_max_mw", "min_mw"]].astype(
        {"it_min_mw": float, "it_max_mw": float, "min_mw": float}
    )
    blocks = join(d["n_blocks"], data["technologies"], "technology", take=["block_mw"])
    open_ = join(d["is_open"], sites, "site")
    last_open, last_blocks = (frame[frame["year"] == data.years[-1]] for frame in (open_, blocks))
    smallest, wished = sites[sites["it_min_mw"] > 0], sites[sites["min_mw"] > 0]
    limited = years if data.rules.max_sites is not None else years.iloc[:0]
    share, installed = data.rules.min_occupancy_share, d["total_installed_mw"]
    busy = years[years["year"].isin(installed["year"]) & bool(share)]
    return [
        block("largest_site", distinct(blocks, key), [Term(blocks, "block_mw"), Term(open_, -open_["it_max_mw"])],
              doc="Largest size of a site [MW IT]", upper=0.0),
        block("smallest_site", smallest[["site"]],
              [Term(last_open, "it_min_mw"), Term(last_blocks, -last_blocks["block_mw"].astype(float))],
              doc="Smallest size of a site [MW IT]", upper=0.0),
        block("used_site", open_[key], [Term(open_), Term(blocks, -1.0)],
              doc="An open site has a block [blocks]", upper=0.0),
        block("wished_site", wished[["site"]], _wish_terms(data, blocks, open_),
              doc="Size wished for a site [MW IT]", lower=wished["min_mw"]),
        block("number_of_sites", limited, [Term(open_)],
              doc="Number of sites [sites]", upper=float(data.rules.max_sites or 0)),
        block("occupancy", busy, [Term(installed, float(share or 0.0)), Term(d["total_load_mw"], -1.0)],
              doc="Occupancy of installed capacity [MW IT]", upper=0.0),
    ]  # fmt: skip


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    blocks = d["n_blocks"].merge(data["technologies"][["technology", "block_mw"]], on="technology")
    installed = weighted(blocks, ["site", "year"], ["site", "technology", "year"], "block_mw")
    counted = grouped(d["n_blocks"], ["site", "year"], ["site", "technology", "year"])
    sites = data["sites"]
    largest, smallest = value_of(sites, ["site"], "it_max_mw"), value_of(sites, ["site"], "it_min_mw")
    wish = value_of(sites[sites["min_mw"].astype(float) > 0], ["site"], "min_mw")
    last = data.years[-1]
    site_years = list(d["is_open"][["site", "year"]].itertuples(index=False, name=None))

    @m.Constraint([k for k in site_years if installed[k]], doc="Largest size of a site [MW IT]")
    def largest_site(m, i, t):
        return total(m.n_blocks, installed[i, t]) - largest[i] * m.is_open[i, t] <= 0

    @m.Constraint([i for i in smallest if smallest[i] > 0], doc="Smallest size of a site [MW IT]")
    def smallest_site(m, i):
        return smallest[i] * m.is_open[i, last] - total(m.n_blocks, installed[i, last]) <= 0

    @m.Constraint(site_years, doc="An open site has a block [blocks]")
    def used_site(m, *k):
        return m.is_open[k] - sum(m.n_blocks[j] for j in counted[k]) <= 0

    @m.Constraint(list(wish), doc="Size wished for a site [MW IT]")
    def wished_site(m, i):
        placed = total(m.n_blocks, installed[i, last])
        if not installed[i, last]:  # no block fits here: the row cannot be met, and the solver says so
            return -m.is_open[i, last] >= wish[i]
        return placed >= wish[i]

    opened = grouped(d["is_open"], ["year"], ["site", "year"])

    @m.Constraint([t for t in data.years if data.rules.max_sites is not None], doc="Number of sites [sites]")
    def number_of_sites(m, t):
        return sum(m.is_open[k] for k in opened[t]) <= data.rules.max_sites

    load_key, block_key = ["climate", "technology", "plant", "workload", "year"], ["climate", "technology", "year"]
    loads, all_blocks = (
        grouped(d["total_load_mw"], ["year"], load_key),
        grouped(d["total_installed_mw"], ["year"], block_key),
    )
    share = data.rules.min_occupancy_share

    @m.Constraint([t for t in data.years if share and all_blocks[t]], doc="Occupancy of installed capacity [MW IT]")
    def occupancy(m, t):
        drawn = sum(m.total_load_mw[k] for k in loads[t])
        return share * sum(m.total_installed_mw[k] for k in all_blocks[t]) - drawn <= 0
