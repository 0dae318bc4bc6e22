"""What the physics and the tables of a national region say, against the documents' figures.

A row is a `check` only where the figure is computed from inputs other than the published one; `fit` where it was fitted to it;
`input` where the region takes it over; `open` where it cannot be computed. Nothing is tuned here: a deviation is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from models.latency import HORINGER_POINTS, great_circle_km, rtt_from_route_ms
from models.latency import calibrate as fit_latency
from planner.calibrate import STOCK_MIX, calibrate_regions, stock_coefficients
from planner.errors import UsageError
from planner.heat_findings import heat_findings
from planner.i18n import gettext as _
from planner.region import Region
from planner.units import HOURS_PER_YEAR, KW_PER_MW, MWH_PER_TWH

# Published figures: 中国绿色算力发展研究报告（2024年） and the articles of the seeds, by the id of their fact.
NATIONAL_PUE, NATIONAL_TWH, NATIONAL_KG_PER_KWH = 1.48, 150.0, 0.56  # F072, F036 (2023); F071 / F036
NATIONAL_RACKS, RACK_KW = 8.10e6, 2.5  # F065 (2023), F092
MEAN_OVER_RATED = 0.55  # assumed (0.45 to 0.65): mean power of a rack in use over its rating
HORINGER_MARKET = "NM"
HORINGER_SHARE, HORINGER_CNY_PER_KWH = 0.80, 0.32  # F214, F215 (2024)
MEAN_TEMPERATURES = (("F213", "Horinger", 6.2), ("F185", "Huailai", 9.1))  # degC
Row = dict[str, Any]


def _row(kind: str, quantity: str, fact: str, *, unit: str, published: float, model: float | None, basis: str) -> Row:
    return {
        "kind": kind, "quantity": quantity, "fact": fact, "unit": unit, "published": published, "model": model,
        "deviation": None if model is None else model / published - 1.0, "basis": basis,
    }  # fmt: skip


def nearest_station(region: Region) -> pd.Series[str]:
    """Return the weather station nearest to each market that has a position, by great circle."""
    stations = region["climate"].drop_duplicates("station")
    places = region["markets"].dropna(subset=["lon", "lat"])
    km = great_circle_km(
        places["lon"].to_numpy(float)[:, None], places["lat"].to_numpy(float)[:, None],
        stations["lon"].to_numpy(float)[None, :], stations["lat"].to_numpy(float)[None, :],
    )  # fmt: skip
    return pd.Series(stations["station"].to_numpy()[np.argmin(km, axis=1)], index=places["market"].to_numpy())


def national_pue(region: Region) -> float:
    """Return the mean PUE of existing centres over all markets, weighted by the electricity that each uses."""
    stations = nearest_station(region)
    use = region["markets"].set_index("market")["electricity_use_twh"].astype(float).reindex(stations.index).dropna()
    pue = {
        s: sum(share * float(table.loc[name, "pue_annual"]) for name, share in STOCK_MIX.items())
        for s, table in ((s, stock_coefficients(region["climate"], s)) for s in sorted(set(stations[use.index])))
    }
    return float(np.average(stations[use.index].map(pue).to_numpy(float), weights=use.to_numpy()))


def grid_factor(region: Region) -> tuple[float, float]:
    """Return the grid factor [kg/kWh] weighted by electricity use, and the share of the use whose factor is known."""
    table = region["markets"][["electricity_use_twh", "grid_kgco2_per_kwh"]].astype(float)
    table = table.dropna(subset=["electricity_use_twh"])
    known = table.dropna()
    weights = known["electricity_use_twh"]
    share = float(weights.sum() / table["electricity_use_twh"].sum())
    return float(np.average(known["grid_kgco2_per_kwh"], weights=weights)), share


def national_rows(region: Region) -> list[Row]:
    """Return every comparison: kind, quantity, fact, unit, published, model (None: not computed), deviation, basis.

    Raises UsageError for a region whose markets are not China's provinces: there is nothing to compare it with.
    """
    if HORINGER_MARKET not in set(region["markets"]["market"]):
        text = _(
            "The published figures are China's; {region} has no market {market} (Inner Mongolia) to compare with them."
        )
        raise UsageError(text.format(region=region.id, market=HORINGER_MARKET))
    return [*_pue_rows(region), *_energy_rows(region), *_horinger_rows(region), *_climate_rows(region), *_harbin_rows()]


def _pue_rows(region: Region) -> Iterator[Row]:
    for row in calibrate_regions(region["climate"]).to_dict("records"):
        is_open = not row["stations"]
        basis = row["note"] or _("mean of {n} weather stations").format(n=len(str(row["stations"]).split(", ")))
        kind = "open" if is_open else "check"
        model = None if is_open else float(row["model"])
        name = _("Mean PUE: {region}").format(region=row["region"])
        yield _row(kind, name, row["fact"], unit="", published=row["published"], model=model, basis=basis)


def _energy_rows(region: Region) -> Iterator[Row]:
    pue = national_pue(region)
    basis = _("half air-cooled, half towers, at the nearest station of each province, weighted by electricity use")
    yield _row("check", _("Mean PUE: China"), "F072", unit="", published=NATIONAL_PUE, model=pue, basis=basis)
    twh = NATIONAL_RACKS * RACK_KW / KW_PER_MW * MEAN_OVER_RATED * HOURS_PER_YEAR * pue / MWH_PER_TWH
    basis = _(
        "8.1 million racks (F065) of 2.5 kW (F092) at {share:.0%} of their rating (assumed), times the computed PUE"
    )
    yield _row("check", _("Electricity of data centres: China"), "F036", unit=_("TWh/year"), published=NATIONAL_TWH,
               model=twh, basis=basis.format(share=MEAN_OVER_RATED))  # fmt: skip
    factor, share = grid_factor(region)
    basis = _("provincial grid factors of 2022, weighted by electricity use ({share:.0%} of it has a factor)")
    yield _row("check", _("Carbon per electricity used"), "F071", unit="kg/kWh", published=NATIONAL_KG_PER_KWH,
               model=factor, basis=basis.format(share=share))  # fmt: skip


def _horinger_rows(region: Region) -> Iterator[Row]:
    market = region["markets"].set_index("market").loc[HORINGER_MARKET]
    own = float(market["renewable_gen_share_of_use"])
    basis = _(
        "what the province generates over what it uses (F158): the rest must be contracts, the grid does not give it"
    )
    yield _row(
        "check", _("Renewable share: Horinger"), "F214", unit="", published=HORINGER_SHARE, model=own, basis=basis
    )
    yield _row("input", _("Price of electricity: Horinger"), "F215", unit="CNY/kWh", published=HORINGER_CNY_PER_KWH,
               model=float(market["energy_cny_per_kwh"]), basis=_("taken over from the document"))  # fmt: skip
    fitted = fit_latency()
    for k, point in enumerate(fitted.points.itertuples(index=False)):
        name = _("Round trip: {place_a} to {place_b}").format(place_a=point.from_place, place_b=point.to_place)
        basis = _("fitted to the three figures: {fixed:.2f} ms and route factor {factor:.2f}")
        yield _row("fit", name, point.fact, unit="ms", published=float(point.rtt_ms), model=float(point.model_ms),
                   basis=basis.format(fixed=fitted.fixed_ms, factor=fitted.route_factor))  # fmt: skip
        others = fit_latency(HORINGER_POINTS.drop(index=HORINGER_POINTS.index[k]))
        told = rtt_from_route_ms(
            float(point.great_circle_km), fixed_ms=others.fixed_ms, route_factor=others.route_factor
        )
        yield _row("check", name, point.fact, unit="ms", published=float(point.rtt_ms), model=float(told),
                   basis=_("fitted to the other two figures only"))  # fmt: skip


def _climate_rows(region: Region) -> Iterator[Row]:
    means = region["climate"].groupby("station")["t_dry_degc"].mean()
    for fact, station, degc in (row for row in MEAN_TEMPERATURES if row[1] in means.index):
        name = _("Mean temperature: {place}").format(place=station)
        basis = _("mean of the monthly normals")
        yield _row("check", name, fact, unit="degC", published=degc, model=float(means[station]), basis=basis)


def _harbin_rows() -> list[Row]:
    return [{**row, "kind": "check", "basis": row["note"]} for row in heat_findings()]
