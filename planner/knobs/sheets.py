"""Tables that a planner edits in a scenario: demand, kinds of load, reserves, prices, and tables of the region.

Tables of the region come from its view; a cell that is set back to the region's own value is no correction any more.
Shares are shown in per cent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.i18n import gettext as _
from planner.knobs import Knob, knob_at
from planner.knobs.area_sheets import AREA_SHEETS
from planner.knobs.prices import price_name
from planner.knobs.region_sheets import headroom_years, region_table
from planner.knobs.sheet import NAME, Sheet, SheetColumn, Tables, nodes_of
from planner.knobs.shown import load_name, options, to_shown
from planner.scenario import Scenario
from planner.scenario_path import ABSENT, join_path

FACTS = ("availability", "rtt_limit_ms", "load_factor", "coincidence", "density_kw_per_rack", "may_go_outside",
         "in_city_max_share")  # fmt: skip
KEPT_FREE = "reserve_mva"
OWN_PRICE = "own"
MONEY = "_cny"


def sheet(name: str, scenario: Scenario, tables: Tables) -> Sheet | None:
    """Return one table as shown under a scenario; None where the region has no such table."""
    made = {
        "demand": _demand,
        "workloads": _workloads,
        "reserve": _reserve,
        "prices": _prices,
        "headroom_years": headroom_years,
        **AREA_SHEETS,
    }
    maker = made.get(name)
    return maker(scenario, tables) if maker is not None else region_table(name, scenario, tables)


def _never(_row: str, _column: str) -> Any:
    """Return no own value: every value stays in the scenario."""
    return ABSENT


def _empty(_row: str, _column: str) -> Any:
    """Return the own value of cells that are empty unless the scenario fills them."""
    return None


def _knob(path: str) -> Knob:
    found = knob_at(path)
    if found is None:
        raise KeyError(path)
    return found


def _of_knob(name: str, knob: Knob, label: str, scenario: Scenario) -> SheetColumn:
    is_number = knob.range.type in ("number", "integer")
    low, high = (to_shown(knob, edge) for edge in (knob.range.low, knob.range.high))
    return SheetColumn(
        name,
        f"{label} [{knob.unit}]" if knob.unit else label,
        "number" if is_number else "yes_no" if knob.range.type == "boolean" else "choice",
        is_editable=True,
        low=low if is_number else None,
        high=high if is_number else None,
        choices=options(knob, scenario) or None,
        is_share=knob.is_share,
        help=knob.words.help.here,
    )


DEMANDS = ("demand_mw", "demand_pflops", "demand_racks")


def _demand(scenario: Scenario, _tables: Tables) -> Sheet:
    """Return the demand by class and year, in the unit in which each class gives it; one that grows from a base is not here."""
    given = {name: key for name, load in scenario.workloads.items() for key in DEMANDS if getattr(load, key)}
    held = {name: getattr(scenario.workloads[name], key) for name, key in given.items()}
    years = sorted({year for amounts in held.values() for year in amounts})
    knobs = {key: _knob(f"workloads.*.{key}") for key in DEMANDS}
    is_plain = set(given.values()) <= {"demand_mw"}
    columns = [_of_knob(str(year), knobs["demand_mw"], str(year), scenario) for year in years]
    if not is_plain:
        columns = [replace(column, label=column.name) for column in columns]
    units = () if is_plain else (SheetColumn("unit", _("Unit")),)
    return Sheet(
        "demand",
        _("Demand by kind of load and year"),
        knobs["demand_mw"].words.help.here,
        (SheetColumn(NAME, _("Kind of load")), *units, *columns),
        tuple(given),
        {
            NAME: [load_name(scenario, name) for name in given],
            "unit": [knobs[key].unit for key in given.values()],
            **{str(year): [held[name].get(year) for name in given] for year in years},
        },
        lambda row, column: join_path(("workloads", row, given[row], column)),
        _never,
    )


def _workloads(scenario: Scenario, _tables: Tables) -> Sheet:
    knobs = {name: _knob(f"workloads.*.{name}") for name in FACTS}
    loads = scenario.workloads
    cells = {
        name: [_shown(knob, getattr(load, name), scenario) for load in loads.values()] for name, knob in knobs.items()
    }
    return Sheet(
        "workloads",
        _("What each kind of load asks for"),
        _("Class A needs two feeds. The round trip limit decides how far from its users a load may be."),
        (SheetColumn(NAME, _("Kind of load")), *(_of_knob(n, k, k.label, scenario) for n, k in knobs.items())),
        tuple(loads),
        {NAME: [load_name(scenario, name) for name in loads], **cells},
        lambda row, column: join_path(("workloads", row, column)),
        _never,
    )


def _shown(knob: Knob, value: Any, scenario: Scenario) -> Any:
    return options(knob, scenario).get(value, value) if isinstance(value, str) else to_shown(knob, value)


def _reserve(scenario: Scenario, tables: Tables) -> Sheet | None:
    ids, names = nodes_of(tables)
    knob = _knob("power.reserve_mva")
    kept = scenario.power.reserve_mva
    return None if not ids else Sheet(
        "reserve",
        _("Headroom kept free for other users"),
        knob.words.help.here,
        (SheetColumn("id", _("Station or zone")), SheetColumn(NAME, _("Name")),
         _of_knob(KEPT_FREE, knob, knob.label, scenario)),
        tuple(ids),
        {"id": ids, NAME: names, KEPT_FREE: [kept.get(node) for node in ids]},
        lambda row, _column: join_path(("power", "reserve_mva", row)),
        _empty,
    )  # fmt: skip


def _prices(scenario: Scenario, tables: Tables) -> Sheet | None:
    if "prices" not in tables:
        return None
    table = tables["prices"]["columns"]
    used = [i for i, item in enumerate(table["item"]) if MONEY in item]  # the table may hold lives and areas too
    given = {name: [table[name][i] for i in used] for name in ("item", "unit", "low", "central", "high")}
    knob = _knob("economy.prices")
    cases = {"central": _("central"), "low": _("low"), "high": _("high")}
    return Sheet(
        "prices",
        _("Prices"),
        knob.words.help.here,
        (
            SheetColumn(NAME, _("Price")),
            SheetColumn("unit", _("Unit")),
            _of_knob(OWN_PRICE, knob, knob.label, scenario),
            *(SheetColumn(name, text, "number") for name, text in cases.items()),
        ),
        tuple(given["item"]),
        {
            NAME: [price_name(item) for item in given["item"]],
            **{name: given[name] for name in ("unit", *cases)},
            OWN_PRICE: [scenario.economy.prices.get(item) for item in given["item"]],
        },
        lambda row, _column: join_path(("economy", "prices", row)),
        _empty,
    )
