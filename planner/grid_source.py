"""A grid to study without a siting question: that of a region, of a grid file, or one named by a code.

`resolve` is the only door: it says where the network comes from, which rules apply and which of them are assumed, and
where the buses are if their positions are real.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.bundled import bundled_region
from planner.errors import GridError, UsageError
from planner.grid_positions import positions_of
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from models.grid.rules import GridRules
    from planner.region import Region

ASSUMED_POWER_FACTOR = 0.98
ASSUMED_MIN_PU = 0.90
ASSUMED_MAX_PU = 1.10
_LIMITS = ("min_vm_pu", "max_vm_pu")
_DOUBTS = ("rating_placeholder", "no_limit", "low_loading", "kw", "not_converged")
"""Remarks of a grid's report that bear on every value; ratings that are refused or accepted are told on their own."""


@dataclass(frozen=True, eq=False)
class GridSource:
    """One network to study, with the rules it is judged by and what is known about its origin.

    `grid` is a region's grid value or a pandapower net; `positions` has bus, x, y: degrees when `crs` is geographic,
    units of the drawing when `crs` is None. `assumed` holds one sentence for each value that nobody gave. `stations`
    maps a bus name to the name of the region's substation there.
    """

    name: str
    grid: Any
    rules: GridRules
    label: Mapping[str, str]
    is_synthetic: bool
    power_factor: float
    crs: str | None
    positions: pd.DataFrame
    assumed: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    region: Region | None = None
    stations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def tangent(self) -> float:
        """Return the Mvar drawn with each MW of new load."""
        return float((1.0 - self.power_factor**2) ** 0.5 / self.power_factor)

    def open_net(self) -> Any:
        """Return a pandapower net of its own each time; ValueError in the data becomes GridError."""
        if self.region is None:
            return copy.deepcopy(self.grid)
        from models.grid.source import open_net

        try:
            return open_net(self.grid)
        except ValueError as error:
            raise GridError(_("The AC network cannot be checked: {why}").format(why=error)) from error

    def with_rules(self, **changes: Any) -> GridSource:
        """Return the same source under changed rules."""
        return replace(self, rules=replace(self.rules, **changes))


def resolve(source: str | Path, *, accept_ratings: bool = False) -> GridSource:
    """Return the grid of a region (folder, region.yaml, .gpkg, bundled id), of a grid file, or of a code.

    Codes are those of `planner.grids.read_grid`, such as `simbench:1-HV-urban--0-sw`. A network without usable
    ratings is refused, because nothing limits it, unless `accept_ratings`.
    """
    path = _region_path(source)
    if path is None:
        return _from_file(source, accept_ratings=accept_ratings)
    from planner.read import read_region

    return from_region(read_region(path), accept_ratings=accept_ratings)


def _region_path(source: str | Path) -> Path | None:
    """Return where the region is, None when the source is a grid of its own."""
    path = Path(source)
    if path.name == "region.yaml":
        return path.parent
    if path.is_dir() or path.suffix.lower() == ".gpkg":
        return path
    return bundled_region(str(source)) if not path.exists() else None


def from_region(region: Region, *, accept_ratings: bool = False) -> GridSource:
    """Return the grid of a region that has one, under the region's own rules."""
    if region.grid is None:
        raise UsageError(_("Region {region} has no AC network.").format(region=region.id))
    from models.grid.rules import GridRules
    from models.grid.source import open_net

    about = region.meta.get("grid", {})
    rules = GridRules.from_region(region.meta["voltage_bands"], about.get("emergency_factor", {}))
    try:
        net = open_net(region.grid)
    except ValueError as error:
        raise GridError(_("The AC network cannot be checked: {why}").format(why=error)) from error
    notices = _rating_notices(net, accept_ratings=accept_ratings)
    crs, positions, position_notices = positions_of(net, region)
    return GridSource(
        name=region.id,
        grid=region.grid,
        rules=rules,
        label=about.get("label") or region.name,
        is_synthetic=region.is_synthetic_grid,
        power_factor=float(about.get("power_factor", 1.0)),
        crs=crs,
        positions=positions,
        notices=(*(str(notice) for notice in region.notices), *notices, *position_notices),
        region=region,
        stations=_stations(region),
    )


