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

import pyomo.environ as pyo

from models.siting.algebra import grouped, total, value_of, weighted
from models.siting.data import SitingData
from models.siting.decisions import Decisions


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
        return pyo.Constraint.Infeasible if isinstance(placed, int | float) else placed >= wish[i]

    opened = grouped(d["is_open"], ["year"], ["site", "year"])

    @m.Constraint([t for t in data.years if data.rules.max_sites is not None], doc="Number of sites [sites]")
    def number_of_sites(m, t):
        return sum(m.is_open[k] for k in opened[t]) <= data.rules.max_sites

    load_key, block_key = ["climate", "technology", "plant", "workload", "year"], ["climate", "technology", "year"]
    loads, all_blocks = grouped(d["total_load_mw"], ["year"], load_key), grouped(d["total_installed_mw"], ["year"], block_key)
    share = data.rules.min_occupancy_share

    @m.Constraint([t for t in data.years if share and all_blocks[t]], doc="Occupancy of installed capacity [MW IT]")
    def occupancy(m, t):
        drawn = sum(m.total_load_mw[k] for k in loads[t])
        return share * sum(m.total_installed_mw[k] for k in all_blocks[t]) - drawn <= 0
