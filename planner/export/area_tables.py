"""Tables without geometry of a plan of areas for the GeoPackage: green book by market, hubs by year, rules."""

from __future__ import annotations

import pandas as pd

from planner.export.facts import PlanDict
from planner.export.hub_facts import green_share, rows_of, short_of

GREEN_BOOK = ("market", "name", "name_zh", "year", "energy_mwh", "it_mwh", "green_mwh", "certificate_mwh", "required_share",
              "ref", "cue_kg_per_kwh", "emissions_t", "pue", "energy_cny_per_mwh")  # fmt: skip
RULES = ("id", "quantity", "places", "year", "value", "unit", "effect", "document", "clause", "decided", "text")


def area_tables(plan: PlanDict) -> dict[str, pd.DataFrame]:
    """Return green_book, hub_years, rules, decide_now, investments, heat and conversions, those that have rows."""
    markets = [
        {**{name: row.get(name) for name in GREEN_BOOK}, "green_share": green_share(row), "missing_mwh": short_of(row)}
        for row in rows_of(plan, "markets")
    ]
    hubs = [{**row, "green_share": green_share(row)} for row in rows_of(plan, "hubs")]
    rules = [
        {**{name: row.get(name) for name in RULES}, "places": ", ".join(map(str, row.get("places") or [])),
         "value": str(row.get("value"))}
        for row in rows_of(plan, "rules")
    ]  # fmt: skip
    tables = {"green_book": markets, "hub_years": hubs, "rules": rules}
    tables |= {
        name: [dict(row) for row in rows_of(plan, name)]
        for name in ("decide_now", "investments", "heat", "conversions")
    }
    return {name: pd.DataFrame(rows) for name, rows in tables.items() if rows}
