"""What the rules of a policy pack limit, as frames of `SitingData`: pure functions of pack, places, years and annual PUE.

`places`: one row per candidate site: climate, market, hub, site, role (east, west or other; "" where there are no hubs).
Rules of hubs speak to places of the roles east and west. Of each series (quantity, audience, places) the latest rule in
force in a planning year holds; several series hold side by side, so the strictest binds. A limit of a market or a climate
takes a rule of single places only where the rule names all sites of that market or climate: a row of the model cannot
speak to a part of it. Rules that are only shown limit nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from planner.policy import PolicyPack
from planner.policy_quantities import Audience
from planner.policy_rule import Rule

KG_PER_KT = 1e6
KWH_PER_MWH = 1e3
HUB_ROLES = ("east", "west")
HUB_AUDIENCES: tuple[Audience, ...] = ("hub_new", "hub_start_area")
NEW: tuple[Audience, ...] = ("new_build", *HUB_AUDIENCES)
PLACE_COLUMNS = ("climate", "market", "hub", "site", "role")
TOLERANCE = 1e-12
TRAINING = "training"  # classes of load whose id begins with it train models


def is_in(rule: Rule, places: pd.DataFrame) -> pd.Series:
    """Return for each place whether the rule speaks to it: by market, hub or site, and by the role of its hub."""
    named = pd.Series(not rule.places, index=places.index, dtype=bool)
    for column in ("market", "hub", "site"):
        named |= places[column].isin(rule.places)
    if rule.applies_to in HUB_AUDIENCES:
        named &= places["role"].isin(HUB_ROLES)
    return named


def covered(rule: Rule, places: pd.DataFrame, key: str) -> list[str]:
    """Return the markets, hubs or climates (`key`) of which the rule speaks to every site."""
    whole = is_in(rule, places).groupby(places[key]).all()
    return [str(name) for name in whole.index[whole.to_numpy(bool)]]


def allowed_mwh(pack: PolicyPack, annual: pd.DataFrame, *, is_on: bool) -> pd.Series:
    """Return for each row of `annual` (pue_annual) the yearly energy [MWh] of a site up to which caps by size allow it.

    inf: always (also where the pack has no caps by size, or they are off); 0: never.
    """
    bands = pack.pue_caps_by_size()
    if not is_on or bands.empty:
        return pd.Series(np.inf, index=annual.index)
    coal = pack.value("coal_equivalent_kg_per_kwh")
    caps, pue = bands["pue_cap"].to_numpy(float), annual["pue_annual"].to_numpy(float)
    upper = bands["upper_kt_coal"].to_numpy(float) * KG_PER_KT / coal / KWH_PER_MWH
    may = caps[None, :] >= pue[:, None] - TOLERANCE
    return pd.Series(np.where(may, upper[None, :], 0.0).max(axis=1), index=annual.index)


def pue_caps(pack: PolicyPack, places: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return climate, year, cap: the strictest cap on the annual PUE of new blocks, whatever the size of the project."""
    rules = _by_year(pack, "pue_cap", years, audiences=NEW)
    rules = [(rule, year) for rule, year in rules if rule.upper_kt_coal is None]
    return _strictest(rules, places, "climate", "cap", pick=min)


def banned_blocks(
    pack: PolicyPack, places: pd.DataFrame, years: Sequence[int], annual: pd.DataFrame, *, is_on: bool
) -> pd.DataFrame:
    """Return climate, technology, year in which the annual PUE is above the cap of the place, so nothing new may be built.

    `annual`: climate, technology, pue_annual.
    """
    table = annual[["climate", "technology", "pue_annual"]].merge(pue_caps(pack, places, years), on="climate")
    banned = table[table["pue_annual"].astype(float) > table["cap"].astype(float) + TOLERANCE]
    return banned.iloc[: len(banned) if is_on else 0][["climate", "technology", "year"]].reset_index(drop=True)


def mean_pue_caps(pack: PolicyPack, places: pd.DataFrame, years: Sequence[int], *, is_on: bool) -> pd.DataFrame:
    """Return market, year, cap: the strictest cap on the mean PUE of all new load of a market."""
    rules = _by_year(pack, "mean_pue_cap", years if is_on else (), audiences=NEW)
    return _strictest(rules, places, "market", "cap", pick=min)


def green_shares(
    pack: PolicyPack, places: pd.DataFrame, years: Sequence[int], *, applies_to: Audience, own: Mapping[int, float]
) -> pd.DataFrame:
    """Return market, year, green_share: what new load must have of green energy, NaN where no rule is in force.

    `own`: the scenario's shares, which go before the pack in their years. `applies_to`: the audience that new load counts
    as, whose rules without places are the base. Raises UsageError in a year without any rule.
    """
    rows = []
    for year in years:
        rules = green_rules(pack, places, year, applies_to=applies_to)
        if year not in own and not rules:
            pack.rule("green_share", year, applies_to=applies_to)  # says what is missing
        for market in sorted(places["market"].unique()):
            shares = [float(rule.value) for rule, markets in rules if market in markets]
            rows.append((market, year, own.get(year, max(shares, default=np.nan))))
    return pd.DataFrame(rows, columns=["market", "year", "green_share"])


