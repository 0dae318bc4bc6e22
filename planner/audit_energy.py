"""Audit of energy, green power and carbon: shares, channels, caps and the plan's rows of energy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner import audit_markets
from planner.audit_case import Case
from planner.audit_compare import Limit, Outcome, beside, equal, outcome


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
    """Return emissions by planning year [t]: uncovered energy of each market, load outside, change of existing centres.

    Certificates lower them only where the scenario says so.
    """
    table = audit_markets.use(case)
    of_markets = audit_markets.emissions_t(case, table).groupby(table["year"]).sum()
    away = case.outside.merge(case.tables["outside"], on=["outside", "workload"])
    outside = (away["it_mw"] * away["t_per_mw_year"]).groupby(away["year"]).sum()
    of_stock = audit_markets.of_first_market(case, "factor") * stock_change_mwh(case)
    years = list(case.years)
    return of_markets.reindex(years, fill_value=0.0) + of_stock + outside.reindex(years, fill_value=0.0)


def required_share(case: Case) -> pd.Series[float]:
    """Return the required share by planning year: over several markets their mean, weighted by use."""
    if not case.has_markets:
        return case.tables["years_table"].set_index("year")["green_share"].reindex(list(case.years)).fillna(0.0)
    table = audit_markets.use(case)
    need = (table["share"].fillna(0.0) * table["mwh"]).groupby(table["year"]).sum()
    return (need / table.groupby("year")["mwh"].sum()).reindex(list(case.years)).fillna(0.0)


def check_energy(case: Case) -> Iterator[Outcome]:
    """The plan's rows of energy say what was computed; resources are bought only where they are on offer."""
    bought, years = bought_mwh(case), list(case.years)
    computed = {
        "new_mwh": (case.energy_mwh, "MWh/year"),
        "green_mwh": (bought["green_power"], "MWh/year"),
        "certificate_mwh": (bought["certificate"], "MWh/year"),
        "emissions_t": (emissions_t(case), "t"),
        "required_share": (required_share(case), "-"),
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
    """Return the limits of green power by market, and the carbon cap."""
    yield from audit_markets.limits(case)
    table = case.tables["years_table"].set_index("year").reindex(list(case.years))
    capped = table["carbon_cap_t"].dropna()
    used = emissions_t(case).reindex(capped.index).to_numpy(float)
    rows = pd.DataFrame({"year": capped.index, "used": used, "limit": capped.to_numpy()})
    yield Limit("carbon_cap", "t/year", rows, is_enforced=case.is_on("carbon"))
