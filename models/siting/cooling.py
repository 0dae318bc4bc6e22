"""Every block has one cooling technology, which must hold the density of its load, and a PUE allowed for the site's size.

    block_capacity[site, technology, year]:  sum over plants and classes of load_mw <= block_mw * n_blocks
    blocks_if_open[site, technology, year]:  n_blocks <= n_max * is_open
    large_site[site, threshold, year]:       yearly MWh of the site <= threshold * is_open
                                             + (most MWh - threshold) * is_large
    allowed_pue[site, technology, year]:     n_blocks <= n_band * (is_open - is_large)
    pipe_needed[site, plant, year]:          peak m3 a day of the site's load from the plant <= most m3 a day * is_piped
    load_sum[climate, technology, plant, workload, year]:  total_load_mw = sum over sites of load_mw
    installed_sum[climate, technology, year]:              total_installed_mw = sum over sites of block_mw * n_blocks
    energy_sum[market, year]:  energy_mwh = sum of mwh_per_mw_year * total_load_mw + sum of fixed mwh * total_installed_mw

Symbols
    n_max, n_band   whole blocks that land, feeds, demand or the energy threshold allow        [blocks]   bound
    threshold       yearly energy above which a technology's PUE is no longer allowed          [MWh/year] pue_bands
    A technology that does not hold a class has no load_mw of it; a wet one without plant in reach neither.
    A load that a dated rule keeps out has the bound 0 in those years, in blocks old or new (banned_loads).
    The PUE rule looks at blocks (scope "block"): a block is allowed while its technology's annual PUE is below the cap
    that applies to the size of the whole site.

Worth of one more unit
    None of its own; a binding `large_site` shows what one more MWh below the threshold would save.

Source
    PUE caps by size of project: policy pack of the region (Beijing 2021); air cooling below 15 kW per rack: same.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import rows_of, total, value_of, weighted
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import DRY, SitingData
from models.siting.decisions import Decisions, once
from models.siting.feeding import block_coefficients, load_coefficients
from models.siting.frames import join, looked_up, with_columns
from models.siting.markets import MARKET_YEAR, market_of

MWH = "mwh_per_mw_year"
STY = ["site", "technology", "year"]
TOTAL = ["climate", "technology", "plant", "workload", "year"]
LOAD = ["site", "technology", "plant", "workload", "year"]


@once
def _capacity(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return n_blocks' index with `neg_mw` (minus block size), `neg_max` (minus n_max), climate."""
    blocks = block_coefficients(data, d)
    many = looked_up(blocks, data["sites"], "site", "multiplicity")
    return with_columns(blocks, neg_mw=-blocks["block_mw"].astype(float), neg_max=-blocks["upper"] / many)


