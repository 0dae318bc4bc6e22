"""Read the AC network of a region that is one file: pandapower's JSON, named by `grid.network` in region.yaml.

The file was written by `planner import-grid` (or by the builder of a bundled region): every bus and every branch has a
name of its own and a rating. It is scanned before anything is made of it, see `models.grid.network_json`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from models.grid.source import GridFile
from planner.i18n import gettext as _
from planner.read_findings import MAX_NAMES, Findings
from planner.read_manifest import Manifest

KEY = "grid.network"
_BRANCHES = {"line": "max_i_ka", "trafo": "sn_mva", "trafo3w": "sn_hv_mva"}


@dataclass(frozen=True, eq=False)
class Network:
    """The network file of a region and its buses (bus = name, vn_kv)."""

    file: GridFile
    buses: pd.DataFrame


def network_name(content: Mapping[str, Any] | None) -> str | None:
    """Return the file that region.yaml names as its network, as it is written there; None where it names none."""
    grid = (content or {}).get("grid")
    name = grid.get("network") if isinstance(grid, dict) else None
    return name if isinstance(name, str) and name else None


def read_network(path: Path, manifest: Manifest, *, has_tables: bool, findings: Findings) -> Network | None:
    """Return the network that the region in `path` names, None where it names none or it cannot be used."""
    name = network_name(manifest.content)
    if name is None:
        return None
    if has_tables:
        message = _("The network is given twice, as {file} and as tables in grid/.").format(file=name)
        findings.add(manifest.file, "network_twice", message, _("Keep one of the two."), column=KEY, value=name)
        return None
    file = _inside(path, name)
    if file is None or not file.is_file():
        message = _("There is no network file {file} in the region's folder.").format(file=name)
        remedy = _("Write it with `planner import-grid`, inside the folder of region.yaml, and name it from there.")
        findings.add(manifest.file, "network_missing", message, remedy, column=KEY, value=name)
        return None
    content = file.read_bytes()
    found = _opened(content)
    if isinstance(found, str):
        message = _("{file} is no network that can be used: {why}").format(file=name, why=found)
        findings.add(name, "network_invalid", message, _("Write it again with `planner import-grid`."))
        return None
    _check_bands(found, manifest, findings)
    return Network(GridFile(content, name, hashlib.sha256(content).hexdigest()), found)


def _inside(path: Path, name: str) -> Path | None:
    """Return the named file below the region's folder; None for a GeoPackage and for a way out of the folder."""
    parts = PurePosixPath(name)
    if not path.is_dir() or parts.is_absolute() or "\\" in name or ":" in name or ".." in parts.parts:
        return None
    file = path / name
    return file if file.resolve().is_relative_to(path.resolve()) else None


@lru_cache(maxsize=4)
def _opened(content: bytes) -> pd.DataFrame | str:
    """Return the buses of a network file, or why it cannot be used."""
    from models.grid.network_json import read_network_json

    try:
        net = read_network_json(content)
        _refuse_unnamed(net)
    except ValueError as error:
        return str(error)
    return pd.DataFrame({"bus": net.bus["name"].astype(str).to_numpy(), "vn_kv": net.bus["vn_kv"].to_numpy(float)})


def _refuse_unnamed(net: Any) -> None:
    """Raise for what an import mends: names that are empty or stand twice, ratings that are missing."""
    for table in ("bus", *_BRANCHES):
        names = net[table]["name"]
        wrong = names[names.isna() | names.astype(str).eq("") | names.duplicated()]
        if len(wrong):
            raise ValueError(_("{n} names of {table} are empty or stand twice.").format(n=len(wrong), table=table))
    for table, rating in _BRANCHES.items():
        rows = net[table][~(net[table][rating] > 0)]
        if len(rows):
            some = ", ".join(rows["name"].astype(str).head(MAX_NAMES))
            raise ValueError(_("{table} has no rating in {rating}: {names}.").format(
                table=table, rating=rating, names=some
            ))  # fmt: skip
    if not net.ext_grid["in_service"].any() and not (net.gen["slack"] & net.gen["in_service"]).any():
        raise ValueError(_("no source holds the voltage."))


def _check_bands(buses: pd.DataFrame, manifest: Manifest, findings: Findings) -> None:
    rows = manifest.content.get("voltage_bands")
    given = [band for band in (rows if isinstance(rows, list) else []) if isinstance(band, dict) and "vn_kv" in band]
    bands = {float(band["vn_kv"]) for band in given if isinstance(band["vn_kv"], (int, float))}
    missing = sorted(set(buses["vn_kv"]) - bands)
    if missing:
        listed = ", ".join(f"{kv:g}" for kv in missing)
        message = _("voltage_bands has no band for {kv} kV, so the buses there would go unchecked.").format(kv=listed)
        remedy = _("Add one band per nominal voltage of the network.")
        findings.add(manifest.file, "voltage_band_missing", message, remedy, column="voltage_bands")
