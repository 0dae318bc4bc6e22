"""Networks of other programs and collections: pandapower Excel, SimBench by code, UCTE and CGMES.

The converters are pandapower's; what they make is copied into a fresh network like everything else. Files that could
make a reader open other files (XML with declarations of its own) are refused before.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _

MAX_BYTES = 256 * 2**20
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")


def refuse(name: str, code: str, message: str, remedy: str = "", *, layer: str | None = None) -> InputProblems:
    """Return the error for a file that cannot be read as a network."""
    return InputProblems([Problem(name, layer, None, None, None, code, message, remedy)])


def plain_net(net: Any) -> Any:
    """Return a fresh network with the known tables of a converter's network."""
    from models.grid.network_json import net_of_frames

    frames = {name: table for name, table in net.items() if isinstance(table, pd.DataFrame)}
    frames = {name: table.astype(object) for name, table in frames.items() if not name.startswith(("res_", "_"))}
    about = {key: net[key] for key in ("format_version", "version", "name", "f_hz", "sn_mva")}
    return net_of_frames(frames, about)


def read_excel(path: Path) -> Any:
    """Return the network of a workbook written by pandapower's to_excel: its sheets as tables, nothing evaluated."""
    from models.grid.network_json import net_of_frames

    _refuse_packed(path)
    try:
        sheets = pd.read_excel(path, sheet_name=None, index_col=0, engine="openpyxl")
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        message = _("{file} cannot be read as a workbook: {why}").format(file=path.name, why=error)
        raise refuse(path.name, "no_workbook", message) from error
    parameters = sheets.pop("parameters", pd.DataFrame())
    if "parameter" not in parameters:
        message = _("The workbook has no sheet {name}.").format(name="parameters")
        raise refuse(path.name, "missing_sheet", message, _("Write it with pandapower's to_excel."))
    about = {str(k): v for k, v in parameters["parameter"].items() if pd.notna(v)}
    about.update({key: float(about[key]) for key in ("f_hz", "sn_mva") if key in about})
    about.setdefault("format_version", about.get("version", "3.0.0"))
    frames = {str(name): sheet.astype(object) for name, sheet in sheets.items()}
    return net_of_frames(frames, about)


def read_simbench(code: str) -> Any:
    """Return a SimBench network by its code, as it is without a study case; longitude and latitude are WGS 84."""
    try:
        import simbench
    except ImportError as error:
        message = _("SimBench networks need the package {package}.").format(package="simbench")
        raise refuse(code, "no_package", message, _("Install it, then try again.")) from error
    known = simbench.collect_all_simbench_codes()
    if code not in known:
        near = ([c for c in known if c.startswith(code[:4])] or sorted(known))[:8]
        message = _("There is no SimBench network {code}.").format(code=code)
        raise refuse(code, "unknown_code", message, _("Some codes: {codes}.").format(codes=", ".join(near)))
    net = plain_net(simbench.get_simbench_net(code))
    net["name"] = code
    net["crs"] = "EPSG:4326"
    return net


def read_ucte(path: Path) -> Any:
    """Return the network of a UCTE-DEF file through pandapower's converter."""

    def convert() -> Any:
        from pandapower.converter.ucte.from_ucte import from_ucte

        return from_ucte(str(path), slack_as_gen=False)

    return _converted(path, convert)


def read_cgmes(path: Path) -> Any:
    """Return the network of CGMES profiles: one zip, or a folder of xml and zip files."""
    files = sorted(p for p in path.iterdir() if p.suffix.lower() in {".xml", ".zip"}) if path.is_dir() else [path]
    for file in files:
        _refuse_declarations(file)

    def convert() -> Any:
        from pandapower.converter.cim.cim2pp.from_cim import from_cim

        return from_cim(file_list=[str(file) for file in files])

    return _converted(path, convert)


def _converted(path: Path, convert: Callable[[], Any]) -> Any:
    """Return the converter's network; whatever a converter raises over a file becomes a refusal with its words."""
    try:
        return plain_net(convert())
    except ImportError as error:
        message = _("This format needs the package {package}.").format(package=error.name)
        raise refuse(path.name, "no_package", message, _("Install it, then try again.")) from error
    except Exception as error:
        message = _("pandapower's converter cannot read {file}: {why}").format(
            file=path.name, why=f"{type(error).__name__}: {error}"
        )
        raise refuse(path.name, "no_network", message) from error


def _refuse_packed(path: Path) -> None:
    """Refuse archives that unpack to more than we read."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        message = _("{file} cannot be opened: {why}").format(file=path.name, why=error)
        raise refuse(path.name, "no_archive", message) from error
    if size > MAX_BYTES:
        message = _("{file} unpacks to more than {n} MB.").format(file=path.name, n=MAX_BYTES // 2**20)
        raise refuse(path.name, "too_large", message)


def _refuse_declarations(path: Path) -> None:
    """Refuse XML that declares entities or a document type: through them a reader opens other files."""
    contents: list[bytes]
    if path.suffix.lower() == ".zip":
        _refuse_packed(path)
        with zipfile.ZipFile(path) as archive:
            contents = [archive.read(item) for item in archive.infolist()]
    else:
        contents = [path.read_bytes()]
    if any(sign in content.replace(b"\0", b"").upper() for content in contents for sign in _DECLARATIONS):
        message = _("{file} holds XML with a document type or entities, which is not read.").format(file=path.name)
        raise refuse(path.name, "declarations", message, _("Export the profiles again without them."))