def green_rules(
    pack: PolicyPack, places: pd.DataFrame, year: int, *, applies_to: Audience
) -> list[tuple[Rule, list[str]]]:
    """Return the rules on the green share that count in a year, each with the markets that it covers."""
    rules = pack.holding("green_share", year, audiences=(applies_to, *HUB_AUDIENCES))
    if pack.has("green_share", year, applies_to=applies_to):
        base = pack.rule("green_share", year, applies_to=applies_to)  # of general rules one audience answers
        rules = [r for r in rules if r.places or r.applies_to in HUB_AUDIENCES or r is base]
    found = [(rule, covered(rule, places, "market")) for rule in rules]
    return [(rule, markets) for rule, markets in found if markets]


def heat_shares(pack: PolicyPack, places: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return market, year, share: least share of a market's energy that must be reused as heat."""
    return _strictest(_by_year(pack, "heat_share_min", years, audiences=NEW), places, "market", "share", pick=max)


def min_occupancy(pack: PolicyPack, places: pd.DataFrame, years: Sequence[int], own: float | None) -> float | None:
    """Return the least share of installed load that is served, over all places; `own` is the scenario's (None: off).

    The row of the model over all places takes, of a region of hubs, the least that some place must keep, and never less
    than the scenario's; stricter rules of hubs have rows of their own (`hub_occupancy`). A region without hubs keeps
    the scenario's.
    """
    if own is None or not places["role"].isin(HUB_ROLES).any():
        return own
    rules = _by_year(pack, "occupancy_min_share", years[-1:], audiences=NEW)
    strictest = _strictest(rules, places, "site", "share", pick=max).set_index("site")["share"]
    return max(own, float(strictest.reindex(places["site"]).astype(float).fillna(0.0).min()))


def speaks_by_hub(rule: Rule) -> bool:
    """Return whether a mean must be kept hub by hub: the rule speaks of hubs or names places, not of all places at once."""
    return bool(rule.places) or rule.applies_to in HUB_AUDIENCES


def hub_occupancy(pack: PolicyPack, places: pd.DataFrame, years: Sequence[int], own: float | None) -> pd.DataFrame:
    """Return hub, year, share: least share of installed load that all new sites of a hub must serve together.

    `own`: the scenario's share over all places; None switches occupancy off, here too.
    """
    rules = _by_year(pack, "occupancy_min_share", () if own is None else years, audiences=NEW)
    rules = [(rule, year) for rule, year in rules if speaks_by_hub(rule)]
    return _strictest(rules, places[places["hub"] != ""], "hub", "share", pick=max)


def air_limits(pack: PolicyPack, places: pd.DataFrame, year: int) -> pd.Series:
    """Return by climate the density [kW/rack] up to which air cooling is enough; climates without a rule are not there."""
    rules = _by_year(pack, "air_cooling_max_kw_per_rack", (year,), audiences=NEW)
    return (
        _strictest(rules, places, "climate", "kw_per_rack", pick=min).set_index("climate")["kw_per_rack"].astype(float)
    )


def no_training(pack: PolicyPack, places: pd.DataFrame, year: int, workloads: Iterable[str]) -> pd.DataFrame:
    """Return climate, workload of training that may not be placed: where the share allowed in the city is nought."""
    rules = _by_year(pack, "training_in_city_max_share", (year,), audiences=("city", *NEW))
    rules = [(rule, y) for rule, y in rules if float(rule.value) == 0.0]
    closed = sorted({climate for rule, _year in rules for climate in covered(rule, places, "climate")})
    trained = [name for name in workloads if name.startswith(TRAINING)]
    return pd.DataFrame([(c, w) for c in closed for w in trained], columns=["climate", "workload"])


def _by_year(
    pack: PolicyPack, quantity: str, years: Iterable[int], *, audiences: tuple[Audience, ...]
) -> list[tuple[Rule, int]]:
    """Return the hard rules of a quantity with each planning year in which they hold."""
    return [(rule, year) for year in years for rule in pack.holding(quantity, year, audiences=audiences)]


def _strictest(
    rules: Iterable[tuple[Rule, int]],
    places: pd.DataFrame,
    key: str,
    value: str,
    *,
    pick: Callable[[float, float], float],
) -> pd.DataFrame:
    """Return key, year, value: of all rules that cover a market, climate or site the strictest."""
    found: dict[tuple[str, int], float] = {}
    for rule, year in rules:
        number = float(rule.value)
        for name in covered(rule, places, key):
            found[name, year] = pick(found.get((name, year), number), number)
    rows = [(name, year, number) for (name, year), number in sorted(found.items())]
    return pd.DataFrame(rows, columns=[key, "year", value])