def _stations(region: Region) -> dict[str, dict[str, str]]:
    """Return id and names of the substation at each bus; the first where several share one."""
    found: dict[str, dict[str, str]] = {}
    for row in region["substations"].to_dict("records"):
        if not pd.isna(row.get("bus")):
            texts = {key: str(row[key]) for key in ("substation", "name", "name_zh") if not pd.isna(row.get(key))}
            found.setdefault(str(row["bus"]), texts)
    return found


def _from_file(source: str | Path, *, accept_ratings: bool) -> GridSource:
    from planner.grids import read_grid

    read = read_grid(source)
    net = read.net
    rules, assumed = _file_rules(net)
    crs, positions, position_notices = positions_of(net, None)
    name = str(source) if ":" in str(source) else Path(source).name
    return GridSource(
        name=name,
        grid=net,
        rules=rules,
        label={"en": name, "zh": name},
        is_synthetic=False,
        power_factor=ASSUMED_POWER_FACTOR,
        crs=crs,
        positions=positions,
        assumed=(*assumed, _("Power factor of new load: {value:g}.").format(value=ASSUMED_POWER_FACTOR)),
        notices=(
            *(remark.text for remark in read.report.changed),
            *_rating_notices(net, accept_ratings=accept_ratings),
            *(remark.text for remark in read.report.missing if remark.code in _DOUBTS),
            *position_notices,
        ),
    )


def _file_rules(net: Any) -> tuple[GridRules, tuple[str, ...]]:
    """Return the rules of a grid file: its own voltage limits where each nominal voltage has one pair, else assumed."""
    from models.grid.rules import GridRules, VoltageBand

    bands, assumed_kv, differ_kv = [], [], []
    for kv, buses in net.bus.groupby("vn_kv"):
        own = buses[list(_LIMITS)].drop_duplicates() if set(_LIMITS) <= set(buses.columns) else pd.DataFrame()
        is_given = len(own) == 1 and bool(own.notna().all(axis=None)) and bool((own > 0).all(axis=None))
        low, high = map(float, own.iloc[0]) if is_given else (ASSUMED_MIN_PU, ASSUMED_MAX_PU)
        assumed_kv += [] if is_given else [float(kv)]
        differ_kv += [f"{kv:g} kV"] if len(own.dropna()) > 1 else []
        bands.append(VoltageBand(float(kv), low, high, low, high))
    assumed = [_("Ratings in outages: as in normal operation (emergency factor 1).")]
    if assumed_kv:
        listed = ", ".join(f"{kv:g} kV" for kv in sorted(assumed_kv))
        text = _("Voltage limits at {listed}: {low:.2f} to {high:.2f} pu, also in outages.")
        assumed.append(text.format(listed=listed, low=ASSUMED_MIN_PU, high=ASSUMED_MAX_PU))
    if differ_kv:
        text = _("The file's own voltage limits at {listed} differ from bus to bus and are not used.")
        assumed.append(text.format(listed=", ".join(reversed(differ_kv))))
    return GridRules(tuple(bands)), tuple(assumed)


def _rating_notices(net: Any, *, accept_ratings: bool) -> tuple[str, ...]:
    """Return what is wrong with the ratings; refuse the network for it unless the user accepts."""
    from models.grid.quality import rating_problems

    found = rating_problems(net)
    if found and not accept_ratings:
        text = _(
            "The ratings of this network cannot be relied on: {why}. Mend them, or accept them with --accept-ratings."
        )
        raise GridError(text.format(why="; ".join(found)))
    accepted = _("Ratings accepted as they are: {why}.")
    return tuple(accepted.format(why=why) for why in found)
