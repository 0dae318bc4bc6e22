"""Every block has one cooling technology, which must hold the density of its load, and a PUE allowed for the site's size.

    block_capacity[site, technology, year]:  sum over plants and classes of load_mw <= block_mw * n_blocks
    blocks_if_open[site, technology, year]:  n_blocks <= n_max * is_open
    large_site[site, threshold, year]:       yearly MWh of the site <= threshold * is_open
                                             + (most MWh - threshold) * is_large
    allowed_pue[site, technology, year]:     n_blocks <= n_band * (is_open - is_large)
    pipe_needed[site, plant, year]:          peak m3 a day of the site's load from the plant <= most m3 a day * is_piped
    load_sum[climate, technology, plant, workload, year]:  total_load_mw = sum over sites of load_mw
    installed_sum[climate, technology, year]:              total_installed_mw = sum over sites of block_mw * n_blocks
    energy_sum[year]:  energy_mwh = sum of mwh_per_mw_year * total_load_mw + sum of fixed mwh * total_installed_mw

Symbols
    n_max, n_band   whole blocks that land, feeds, demand or the energy threshold allow        [blocks]   bound
    threshold       yearly energy above which a technology's PUE is no longer allowed          [MWh/year] pue_bands
    A technology that does not hold a class has no load_mw of it; a wet one without plant in reach neither.
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
from models.siting.decisions import Decisions
from models.siting.feeding import block_coefficients, load_coefficients

STY = ["site", "technology", "year"]
TOTAL = ["climate", "technology", "plant", "workload", "year"]
LOAD = ["site", "technology", "plant", "workload", "year"]


def _capacity(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return n_blocks' index with `neg_mw` (minus block size), `neg_max` (minus n_max), climate."""
    blocks = block_coefficients(data, d)
    blocks = blocks.assign(many=blocks["site"].map(data["sites"].set_index("site")["multiplicity"]).astype(float))
    return blocks.assign(
        neg_mw=-blocks["block_mw"].astype(float), neg_max=-blocks["upper"].astype(float) / blocks["many"]
    )


