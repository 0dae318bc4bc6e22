"""Tables of a scenario about hubs, markets, time and money: limits by hub, factors, certificates, lead times, budgets."""

from __future__ import annotations

from typing import Any

from planner.editable import row_id
from planner.i18n import gettext as _
from planner.knobs.sheet import NAME, Sheet, SheetColumn, Tables, names_of
from planner.scenario import Scenario
from planner.scenario_path import EDITS, join_path
from planner.scenario_phasing import DEFAULT

QUANTITIES = ("energy_mwh", "it_mw", "water_m3")
FACTORS = ("price_factor", "carbon_factor")
PREMIUM = "premium_cny_per_mwh"
CERTIFICATE = "certificate"
MILLION = 1e6
BUDGET = "budget"
LEAD = "lead_years"


def _nothing(_row: str, _column: str) -> Any:
    """Return the own value of cells that are empty unless the scenario fills them."""
    return None


def _years(scenario: Scenario, *, low: float | None = 0.0, scale: float = 1.0) -> list[SheetColumn]:
    return [
        SheetColumn(str(year), str(year), "number", is_editable=True, low=low, scale=scale) for year in scenario.years
    ]


def hub_limits(scenario: Scenario, tables: Tables) -> Sheet | None:
    """Return what each hub may use by year; None where the region has no hubs."""
    if "hubs" not in tables:
        return None
    hubs, names = list(tables["hubs"]["columns"]["hub"]), names_of(tables["hubs"])
    words = {
        "energy_mwh": _("electricity, MWh a year"),
        "it_mw": _("IT load, MW"),
        "water_m3": _("cooling water, m³ a year"),
    }
    rows = [f"{hub} {quantity}" for hub in hubs for quantity in QUANTITIES]
    held = {row: getattr(scenario.hubs.get(row.split(" ")[0]), row.split(" ")[1], {}) for row in rows}
    return Sheet(
        "hub_limits",
        _("Limits of the hubs by year"),
        _("The most that all new sites of a hub may use or hold in a year. An empty cell is no limit."),
        (SheetColumn(NAME, _("Hub")), SheetColumn("what", _("What")), *_years(scenario)),
        tuple(rows),
        {
            NAME: [name for name in names for _quantity in QUANTITIES],
            "what": [words[quantity] for _hub in hubs for quantity in QUANTITIES],
            **{str(year): [held[row].get(year) for row in rows] for year in scenario.years},
        },
        lambda row, year: join_path(("hubs", *row.split(" "), year)),
        _nothing,
    )


def market_factors(scenario: Scenario, tables: Tables) -> Sheet | None:
    """Return how prices of energy and grid factors go on by year; None where the region has no markets."""
    if "markets" not in tables:
        return None
    words = {"price_factor": _("Price of energy"), "carbon_factor": _("Grid emission factor")}
    held = {name: getattr(scenario.markets, name) for name in FACTORS}
    return Sheet(
        "market_factors",
        _("Prices and grid factors by year"),
        _("Times the value of the base year, the same for every market. An empty cell is 1."),
        (SheetColumn(NAME, _("What")), *_years(scenario)),
        FACTORS,
        {
            NAME: [words[name] for name in FACTORS],
            **{str(year): [held[name].get(year) for name in FACTORS] for year in scenario.years},
        },
        lambda row, year: join_path(("markets", row, year)),
        _nothing,
    )


def certificates(scenario: Scenario, tables: Tables) -> Sheet | None:
    """Return the price of green certificates by year; None where the region has none by year."""
    given = tables.get("resources", {"columns": {}})["columns"]
    if CERTIFICATE not in given.get("kind", []) or "year" not in given:
        return None
    ids: list[str] = []
    own: dict[tuple[str, str], Any] = {}
    for at, kind in enumerate(given["kind"]):
        if kind == CERTIFICATE and given["year"][at] is not None:
            name = str(given["resource"][at])
            own[name, str(int(given["year"][at]))] = given[PREMIUM][at]
            ids += [name] if name not in ids else []
    names = dict(zip(given["resource"], names_of(tables["resources"]), strict=True))
    edits = scenario.edits.get("resources", {})

    def place(row: str, year: str) -> str:
        return join_path((EDITS, "resources", row_id({"resource": row, "year": int(year)}, "resources"), PREMIUM))

    def cell(row: str, year: str) -> Any:
        edited = edits.get(row_id({"resource": row, "year": int(year)}, "resources"), {})
        return edited.get(PREMIUM, own.get((row, year)))

    years = [column for column in _years(scenario) if all((row, column.name) in own for row in ids)]
    return Sheet(
        "certificates",
        _("Price of green certificates by year [CNY/MWh]"),
        _("A change here holds for this scenario only; the region's data stay as they are. Changed cells count as assumed."),
        (SheetColumn(NAME, _("Certificate")), *years),
        tuple(ids),
        {NAME: [names.get(row) or row for row in ids], **{c.name: [cell(row, c.name) for row in ids] for c in years}},
        place,
        lambda row, year: own.get((row, year)),
    ) if years else None  # fmt: skip


def lead_years(scenario: Scenario, tables: Tables) -> Sheet | None:
    """Return the lead time of every area; None where the region has no list of sites."""
    if "sites" not in tables:
        return None
    rows = [DEFAULT, *(str(site) for site in tables["sites"]["columns"]["site"])]
    held = scenario.phasing.lead_years
    return Sheet(
        LEAD,
        _("Lead times"),
        _("Years from the decision to the first load. An empty cell takes the value of “all others”."),
        (
            SheetColumn(NAME, _("Site")),
            SheetColumn("years", _("Lead time [years]"), "integer", is_editable=True, low=0, high=30),
        ),
        tuple(rows),
        {NAME: [_("all others"), *names_of(tables["sites"])], "years": [held.get(row) for row in rows]},
        lambda row, _column: join_path(("phasing", LEAD, row)),
        _nothing,
    )


def budget(scenario: Scenario, _tables: Tables) -> Sheet | None:
    """Return the most that may be invested up to each planning year, in millions."""
    held = scenario.phasing.budget_cny
    return Sheet(
        BUDGET,
        _("Budget by planning year [million CNY]"),
        _("The most that may be invested between the planning year before and this one. An empty cell is no limit."),
        (SheetColumn(NAME, _("What")), *_years(scenario, scale=MILLION)),
        (BUDGET,),
        {
            NAME: [_("Budget")],
            **{str(y): [None if held.get(y) is None else held[y] / MILLION] for y in scenario.years},
        },
        lambda _row, year: join_path(("phasing", "budget_cny", year)),
        _nothing,
    )


AREA_SHEETS = {
    "hub_limits": hub_limits,
    "market_factors": market_factors,
    "certificates": certificates,
    LEAD: lead_years,
    BUDGET: budget,
}
