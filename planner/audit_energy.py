"""Audit of energy, green power and carbon: shares, channels, caps and the plan's rows of energy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.audit_case import Case
from planner.audit_compare import Limit, Outcome, beside, equal, outcome, total


def bought_mwh(case: Case) -> pd.DataFrame:
    """Return green_power, certificate and both [MWh/year] by planning year."""
    table = case.green.pivot_table(index="year", columns="kind", values="mwh", aggfunc="sum", fill_value=0.0)
    table = table.reindex(index=list(case.years), columns=["green_power", "certificate"], fill_value=0.0)
    return table.assign(both=table.sum(axis=1))


def stock_change_mwh(case: Case) -> pd.Series[float]:
    """Return how switched halls change the energy of existing centres, by planning year [MWh/year]."""
    halls = case.hall_changes
    change = (halls["n"] * halls["mwh_change_per_year"]).groupby(halls["year"]).sum()
    return change.reindex(list(case.years), fill_value=0.0)


def emissions_t(case: Case) -> pd.Series[float]:
    """Return emissions by planning year [t]: uncovered energy, load outside, change of existing centres.

    Certificates lower them only where the scenario says so.
    """
    factor = pd.Series({y: case.scenario.carbon.grid_t_per_mwh[y] for y in case.years}, dtype=float)
    bought = bought_mwh(case)
    counted = bought["both"] if case.scenario.carbon.certificates_count else bought["green_power"]
    away = case.outside.merge(case.tables["outside"], on=["outside", "workload"])
    outside = (away["it_mw"] * away["t_per_mw_year"]).groupby(away["year"]).sum()
    outside = outside.reindex(list(case.years), fill_value=0.0)
    return factor * (case.energy_mwh - counted + stock_change_mwh(case)) + outside


def check_energy(case: Case) -> Iterator[Outcome]:
    """The plan's rows of energy say what was computed; resources are bought only where they are on offer."""
    bought, share = bought_mwh(case), case.tables["years_table"].set_index("year")["green_share"]
    years = list(case.years)
    computed = {
        "new_mwh": (case.energy_mwh, "MWh/year"),
        "green_mwh": (bought["green_power"], "MWh/year"),
        "certificate_mwh": (bought["certificate"], "MWh/year"),
        "emissions_t": (emissions_t(case), "t"),
        "required_share": (share.reindex(years).fillna(0.0), "-"),
        "stock_mwh": (stock_change_mwh(case) + case.stock_mwh, "MWh/year"),
    }
    said = case.plan["energy"]
    for field, (values, unit) in computed.items():
        want = pd.DataFrame({"year": years, "value": values.to_numpy(float)})
        have = pd.DataFrame({"year": [r["year"] for r in said], "value": [r[field] for r in said]}).astype(
            {"value": float}
        )
        yield equal(f"energy_{field}", beside(want, have, keys=["year"]), keys=["year"], unit=unit)
    for row in said:
        energy = float(case.energy_mwh.get(row["year"], 0.0))
        have = row["green_share"]
        if energy > 0 and have is not None:
            want = float(bought["both"].get(row["year"], 0.0)) / energy
            ok = abs(want - have) <= 1e-6
        else:
            want, ok = None, have is None and energy == 0
        yield outcome(
            "energy_green_share", pd.DataFrame([row]), np.array([ok]), keys=["year"], expected=want, found=have
        )


def limits(case: Case) -> Iterator[Limit]:
    """Return the green share, channels, largest shares, use, and the carbon cap."""
    energy, bought = case.energy_mwh, bought_mwh(case)
    is_on = case.is_on("green")
    table = case.tables["years_table"].set_index("year").reindex(list(case.years))
    years = pd.DataFrame({"year": list(case.years)})
    need = table["green_share"].fillna(0.0) * energy
    rows = years.assign(used=need.to_numpy(float), limit=bought["both"].to_numpy(float))
    yield Limit("green_share", "MWh/year", rows, is_enforced=is_on)
    rows = years.assign(used=bought["both"].to_numpy(float), limit=energy.to_numpy(float))
    yield Limit("green_within_use", "MWh/year", rows, is_enforced=is_on)
    offers = case.tables["green"][["resource", "year", "available_mwh", "max_share"]]
    offers = offers.merge(total(case.green, ["resource", "year"], "mwh"), on=["resource", "year"], how="left")
    offers = offers.rename(columns={"value": "used"}).fillna({"used": 0.0})
    channels = offers.dropna(subset=["available_mwh"])
    rows = channels[["resource", "year", "used"]].assign(limit=channels["available_mwh"])
    yield Limit("green_channel", "MWh/year", rows)
    shares = offers.dropna(subset=["max_share"])
    limit = shares["max_share"] * shares["year"].map(energy)
    yield Limit(
        "resource_share", "MWh/year", shares[["resource", "year", "used"]].assign(limit=limit), is_enforced=is_on
    )
    capped = table["carbon_cap_t"].dropna()
    rows = pd.DataFrame(
        {
            "year": capped.index,
            "used": emissions_t(case).reindex(capped.index).to_numpy(float),
            "limit": capped.to_numpy(),
        }
    )
    yield Limit("carbon_cap", "t/year", rows, is_enforced=case.is_on("carbon"))
