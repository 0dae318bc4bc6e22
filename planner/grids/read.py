"""One door for networks of every kind: read, name, check the coordinates, report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import InputProblems, Problem
from planner.grids.foreign import plain_net, read_cgmes, read_excel, read_simbench, read_ucte, refuse
from planner.grids.names import make_unique
from planner.grids.report import GridReport, Remark, make_report
from planner.i18n import gettext as _

SIMBENCH = "simbench:"
WGS84 = "EPSG:4326"


@dataclass(frozen=True, eq=False)
class ImportedGrid:
    """A network with unique names, and the report of its import. `net` keeps a drawing layout in `geo`."""

    net: Any
    report: GridReport

    def to_bytes(self) -> bytes:
        """Return normalised pandapower JSON, without coordinates that are no places; equal imports, equal bytes."""
        import copy

        from models.grid.network_json import write_network_json

        net = copy.deepcopy(self.net)
        if self.report.coordinates == "drawing":
            net.bus["geo"] = None
            net.line["geo"] = None
        return write_network_json(net)

    @property
    def fingerprint(self) -> str:
        """Return the hash of the normalised file."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def read_grid(source: str | Path, *, crs: str | None = None) -> ImportedGrid:
    """Return the network of a file or of a code like simbench:1-HV-urban--0-sw, with its report.

    Files are pandapower JSON (.json) and Excel (.xlsx), MATPOWER (.m), UCTE (.uct, .ucte), CGMES (.zip, .xml, or a folder of them). `crs`
    declares the system of the coordinates in the file. Raises InputProblems for a file that cannot be read.
    """
    text = str(source)
    changed: list[Remark] = []
    if text.startswith(SIMBENCH):
        name, format_, net = text, "SimBench", _guarded(text, lambda: read_simbench(text.removeprefix(SIMBENCH)))
        changed.append(Remark("no_study_case", _("The loads are SimBench's own, no study case was applied.")))
    else:
        path = Path(source)
        format_, read = _format(path)
        name, net = path.name, _guarded(path.name, lambda: read(path, changed))
    changed += _names(net)
    coordinates = _coordinates(net, crs, name)
    report = make_report(net, source=name, format_=format_, coordinates=coordinates, missing=[], changed=changed)
    return ImportedGrid(net, report)


def _format(path: Path) -> tuple[str, Callable[[Path, list[Remark]], Any]]:
    """Return the format's name and its reader."""
    if not path.exists():
        raise refuse(path.name, "missing_file", _("{file} does not exist.").format(file=path.name))
    formats: dict[str, tuple[str, Callable[[Path, list[Remark]], Any]]] = {
        ".json": ("pandapower JSON", _json),
        ".xlsx": ("pandapower Excel", lambda p, _changed: read_excel(p)),
        ".m": ("MATPOWER", _matpower),
        ".uct": ("UCTE", lambda p, _changed: read_ucte(p)),
        ".ucte": ("UCTE", lambda p, _changed: read_ucte(p)),
        ".zip": ("CGMES", lambda p, _changed: read_cgmes(p)),
        ".xml": ("CGMES", lambda p, _changed: read_cgmes(p)),
    }
    if path.is_dir():
        return formats[".xml"]
    found = formats.get(path.suffix.lower())
    if found is None:
        message = _("{file} is of no format that is read.").format(file=path.name)
        remedy = _("Use one of {endings} or a code such as {code}.").format(
            endings=", ".join(formats), code=SIMBENCH + "1-HV-urban--0-sw"
        )
        raise refuse(path.name, "unknown_format", message, remedy)
    return found


def _guarded(name: str, read: Callable[[], Any]) -> Any:
    """Return the network; every line of a ValueError becomes a problem of the file."""
    try:
        return read()
    except ValueError as error:
        message = _("The network cannot be used: {why}")
        problems = [
            Problem(name, None, None, None, None, "unusable", message.format(why=line), "")
            for line in str(error).splitlines()
        ]
        raise InputProblems(problems) from error


def _json(path: Path, _changed: list[Remark]) -> Any:
    from models.grid.network_json import read_network_json

    return read_network_json(path.read_bytes())


def _matpower(path: Path, changed: list[Remark]) -> Any:
    from planner.grids.matpower import read_matpower

    net, found = read_matpower(path)
    told = (
        (found.n_taps_moved, "tap", _("{n} branches between voltage levels had tap ratio 1: moved by 1e-9, so that they are transformers with a limit.")),
        (found.n_ends_swapped, "ends", _("{n} transformers were written from their low to their high side: ends exchanged.")),
        (found.n_charged_trafos, "charging", _("{n} transformers have charging: kept as magnetising current, or as shunts at both ends.")),
        (found.n_unrated, "unrated", _("{n} branches have rating 0 (no limit): a placeholder of 99,999 stands there.")),
        (found.n_dclines, "dcline", _("{n} DC links were added.")),
    )  # fmt: skip
    changed += [Remark(code, text.format(n=n)) for n, code, text in told if n]
    if found.left_out:
        text = _("Left out, as a power flow has no use for them: {names}.")
        changed.append(Remark("left_out", text.format(names=", ".join(found.left_out))))
    return plain_net(net)


def _names(net: Any) -> list[Remark]:
    n_empty, n_double = make_unique(net)
    found = []
    if n_empty:
        found.append(Remark("named", _("{n} elements without a name were given one.").format(n=n_empty)))
    if n_double:
        found.append(Remark("renamed", _("{n} names stood for several elements and were numbered.").format(n=n_double)))
    n_parallel = sum(int((net[t]["parallel"] > 1).sum()) for t in ("line", "trafo"))
    if n_parallel:
        text = _("{n} rows stand for several circuits or units (parallel): kept; an outage takes one of them away.")
        found.append(Remark("parallel", text.format(n=n_parallel)))
    return found


def _coordinates(net: Any, crs: str | None, name: str) -> str:
    """Return real, declared, drawing or none; coordinates that are places are longitude and latitude afterwards."""
    from models.grid.quality import bus_positions, has_real_coordinates

    positions = bus_positions(net)
    if positions.empty:
        net.pop("crs", None)
        return "none"
    if crs is not None:
        _transform(net, positions, crs, name)
        return "declared"
    if has_real_coordinates(net):
        net["crs"] = WGS84
        return "real"
    net.pop("crs", None)
    return "drawing"


def _transform(net: Any, positions: Any, crs: str, name: str) -> None:
    """Bring the buses to longitude and latitude; routes of lines are dropped, their ends are the buses."""
    import numpy as np
    from pyproj import Transformer
    from pyproj.exceptions import CRSError

    try:
        transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
    except CRSError as error:
        message = _("{crs} is no known coordinate system.").format(crs=crs)
        raise refuse(name, "unknown_crs", message, _("Write it as EPSG:number.")) from error
    lon, lat = transformer.transform(positions["x"].to_numpy(), positions["y"].to_numpy())
    if not (np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)).all():  # noqa: PLR2004
        message = _("The coordinates are outside the range of {crs}.").format(crs=crs)
        raise refuse(name, "outside_crs", message, _("Declare the system the coordinates are in."))
    for bus, x, y in zip(positions.index, lon.round(7), lat.round(7), strict=True):
        net.bus.at[bus, "geo"] = json.dumps({"type": "Point", "coordinates": [float(x), float(y)]})
    net.line["geo"] = None
    net["crs"] = WGS84
