"""Like sites merged into one that counts: a relaxation with a valid bound, and the way back to single sites.

Sites with the same feeding stations, plants, users of heat, land price, climate (and so market and hub), limit of their own,
first year and about the same distance to the nearest station differ little in cost. A merged site takes
the largest area, the lowest costs and the widest reach of its members, and its binaries become counts up to their number.
Every row of the model, summed over the members, then holds for the merged site, so the optimum of the merged model is a
bound for the model of single sites; the single sites are chosen afterwards in a model of few candidates (see `staged`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.siting.compile import SitingModel
from models.siting.data import CUT_FRAMES, SitingData

STEP_KM = 4.0  # sites of one class have nearest stations at about the same distance: the bound loses almost nothing
CAPACITY_MARGIN = 1  # sites beyond what the class needs
LIKE = ("climate", "land_cny_per_ha_year", "it_min_mw", "it_max_mw", "own_limit_mva", "first_year")
FED = -1.0  # stands for "no limit of its own" in a key
OF_SITES = ("sites", "feeds", "pipes", "heat_links")


def classes(data: SitingData) -> pd.Series:
    """Return the class label of every site (index: site), named by its first site. Wished sites stay alone."""
    sites = data["sites"].set_index("site")
    linked = {"feeds": "substation", "pipes": "plant", "heat_links": "sink"}
    key = pd.DataFrame({name: _joined(data[name], column).reindex(sites.index) for name, column in linked.items()})
    key = key.fillna("").join(sites[list(LIKE)].fillna({"own_limit_mva": FED}))
    nearest = data["feeds"].groupby("site")["km"].min().reindex(sites.index)
    key["distance"] = (nearest.astype(float) / STEP_KM).round().fillna(-1)
    own = sites["is_fixed"].astype(bool) | (sites["min_mw"].astype(float) > 0)
    key["alone"] = pd.Series(sites.index.astype(str), index=sites.index).where(own, "")
    number = key.groupby(list(key.columns), sort=False).ngroup()
    first = pd.Series(number.index, index=number.to_numpy()).groupby(level=0).first()
    return "class of " + number.map(first).astype(str)


def _joined(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return the names in `column` of each site, sorted, as one text."""
    ordered = frame[["site", column]].astype(str).sort_values(["site", column])
    return ordered.groupby("site")[column].agg("|".join).astype(object)


def merge_sites(data: SitingData) -> tuple[SitingData, pd.Series]:
    """Return the merged data and the class of every site."""
    label = classes(data)
    sites = data["sites"].assign(label=data["sites"]["site"].map(label))
    reach = sites.groupby("label")["reach"].agg(lambda r: "|".join(sorted(set(r))))
    merged = sites.groupby("label", sort=False).agg(
        climate=("climate", "first"),
        area_ha=("area_ha", "max"),
        it_min_mw=("it_min_mw", "min"),
        it_max_mw=("it_max_mw", "max"),
        is_fixed=("is_fixed", "any"),
        min_mw=("min_mw", "max"),
        land_cny_per_ha_year=("land_cny_per_ha_year", "min"),
        multiplicity=("multiplicity", "sum"),
        own_limit_mva=("own_limit_mva", "first"),
        first_year=("first_year", "first"),
        invest_land_cny_per_ha=("invest_land_cny_per_ha", "min"),
    )
    merged = merged.assign(reach=reach).rename_axis("site").reset_index()
    feeds = data["feeds"].assign(site=data["feeds"]["site"].map(label))
    feeds = feeds.groupby(["site", "substation"], as_index=False, sort=False).agg(
        group=("group", "first"),
        rating_mva=("rating_mva", "max"),
        cny_per_year=("cny_per_year", "min"),
        km=("km", "min"),
        invest_cny=("invest_cny", "min"),
    )
    pipes = data["pipes"].assign(site=data["pipes"]["site"].map(label))
    pipes = pipes.groupby(["site", "plant"], as_index=False, sort=False).agg(
        cny_per_year=("cny_per_year", "min"), km=("km", "min"), invest_cny=("invest_cny", "min")
    )
    links = data["heat_links"].assign(site=data["heat_links"]["site"].map(label))
    links = links.groupby(["site", "sink"], as_index=False, sort=False).min()
    cuts = merge_cuts({name: data[name] for name in CUT_FRAMES}, label)
    serves = _serves(data, reach)
    return data.changed(sites=merged, feeds=feeds, pipes=pipes, heat_links=links, serves=serves, **cuts), label


