"""The decisions about waste heat and their bounds; part of `decisions`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.siting.data import SitingData
from models.siting.frames import cross_years, distinct, join, looked_up, with_columns

EPS = 1e-9
LINK = ["site", "sink"]


def most_heat(data: SitingData, blocks: pd.DataFrame, bounds: pd.DataFrame) -> pd.DataFrame:
    """Return site, mwh: the most heat that a site can give in a year, from its largest load and best technology.

    `blocks`: site, technology, n_max; `bounds`: site, smax_mva.
    """
    sites = data["sites"][["site", "climate"]]
    best = data["heat_yield"].groupby("climate", as_index=False)["mwh_per_mw_year"].max()
    thrifty = data["performance"].groupby("climate", as_index=False)["mva_per_mw"].min()
    sized = join(blocks[["site", "technology", "n_max"]], data["technologies"], "technology", take=["block_mw"])
    sized = with_columns(sized, mw=sized["n_max"].to_numpy(float) * sized["block_mw"].to_numpy(float))
    built = looked_up(sites, sized.groupby("site", as_index=False)["mw"].sum(), "site", "mw", absent=0.0)
    mva = looked_up(sites, bounds, "site", "smax_mva", absent=0.0)
    fed = mva / np.maximum(looked_up(sites, thrifty, "climate", "mva_per_mw", absent=1.0), EPS)
    heat = looked_up(sites, best, "climate", "mwh_per_mw_year", absent=0.0)
    return with_columns(sites[["site"]], mwh=np.minimum(built, fed) * heat)


def heat_frames(data: SitingData, blocks: pd.DataFrame, bounds: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return heat_mwh, where heat can flow at all, and is_linked of the same pairs in every year, with their bounds.

    The bound of heat_mwh is what the site can give. What the user takes is left to its row, whose worth would else be 0.
    """
    sinks = data["heat_sinks"][data["heat_sinks"]["year"].isin(data.years)]
    flows = join(data["heat_links"][LINK], sinks[sinks["mwh_per_year"].astype(float) > EPS], "sink", take=["year"])
    given = looked_up(flows, most_heat(data, blocks, bounds), "site", "mwh", absent=0.0)
    many = looked_up(flows, bounds, "site", "multiplicity", absent=1.0)
    flows = with_columns(flows[[*LINK, "year"]], lower=0.0, upper=given * many, is_integer=False)[given > EPS]
    links = cross_years(distinct(flows, LINK), data.years)
    count = looked_up(links, bounds, "site", "multiplicity", absent=1.0)
    return {
        "heat_mwh": flows.reset_index(drop=True),
        "is_linked": with_columns(links, lower=0.0, upper=count, is_integer=True),
    }
