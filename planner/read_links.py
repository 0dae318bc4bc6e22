"""Check what rows say about other rows: references between tables, and sums and orders within them."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.i18n import gettext as _
from planner.read_areas import check_areas
from planner.read_expansion import check_profiles, check_reinforcements
from planner.read_findings import Reading
from planner.read_manifest import Manifest
from planner.tables import Column
from planner.units import MONTHS_PER_YEAR

_SUM_TOLERANCE = 1e-3
Readings = Mapping[str, Reading]
Frames = Mapping[str, pd.DataFrame]


def check_links(readings: Readings, frames: Frames) -> None:
    """Note every reference to a row that does not exist."""
    for reading in readings.values():
        for column in reading.table.columns:
            if column.kind == "key" and column.name in reading.layer.cells:
                _check_column(reading, column, frames=frames)


def _known(column: Column, frames: Frames) -> set[str]:
    known: set[str] = set()
    for target in column.refers_to:
        table, _dot, other = target.partition(".")
        frame = frames[table]
        known |= set(frame[other or frame.columns[0]].dropna())
    return known


def _check_column(reading: Reading, column: Column, *, frames: Frames) -> None:
    targets = list(dict.fromkeys(target.partition(".")[0] for target in column.refers_to))
    if all(frames[target].empty for target in targets):
        is_reported = any(problem.layer in targets for problem in reading.findings.problems)
        if is_reported or targets == ["grid_buses"]:
            return  # its rows are not known for a reason that is reported, or the region has no network
    values = frames[reading.table.name][column.name]
    strange = np.flatnonzero(values.notna() & ~values.isin(_known(column, frames))).tolist()
    if strange:
        message = _("{column} names «{value}» in {rows}, which is not in {targets}.")
        message = message.replace("{targets}", _(" or ").join(column.refers_to))
        remedy = _("Correct the name, or add the row to {targets}.").format(targets=_(" or ").join(targets))
        reading.note_rows("reference_unknown", message, remedy=remedy, positions=strange, column=column.name)


def check_sums(readings: Readings, frames: Frames, *, manifest: Manifest) -> None:
    """Note rows that contradict each other within or between tables."""
    checks = {
        "districts": _check_weights,
        "sites": _check_sites,
        "substations": _check_levels,
        "prices": _check_prices,
        "zones": _check_nesting,
    }
    for name, check in checks.items():
        if name in readings:
            check(readings[name], frames[name])
    if "climate" in readings:
        _check_climate(readings["climate"], frames["climate"], manifest=manifest)
    for name, of_grid in {"reinforcements": check_reinforcements, "load_profiles": check_profiles}.items():
        if name in readings:
            of_grid(readings[name], frames[name], frames)
    if "stock" in readings:
        _check_cooling_shares(readings.get("stock_cooling", readings["stock"]), frames)
    if "grid_buses" in readings:
        _check_network(readings, frames, manifest=manifest)
    check_areas(readings, frames, manifest=manifest)
    _check_shared_ids(readings, frames)


def _note(reading: Reading, is_wrong: pd.Series[bool], *, code: str, message: str, remedy: str) -> None:
    positions = np.flatnonzero(is_wrong).tolist()
    if positions:
        reading.note_rows(code, message, remedy=remedy, positions=positions)


def _check_weights(reading: Reading, districts: pd.DataFrame) -> None:
    if not districts["demand_weight"].fillna(1.0).sum() > 0:
        message = _("districts.demand_weight is 0 in every row, so demand cannot be split.")
        reading.note("sum_wrong", message, remedy=_("Give at least one district a weight."), column="demand_weight")


def _check_prices(reading: Reading, prices: pd.DataFrame) -> None:
    is_wrong = (prices["low"] > prices["central"]) | (prices["central"] > prices["high"])
    message = _("{column}: low <= central <= high does not hold in {rows}.")
    _note(reading, is_wrong, code="order_wrong", message=message, remedy=_("Order the three values."))


def _check_levels(reading: Reading, stations: pd.DataFrame) -> None:
    is_wrong = stations["feed_voltage_kv"] > stations["voltage_kv"]
    message = _("{column}: feed_voltage_kv is above voltage_kv in {rows}; a station feeds at its own level or below.")
    remedy = _("voltage_kv is the class of the station, feed_voltage_kv the bus that feeds sites: exchange them.")
    _note(reading, is_wrong, code="order_wrong", message=message, remedy=remedy)


def _check_nesting(reading: Reading, zones: pd.DataFrame) -> None:
    """Note zones from which the way up never ends."""
    parent_of = zones.dropna(subset=["zone", "parent"]).drop_duplicates("zone").set_index("zone")["parent"].to_dict()
    node = zones["zone"]
    for _step in range(len(zones)):
        node = node.map(parent_of)
    message = _("{column}: the parents of {rows} lead round in a circle.")
    _note(
        reading, node.notna(), code="circle", message=message, remedy=_("Leave `parent` of the uppermost zone empty.")
    )


def _check_cooling_shares(reading: Reading, frames: Frames) -> None:
    total = frames["stock_cooling"].groupby("stock")["it_share"].sum()
    for stock in frames["stock"]["stock"].dropna():
        share = float(total.get(stock, 0.0))
        if abs(share - 1.0) > _SUM_TOLERANCE:
            message = _("stock_cooling.it_share of {stock} sums to {share}; its whole IT power must be cooled.").format(
                stock=stock, share=f"{share:g}"
            )
            reading.note("sum_wrong", message, remedy=_("Give rows whose shares sum to 1."), column="it_share")


def _check_network(readings: Readings, frames: Frames, *, manifest: Manifest) -> None:
    """Note buses without a voltage band, lines between voltages, and a network without a source."""
    bands = {float(b["vn_kv"]) for b in manifest.content.get("voltage_bands") or () if "vn_kv" in b}
    levels = frames["grid_buses"]["vn_kv"].dropna().unique()
    missing = sorted(kv for kv in levels if kv not in bands)
    if missing:
        listed = ", ".join(f"{kv:g}" for kv in missing)
        message = _("voltage_bands has no band for {kv} kV, so the buses there would go unchecked.").format(kv=listed)
        remedy = _("Add one band per nominal voltage of grid/buses.")
        readings["grid_buses"].findings.add(manifest.file, "voltage_band_missing", message, remedy,
                                            column="voltage_bands")  # fmt: skip
    if "grid_lines" in readings:
        kv = frames["grid_buses"].drop_duplicates("bus").set_index("bus")["vn_kv"]
        ends = frames["grid_lines"][["from_bus", "to_bus"]].apply(lambda bus: bus.map(kv))
        is_wrong = ends.notna().all(axis=1) & (ends["from_bus"] != ends["to_bus"])
        message = _("{column} joins buses of different voltage in {rows}.")
        remedy = _("Use a transformer (grid/trafos) there.")
        _note(readings["grid_lines"], is_wrong, code="order_wrong", message=message, remedy=remedy)


def _check_shared_ids(readings: Readings, frames: Frames) -> None:
    """Note ids that two tables share where a plan names rows of both in one column."""
    for tables in (
        ("stock", "sites"),
        ("outside_sites", "sites"),
        ("outside_sites", "stock"),
        ("zones", "substations"),
    ):
        if tables[0] in readings and tables[1] in readings:
            left, right = (frames[name][frames[name].columns[0]] for name in tables)
            message = _("{column} uses ids in {rows} that {other} uses too, so a plan could not tell them apart.")
            message = message.replace("{other}", tables[1])
            remedy = _("Give every site, existing centre and outside site, and every station and zone, its own id.")
            _note(
                readings[tables[0]], left.notna() & left.isin(right), code="id_shared", message=message, remedy=remedy
            )


def _check_climate(reading: Reading, climate: pd.DataFrame, *, manifest: Manifest) -> None:
    months = climate.groupby("station")["month"].nunique()
    for station, n in months[months < MONTHS_PER_YEAR].items():
        message = _("climate has {n} months of station {station}; PUE and WUE need all 12.").format(
            n=n, station=station
        )
        reading.note("months_missing", message, remedy=_("Add the missing months."), column="month")
    default = manifest.content.get("climate_station")
    if default is not None and str(default) not in set(climate["station"]):
        message = _("climate_station is {station}, which has no rows in climate.").format(station=default)
        remedy = _("Choose one of: {stations}.").format(stations=", ".join(map(str, months.index)))
        reading.findings.add(manifest.file, "reference_unknown", message, remedy, column="climate_station")


def _check_sites(reading: Reading, sites: pd.DataFrame) -> None:
    is_lost = sites["lon"].isna() | sites["lat"].isna()
    message = _("{column} has neither a polygon nor lon and lat in {rows}.")
    _note(reading, is_lost, code="geometry_missing", message=message, remedy=_("Draw the parcel, or give lon and lat."))
    is_flat = gpd.GeoSeries(sites["geometry"]).geom_type.eq("Point") & sites["area_ha"].isna()
    message = _("{column} is a point without area_ha in {rows}, so nothing can be built there.")
    remedy = _("Give area_ha, or the polygon of the parcel.")
    _note(reading, is_flat & ~is_lost, code="value_missing", message=message, remedy=remedy)