def merge_cuts(frames: Mapping[str, pd.DataFrame], label: pd.Series) -> dict[str, pd.DataFrame]:
    """Return cuts as rows of the merged model: as they are where no single site is named, else a relaxation.

    The load of a station is the same sum, whether sites are merged or not. Of one site i of class k only 0 <= x_i <= x_k is
    known, for x = feed_mva - class_a_feed_mva and for x = class_a_feed_mva. So a term c * x_i is at least min(c, 0) * x_k,
    and terms of several sites of the class at least the smallest such coefficient times x_k. A cut that holds only while
    a feed of a merged site is built is left out.
    """
    out = {name: frames[name] for name in CUT_FRAMES if name in frames}
    alone = label.map(label.value_counts()) == 1
    single, feeds = frames.get("cut_sites"), frames.get("cut_feeds")
    if single is not None and len(single):
        own = single.assign(class_a=single["coef_feed"] + single["coef_class_a"], alone=single["site"].map(alone))
        merged = ~own["alone"].fillna(value=False).astype(bool)
        rest, class_a = (own[c].astype(float).where(~merged, own[c].clip(upper=0.0)) for c in ("coef_feed", "class_a"))
        own = own.assign(site=own["site"].map(label), coef_feed=rest, coef_class_a=class_a)
        own = own.groupby(["cut", "site", "substation"], as_index=False, sort=False)[
            ["coef_feed", "coef_class_a"]
        ].min()
        own = own.assign(coef_class_a=own["coef_class_a"] - own["coef_feed"])
        out["cut_sites"] = own[(own["coef_feed"] != 0) | (own["coef_class_a"] != 0)].reset_index(drop=True)
    if feeds is not None and len(feeds):
        several = set(feeds.loc[~feeds["site"].map(alone).fillna(value=False).astype(bool), "cut"])
        out = {name: f[~f["cut"].isin(several)].reset_index(drop=True) for name, f in out.items()}
        out["cut_feeds"] = out["cut_feeds"].assign(site=out["cut_feeds"]["site"].map(label))
    return out


def _serves(data: SitingData, reach: pd.Series) -> pd.DataFrame:
    """Return serves of the united reaches at their least cost, beside those that existing centres use."""
    parts = pd.DataFrame({"united": reach.unique()})
    parts = parts.assign(reach=parts["united"].str.split("|")).explode("reach")
    united = parts.merge(data["serves"], on="reach").drop(columns=["reach"]).rename(columns={"united": "reach"})
    own = data["serves"][data["serves"]["reach"].isin(data["stock"]["reach"])]
    both = pd.concat([united, own], ignore_index=True)[list(own.columns)]
    return both.groupby(["reach", "district", "workload"], as_index=False, sort=False).min()


def only_sites(data: SitingData, keep: set[str]) -> SitingData:
    """Return the data with the given sites only; cuts stay whole, their terms and conditions fall away with the feeds."""
    return data.changed(**{name: data[name][data[name]["site"].isin(keep)].reset_index(drop=True) for name in OF_SITES})


def promising(data: SitingData, label: pd.Series, *, model: SitingModel, values: NDArray[np.float64]) -> set[str]:
    """Return the sites worth a closer look: of each class in the relaxation the nearest ones, and all wished ones."""
    blocks = model.decisions["n_blocks"].merge(data["technologies"][["technology", "block_mw"]], on="technology")
    mw = blocks.assign(mw=values[blocks["col"].to_numpy(np.int64)] * blocks["block_mw"].astype(float))
    mw = mw[mw["year"] == data.years[-1]].groupby("site")["mw"].sum()
    sites = data["sites"].set_index("site")
    unfed = pd.Series(np.where(sites["own_limit_mva"].isna(), np.inf, 0.0), sites.index)
    yearly = data["feeds"].groupby("site")["cny_per_year"].min().reindex(sites.index).astype(float).fillna(unfed)
    pipes = data["pipes"].groupby("site")["cny_per_year"].min().reindex(sites.index).astype(float)
    yearly = yearly + pipes.fillna(0.0)
    area = data["technologies"]["area_ha_per_mw"].astype(float).min()
    size = np.minimum(sites["it_max_mw"].astype(float), sites["area_ha"].astype(float) / max(area, 1e-9))
    frame = pd.DataFrame({"label": label.reindex(sites.index), "per_mw": yearly / np.maximum(size, 1e-9), "size": size})
    frame = frame.sort_values(["label", "per_mw"], kind="stable")
    frame["before"] = frame.groupby("label")["size"].cumsum() - frame["size"]
    frame["rank_from"] = frame["label"].map(mw).fillna(0.0)
    needed = (frame["rank_from"] > 1e-3) & (frame["before"] < frame["rank_from"] + CAPACITY_MARGIN * frame["size"])
    wished = sites["is_fixed"].astype(bool) | (sites["min_mw"].astype(float) > 0)
    return set(frame.index[needed]) | set(sites.index[wished])


def transfer(few: SitingModel, model: SitingModel, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values of a model with fewer sites in the columns of the model with all of them."""
    out = np.maximum(0.0, model.matrix.col_lower)
    for name, frame in few.decisions.frames.items():
        keys = few.decisions.keys(name)
        own = frame[keys].assign(value=values[frame["col"].to_numpy(np.int64)])
        joined = model.decisions[name][[*keys, "col"]].merge(own, on=keys)
        out[joined["col"].to_numpy(np.int64)] = joined["value"].to_numpy(float)
    return out