def _pipe_loads(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return wet loads with `peak` [m3/day/MW] and pipes with `most` [m3/day], the tight bound of the pipe's use."""
    loads = load_coefficients(data, d)
    worst = data["water_use"].groupby(["climate", "technology", "workload"], as_index=False)["m3_per_day_per_mw"].max()
    wet = join(loads[loads["plant"] != DRY], worst, ["climate", "technology", "workload"])
    wet = join(wet, data["plants"], "plant")
    peak = (wet["m3_per_day_per_mw"] * wet["makeup_factor"] * wet["peak_day_factor"]).astype(float)
    smax = looked_up(wet, d.site_bounds, "site", "smax_mva")
    wet = with_columns(wet, peak=peak, most=peak * smax / np.maximum(wet["mva_per_mw"].astype(float), 1e-9))
    most = wet.groupby(["site", "plant", "year"], as_index=False, sort=False)["most"].max()
    supply = data["supply"].groupby(["plant", "year"], as_index=False)["m3_per_day"].max()
    freed = data["stock_plant"].assign(f=-data["stock_plant"]["m3_per_day_change"].astype(float).clip(upper=0.0))
    pipes = join(d["is_piped"], most, ["site", "plant", "year"])
    given = looked_up(pipes, supply, ["plant", "year"], "m3_per_day")
    if len(freed):
        halls = freed["stock"].map(data["stock"].set_index("stock")["n_halls"]).astype(float)
        most_freed = freed.assign(f=freed["f"] * halls).groupby(["plant", "stock"])["f"].max().groupby("plant").sum()
        given = given + pipes["plant"].map(most_freed).fillna(0.0).to_numpy(float)
    most_m3 = np.minimum(pipes["most"].to_numpy(float), np.where(np.isnan(given), np.inf, given))
    return wet, with_columns(pipes, neg_most=-most_m3)


def _bands(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return is_large with `neg_span` (minus most MWh above the threshold), and banded n_blocks with `n_band`."""
    capacity = _capacity(data, d)
    energy, fixed = data["performance"], data["overheads"]
    large = join(d["is_large"], data["sites"], "site", take=["climate", "it_max_mw"])
    mwh = looked_up(large, energy.groupby("climate", as_index=False)["mwh_per_mw_year"].max(), "climate", MWH)
    mwh = mwh + looked_up(large, fixed.groupby("climate", as_index=False)["mwh_per_mw_year"].max(), "climate", MWH)
    above = large["it_max_mw"].astype(float) * mwh - large["threshold_mwh"].astype(float)
    large = with_columns(large, neg_span=-np.maximum(0.0, above))
    banded = join(capacity, data["pue_bands"], ["climate", "technology"])
    least = energy.groupby(["climate", "technology"], as_index=False)["mwh_per_mw_year"].min()
    drawn = looked_up(banded, least, ["climate", "technology"], MWH)
    per_block = banded["block_mw"].astype(float) * drawn + banded["block_mwh"]
    n_band = np.ceil(banded["threshold_mwh"].astype(float) / np.maximum(per_block, 1e-9))
    return large, with_columns(banded, n_band=np.minimum(-banded["neg_max"], n_band))


@once
def energy_terms(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return total_load_mw and total_installed_mw with `mwh_per_mw_year`, market and hub."""
    places = market_of(data)
    loads = join(d["total_load_mw"], data["performance"], ["climate", "technology", "workload"])
    fixed = join(d["total_installed_mw"], data["overheads"], ["climate", "technology"])
    return join(loads, places, "climate"), join(fixed, places, "climate")


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    d = decisions
    blocks_, loads = _capacity(data, d), load_coefficients(data, d)
    wet, pipes = _pipe_loads(data, d)
    large, banded = _bands(data, d)
    large_key = ["site", "threshold_mwh", "year"]
    own = ["site", "technology", "threshold_mwh", "year"]
    opened = d["is_open"][["site", "year", "col"]]
    may_open = join(blocks_[[*STY, "neg_max"]], opened, ["site", "year"])
    may_be_large = join(large[large_key], opened, ["site", "year"])
    allowed = join(banded[[*own, "n_band"]], opened, ["site", "year"])
    zero = {"lower": 0.0, "upper": 0.0}
    return [
        block("block_capacity", blocks_[STY], [Term(d["load_mw"]), Term(blocks_, "neg_mw")],
              doc="IT load that the installed blocks hold [MW IT]", upper=0.0),
        block("blocks_if_open", blocks_[STY],
              [Term(d["n_blocks"]), Term(may_open, "neg_max")],
              doc="Blocks need an open site [blocks]", upper=0.0),
        block("large_site", large[large_key],
              [Term(loads, MWH), Term(blocks_, "block_mwh"), Term(large, "neg_span"),
               Term(may_be_large, -may_be_large["threshold_mwh"].astype(float))],
              doc="Yearly energy below the PUE rule's threshold [MWh/year]", upper=0.0),
        block("allowed_pue", banded[own],
              [Term(banded), Term(join(banded[[*own, "n_band"]], d["is_large"], large_key, take=["col"]), "n_band"),
               Term(allowed, -allowed["n_band"])],
              doc="Blocks whose PUE the rule allows at this size [blocks]", upper=0.0),
        block("pipe_needed", pipes[["site", "plant", "year"]], [Term(wet, "peak"), Term(pipes, "neg_most")],
              doc="Water from a plant needs a pipe [m3/day]", upper=0.0),
        block("load_sum", d["total_load_mw"][TOTAL],
              [Term(d["total_load_mw"]), Term(loads, -1.0)], doc="Load of all sites [MW IT]", **zero),
        block("installed_sum", d["total_installed_mw"][["climate", "technology", "year"]],
              [Term(d["total_installed_mw"]), Term(blocks_, "neg_mw")], doc="Installed load of all sites [MW IT]", **zero),
        block("energy_sum", d["energy_mwh"][MARKET_YEAR],
              [Term(d["energy_mwh"]), *(Term(f, -f[MWH]) for f in energy_terms(data, d))],
              doc="Energy of new sites [MWh/year]", **zero),
    ]  # fmt: skip


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    blocks_, loads = _capacity(data, d), load_coefficients(data, d).assign(one=1.0)
    wet, pipes = _pipe_loads(data, d)
    large, banded = _bands(data, d)
    size = value_of(blocks_, STY, "block_mw")
    most = value_of(blocks_, STY, "neg_max")
    held = weighted(loads, STY, LOAD, "one")
    energy = weighted(loads, ["site", "year"], LOAD, "mwh_per_mw_year")
    fixed = weighted(blocks_, ["site", "year"], STY, "block_mwh")
    span = value_of(large, ["site", "threshold_mwh", "year"], "neg_span")
    n_band = value_of(banded, ["site", "technology", "threshold_mwh", "year"], "n_band")
    use = weighted(wet, ["site", "plant", "year"], LOAD, "peak")
    pipe = value_of(pipes, ["site", "plant", "year"], "neg_most")
    loads_of = weighted(loads, TOTAL, LOAD, "one")
    blocks_of = weighted(blocks_, ["climate", "technology", "year"], STY, "block_mw")

    @m.Constraint(rows_of(blocks_, STY), doc="IT load that the installed blocks hold [MW IT]")
    def block_capacity(m, *i):
        return total(m.load_mw, held[i]) - size[i] * m.n_blocks[i] <= 0

    @m.Constraint(rows_of(blocks_, STY), doc="Blocks need an open site [blocks]")
    def blocks_if_open(m, *i):
        return m.n_blocks[i] + most[i] * m.is_open[i[0], i[2]] <= 0

    @m.Constraint(list(span), doc="Yearly energy below the PUE rule's threshold [MWh/year]")
    def large_site(m, i, threshold, t):
        used = total(m.load_mw, energy[i, t]) + total(m.n_blocks, fixed[i, t])
        return used + span[i, threshold, t] * m.is_large[i, threshold, t] - threshold * m.is_open[i, t] <= 0

    @m.Constraint(list(n_band), doc="Blocks whose PUE the rule allows at this size [blocks]")
    def allowed_pue(m, i, c, threshold, t):
        n = n_band[i, c, threshold, t]
        return m.n_blocks[i, c, t] + n * m.is_large[i, threshold, t] - n * m.is_open[i, t] <= 0

    @m.Constraint(list(pipe), doc="Water from a plant needs a pipe [m3/day]")
    def pipe_needed(m, *i):
        return total(m.load_mw, use[i]) + pipe[i] * m.is_piped[i] <= 0

    @m.Constraint(rows_of(d["total_load_mw"], TOTAL), doc="Load of all sites [MW IT]")
    def load_sum(m, *i):
        return m.total_load_mw[i] - total(m.load_mw, loads_of[i]) == 0

    @m.Constraint(
        rows_of(d["total_installed_mw"], ["climate", "technology", "year"]), doc="Installed load of all sites [MW IT]"
    )
    def installed_sum(m, *i):
        return m.total_installed_mw[i] - total(m.n_blocks, blocks_of[i]) == 0

    drawn, fixed_part = energy_terms(data, d)
    drawn_of = weighted(drawn, MARKET_YEAR, TOTAL, "mwh_per_mw_year")
    fixed_of = weighted(fixed_part, MARKET_YEAR, ["climate", "technology", "year"], "mwh_per_mw_year")

    @m.Constraint(rows_of(d["energy_mwh"], MARKET_YEAR), doc="Energy of new sites [MWh/year]")
    def energy_sum(m, *i):
        return m.energy_mwh[i] - total(m.total_load_mw, drawn_of[i]) - total(m.total_installed_mw, fixed_of[i]) == 0