def _pipe_loads(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return wet loads with `peak` [m3/day/MW] and pipes with `most` [m3/day], the tight bound of the pipe's use."""
    loads = load_coefficients(data, d)
    worst = data["water_use"].groupby(["climate", "technology", "workload"], as_index=False)["m3_per_day_per_mw"].max()
    wet = loads[loads["plant"] != DRY].merge(worst, on=["climate", "technology", "workload"])
    wet = wet.merge(data["plants"], on="plant")
    peak = wet["m3_per_day_per_mw"] * wet["makeup_factor"] * wet["peak_day_factor"]
    wet = wet.assign(peak=peak.astype(float)).merge(d.site_bounds[["site", "smax_mva"]], on="site")
    by_feed = wet["peak"] * wet["smax_mva"].astype(float) / np.maximum(wet["mva_per_mw"].astype(float), 1e-9)
    most = wet.assign(most=by_feed).groupby(["site", "plant", "year"], as_index=False)["most"].max()
    supply = data["supply"].groupby(["plant", "year"], as_index=False)["m3_per_day"].max()
    freed = data["stock_plant"].assign(f=-data["stock_plant"]["m3_per_day_change"].astype(float).clip(upper=0.0))
    pipes = d["is_piped"].merge(most, on=["site", "plant", "year"]).merge(supply, on=["plant", "year"], how="left")
    if len(freed):
        halls = freed["stock"].map(data["stock"].set_index("stock")["n_halls"]).astype(float)
        most_freed = freed.assign(f=freed["f"] * halls).groupby(["plant", "stock"])["f"].max().groupby("plant").sum()
        pipes["m3_per_day"] = pipes["m3_per_day"].astype(float) + pipes["plant"].map(most_freed).fillna(0.0)
    pipes = pipes.assign(neg_most=-np.minimum(pipes["most"], pipes["m3_per_day"].fillna(np.inf).astype(float)))
    return wet, pipes


def _bands(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return is_large with `neg_span` (minus most MWh above the threshold), and banded n_blocks with `n_band`."""
    capacity = _capacity(data, d)
    sites = data["sites"][["site", "climate", "it_max_mw"]]
    energy = data["performance"].groupby(["climate"], as_index=False)["mwh_per_mw_year"].max()
    fixed = data["overheads"].groupby(["climate"], as_index=False)["mwh_per_mw_year"].max()
    most = sites.merge(energy, on="climate").merge(fixed, on="climate", suffixes=("", "_fixed"))
    total_mwh = most["it_max_mw"].astype(float) * (most["mwh_per_mw_year"] + most["mwh_per_mw_year_fixed"]).astype(
        float
    )
    large = d["is_large"].merge(most[["site"]].assign(most=total_mwh), on="site")
    large = large.assign(neg_span=-np.maximum(0.0, large["most"] - large["threshold_mwh"].astype(float)))
    banded = capacity.merge(data["pue_bands"], on=["climate", "technology"])
    least = data["performance"].groupby(["climate", "technology"], as_index=False)["mwh_per_mw_year"].min()
    banded = banded.merge(least, on=["climate", "technology"], suffixes=("_x", ""))
    per_block = banded["block_mw"].astype(float) * banded["mwh_per_mw_year"].astype(float) + banded["block_mwh"]
    n_band = np.ceil(banded["threshold_mwh"].astype(float) / np.maximum(per_block, 1e-9))
    return large, banded.assign(n_band=np.minimum(-banded["neg_max"], n_band))


def _energy(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return total_load_mw and total_installed_mw with `mwh_per_mw_year`."""
    loads = d["total_load_mw"].merge(data["performance"], on=["climate", "technology", "workload"])
    return loads, d["total_installed_mw"].merge(data["overheads"], on=["climate", "technology"])


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    d = decisions
    blocks_, loads = _capacity(data, d), load_coefficients(data, d)
    wet, pipes = _pipe_loads(data, d)
    large, banded = _bands(data, d)
    large_key = ["site", "threshold_mwh", "year"]
    energy = loads.merge(large[large_key], on=["site", "year"])
    fixed = blocks_.merge(large[large_key], on=["site", "year"])
    own = ["site", "technology", "threshold_mwh", "year"]
    zero = {"lower": 0.0, "upper": 0.0}
    return [
        block("block_capacity", blocks_[STY], [Term(d["load_mw"]), Term(blocks_, "neg_mw")],
              doc="IT load that the installed blocks hold [MW IT]", upper=0.0),
        block("blocks_if_open", blocks_[STY],
              [Term(d["n_blocks"]), Term(d["is_open"].merge(blocks_[[*STY, "neg_max"]], on=["site", "year"]), "neg_max")],
              doc="Blocks need an open site [blocks]", upper=0.0),
        block("large_site", large[large_key],
              [Term(energy, "mwh_per_mw_year"), Term(fixed, "block_mwh"), Term(large, "neg_span"),
               Term(d["is_open"].merge(large[large_key].assign(c=-large["threshold_mwh"]), on=["site", "year"]), "c")],
              doc="Yearly energy below the PUE rule's threshold [MWh/year]", upper=0.0),
        block("allowed_pue", banded[own],
              [Term(banded), Term(d["is_large"].merge(banded[[*own, "n_band"]], on=large_key), "n_band"),
               Term(d["is_open"].merge(banded[own].assign(c=-banded["n_band"]), on=["site", "year"]), "c")],
              doc="Blocks whose PUE the rule allows at this size [blocks]", upper=0.0),
        block("pipe_needed", pipes[["site", "plant", "year"]], [Term(wet, "peak"), Term(pipes, "neg_most")],
              doc="Water from a plant needs a pipe [m3/day]", upper=0.0),
        block("load_sum", d["total_load_mw"][TOTAL],
              [Term(d["total_load_mw"]), Term(loads.assign(c=-1.0), "c")], doc="Load of all sites [MW IT]", **zero),
        block("installed_sum", d["total_installed_mw"][["climate", "technology", "year"]],
              [Term(d["total_installed_mw"]), Term(blocks_, "neg_mw")], doc="Installed load of all sites [MW IT]", **zero),
        block("energy_sum", d["energy_mwh"][["year"]],
              [Term(d["energy_mwh"]), *(Term(f.assign(c=-f["mwh_per_mw_year"]), "c") for f in _energy(data, d))],
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

    drawn, fixed_part = _energy(data, d)
    drawn_of = weighted(drawn, ["year"], TOTAL, "mwh_per_mw_year")
    fixed_of = weighted(fixed_part, ["year"], ["climate", "technology", "year"], "mwh_per_mw_year")

    @m.Constraint(list(data.years), doc="Energy of new sites [MWh/year]")
    def energy_sum(m, t):
        return m.energy_mwh[t] - total(m.total_load_mw, drawn_of[t]) - total(m.total_installed_mw, fixed_of[t]) == 0
