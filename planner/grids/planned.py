"""The planned network: the grid of a region with the loads of a plan, in formats other tools read.

Every feed of every site is a load of its own, in the normal split of the AC check, named by site and station; switched
halls of existing centres are loads by which their station changes. A utility can check the plan with its own tool.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.errors import ExportError, UsageError
from planner.export.atomic import write_bytes, write_text
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.assemble import Assembled
    from planner.region import Region

PLAN_LOAD = "plan"


def write_planned_network(
    plan: Mapping[str, Any],
    region: Region,
    folder: Path,
    *,
    years: Sequence[int] | None = None,
    situation: str | None = None,
    assembled: Assembled | None = None,
) -> list[Path]:
    """Write network_planned.json, .xlsx and .m with the loads of the last planning year; return the paths.

    The network is the one of the AC check: grown to the year, in the scenario's first situation unless another is
    named, with decided and chosen reinforcements. With `years` one set for each, named network_planned_<year>. Raises
    UsageError for a year or situation the plan does not have, ExportError where a format cannot hold the network or
    its power flow has no solution.
    """
    from planner.assemble import assemble
    from planner.assemble_reinforcement import states_by_year
    from planner.grid_cases import network_for
    from planner.scenario import parse_scenario

    known = [int(year) for year in plan["years"]]
    unknown = sorted(set(years or ()) - set(known))
    if unknown:
        text = _("The plan has no year {year}; its years are {known}.")
        raise UsageError(text.format(year=unknown[0], known=", ".join(map(str, known))))
    scenario = parse_scenario(dict(plan["scenario"]), file="plan.json")
    situation = situation or next(iter(scenario.network.situations))
    if assembled is None and any(n for row in plan["stock"] for n in row["options"].values()):
        assembled = assemble(region, scenario)
    loads = named_loads(plan, region, assembled)
    states = states_by_year(plan)
    files = []
    for year in years or known[-1:]:
        net = network_for(region, scenario, year, situation, states[year])
        own = loads[loads["year"] == year]
        factor = scenario.network.situations[situation].plan_factor
        add_loads(net, own.assign(p_mw=own["p_mw"] * factor, q_mvar=own["q_mvar"] * factor))
        stem = folder / (f"network_planned_{year}" if years else "network_planned")
        comments = _comments(plan, net, year=year, situation=situation)
        files += _write(net, stem, comments=comments)
    return files


def named_loads(plan: Mapping[str, Any], region: Region, assembled: Assembled | None) -> pd.DataFrame:
    """Return year, name, bus, p_mw, q_mvar: every feed, every changed centre, interruptible load as what is off."""
    from planner.plan_loads import feed_loads, flexible_loads, stock_loads

    flexible = flexible_loads(plan, region)
    parts = [feed_loads(plan), flexible.assign(site="interruptible")]
    if assembled is not None:
        parts.append(stock_loads(plan, region, assembled))
    filled = [part for part in parts if len(part)]
    found = pd.concat(filled, ignore_index=True) if filled else parts[0]
    found = found[found["mva"] != 0]
    without = sorted(found.loc[found["bus"].isna(), "substation"].unique())
    if without:
        text = _("These stations have no bus in the AC network: {names}.")
        raise ExportError(text.format(names=", ".join(without)))
    power_factor = float(plan["scenario"]["power"]["power_factor"])
    p_mw = found["mva"].to_numpy(dtype=float) * power_factor
    name = found["site"].astype(str) + " @ " + found["substation"].astype(str)
    return found.assign(name=name, p_mw=p_mw, q_mvar=p_mw * np.tan(np.arccos(power_factor)))


def add_loads(net: Any, loads: pd.DataFrame) -> None:
    """Add one load per row of `loads` (name, bus, p_mw, q_mvar) and make all names unique."""
    import pandapower as pp

    from planner.grids.names import make_unique

    index = dict(zip(net.bus["name"].astype(str), net.bus.index, strict=True))
    for row in loads.itertuples():
        pp.create_load(net, index[str(row.bus)], p_mw=row.p_mw, q_mvar=row.q_mvar, name=str(row.name), type=PLAN_LOAD)
    make_unique(net)


def _comments(plan: Mapping[str, Any], net: Any, *, year: int, situation: str) -> list[str]:
    head = f"Planned network of {plan['region']['id']}, year {year}, situation {situation}."
    chosen = [f"{r['node']} state {r['state']} from {r['year_from']}" for r in plan.get("reinforcements") or ()]
    return [
        head,
        f"Security of the plan in its own AC check: {plan.get('security', 'not_checked')}.",
        *(["Reinforcements of the plan: " + "; ".join(chosen)] if chosen else []),
        "Loads of the plan, contained in PD and QD:",
        *(
            f"{row.name} at bus {net.bus.at[row.bus, 'name']}: {row.p_mw:.3f} MW, {row.q_mvar:.3f} Mvar"
            for row in net.load[net.load["type"] == PLAN_LOAD].itertuples()
        ),
    ]


def _write(net: Any, stem: Path, *, comments: Sequence[str]) -> list[Path]:
    """Write the three files of one network."""
    import pandapower as pp

    from models.grid.network_json import write_network_json
    from planner.grids.matpower_out import case_text

    try:
        text = case_text(net, stem.name, comments)
    except pp.LoadflowNotConverged as error:
        raise ExportError(_("The power flow of the planned network did not converge.")) from error
    return [
        write_bytes(stem.with_suffix(".json"), write_network_json(net)),
        write_bytes(stem.with_suffix(".xlsx"), workbook(net)),
        write_text(stem.with_suffix(".m"), text),
    ]


def workbook(net: Any) -> bytes:
    """Return the network as a workbook in the layout of pandapower's to_excel; text is never a formula."""
    from openpyxl import Workbook

    from models.grid.network_tables import CURVES, TABLES

    book = Workbook()
    book.remove(book.active)
    about = {key: net[key] for key in ("name", "f_hz", "sn_mva", "version", "format_version")}
    about |= {"crs": net["crs"]} if "crs" in net else {}
    tables = {"parameters": pd.DataFrame({"parameter": pd.Series(about, dtype=object)})}
    tables |= {name: net[name] for name in (*TABLES, *CURVES) if name in net and len(net[name])}
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        for c, column in enumerate(["", *table.columns], start=1):
            sheet.cell(1, c, column or None)
        for r, (index, row) in enumerate(zip(table.index, table.astype(object).to_numpy(), strict=True), start=2):
            for c, value in enumerate([index, *row], start=1):
                cell = sheet.cell(r, c, None if pd.isna(value) else value)
                if isinstance(value, str):
                    cell.data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
