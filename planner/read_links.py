"""Check what rows say about other rows: references between tables, and sums and orders within them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner.i18n import gettext as _
from planner.read_findings import Findings, RawLayer
from planner.read_manifest import Manifest
from planner.tables import Column, Table
from planner.units import MONTHS_PER_YEAR

_SUM_TOLERANCE = 1e-3
Layers = Mapping[str, RawLayer]
Frames = Mapping[str, pd.DataFrame]


def check_links(tables: Mapping[str, Table], layers: Layers, frames: Frames, findings: Findings) -> None:
    """Note every reference to a row that does not exist."""
    for name, layer in layers.items():
        for column in tables[name].columns:
            if column.kind == "key" and column.name in layer.cells:
                _check_column(tables[name], column, layer, frames, layers, findings)


def _known(column: Column, frames: Frames) -> set[str]:
    known: set[str] = set()
    for target in column.refers_to:
        table, _dot, other = target.partition(".")
        frame = frames[table]
        names = frame[other] if other else frame.iloc[:, 0]
        known |= set(names.dropna())
    return known


def _check_column(
    table: Table, column: Column, layer: RawLayer, frames: Frames, layers: Layers, findings: Findings
) -> None:
    targets = [target.partition(".")[0] for target in column.refers_to]
    if column.is_optional and not any(target in layers for target in targets) and targets == ["grid_buses"]:
        return  # a region without a network may still carry the names of buses
    if not any(target in layers for target in targets) and _is_reported(targets, findings):
        return  # the table itself could not be read, which is reported; its rows are not known
    values = frames[layer.name][column.name]
    strange = values.notna() & ~values.isin(_known(column, frames))
    if not strange.any():
        return
    message = _("{column} names «{value}» in {rows}, which is not in {targets}.")
    message = message.replace("{targets}", _(" or ").join(column.refers_to))
    remedy = _("Correct the name, or add the row to {targets}.").format(targets=_(" or ").join(targets))
    findings.add_rows(
        layer,
        "reference_unknown",
        message,
        remedy,
        positions=np.flatnonzero(strange).tolist(),
        key=table.key,
        column=column.name,
    )


def _is_reported(targets: list[str], findings: Findings) -> bool:
    return any(problem.layer in targets for problem in findings.problems)


def check_sums(tables: Mapping[str, Table], layers: Layers, frames: Frames, manifest: Manifest, findings: Findings) -> None:
    """Note rows that contradict each other within or between tables."""
    if "stock_cooling" in layers and "stock" in layers:
        _check_cooling_shares(layers, frames, findings)
    if "climate" in layers:
        _check_climate(layers["climate"], frames["climate"], manifest, findings)
    if "prices" in layers:
        prices = frames["prices"]
        is_wrong = (prices["low"] > prices["central"]) | (prices["central"] > prices["high"])
        message = _("{column}: low <= central <= high does not hold in {rows}.")
        _note(layers["prices"], tables["prices"], is_wrong, "order_wrong", message, _("Order the three values."), findings)
    if "substations" in layers:
        stations = frames["substations"]
        is_wrong = stations["feed_voltage_kv"] > stations["voltage_kv"]
        message = _("{column}: feed_voltage_kv is above voltage_kv in {rows}; a station feeds at its own level or below.")
        remedy = _("voltage_kv is the class of the station, feed_voltage_kv the bus that feeds sites: exchange them.")
        _note(layers["substations"], tables["substations"], is_wrong, "order_wrong", message, remedy, findings)
    if "districts" in layers and not frames["districts"]["demand_weight"].fillna(1.0).sum() > 0:
        message = _("districts.demand_weight is 0 in every row, so demand cannot be split.")
        findings.add(layers["districts"].file, "sum_wrong", message, _("Give at least one district a weight."), layer="districts")
    if "sites" in layers:
        _check_sites(layers["sites"], tables["sites"], frames["sites"], findings)


def _note(
    layer: RawLayer, table: Table, is_wrong: pd.Series, code: str, message: str, remedy: str, findings: Findings
) -> None:
    positions = np.flatnonzero(is_wrong).tolist()
    if positions:
        findings.add_rows(layer, code, message, remedy, positions=positions, key=table.key)


def _check_cooling_shares(layers: Layers, frames: Frames, findings: Findings) -> None:
    total = frames["stock_cooling"].groupby("stock")["it_share"].sum()
    for stock in frames["stock"]["stock"].dropna():
        share = float(total.get(stock, 0.0))
        if abs(share - 1.0) > _SUM_TOLERANCE:
            message = _("stock_cooling.it_share of {stock} sums to {share}; its whole IT power must be cooled.").format(
                stock=stock, share=f"{share:g}"
            )
            remedy = _("Give rows whose shares sum to 1.")
            file = layers["stock_cooling"].file
            findings.add(file, "sum_wrong", message, remedy, layer="stock_cooling", column="it_share", value=share)


def _check_climate(layer: RawLayer, climate: pd.DataFrame, manifest: Manifest, findings: Findings) -> None:
    months = climate.groupby("station")["month"].nunique()
    for station, n in months[months < MONTHS_PER_YEAR].items():
        message = _("climate has {n} months of station {station}; PUE and WUE need all 12.").format(n=n, station=station)
        findings.add(layer.file, "months_missing", message, _("Add the missing months."), layer="climate", value=station)
    default = manifest.content.get("climate_station")
    if default is not None and str(default) not in set(climate["station"]):
        message = _("climate_station is {station}, which has no rows in climate.").format(station=default)
        remedy = _("Choose one of: {stations}.").format(stations=", ".join(map(str, months.index)))
        findings.add(
            manifest.file, "reference_unknown", message, remedy, column="climate_station", value=default
        )


def _check_sites(layer: RawLayer, table: Table, sites: pd.DataFrame, findings: Findings) -> None:
    is_lost = sites["lon"].isna() | sites["lat"].isna()
    message = _("{column} has neither a polygon nor lon and lat in {rows}.")
    _note(layer, table, is_lost, "geometry_missing", message, _("Draw the parcel, or give lon and lat."), findings)
    is_flat = sites.geometry.geom_type.eq("Point") & sites["area_ha"].isna()
    message = _("{column} is a point without area_ha in {rows}, so nothing can be built there.")
    _note(layer, table, is_flat, "value_missing", message, _("Give area_ha, or the polygon of the parcel."), findings)
