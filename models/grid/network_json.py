"""pandapower's JSON, read without trusting it and written so that equal networks give equal bytes.

pandapower's own reader imports the modules and builds the objects a file names. Here the file is parsed as plain JSON
and scanned first: it may hold one pandapowerNet of DataFrames (their content inline, as text), Series and numpy
scalars, nothing else. Then known tables and columns are copied into a fresh network (models.grid.network_tables).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.grid.network_tables import CURVES, TABLES, fresh_net
from models.grid.quality import WGS84

MAX_BYTES = 256 * 2**20
"""Larger files are refused unread: a network of 10,000 buses has about 10 MB."""
MAX_DEPTH = 40
MAX_ELEMENTS = 1_000_000

_NET = {("pandapower.auxiliary", "pandapowerNet")}
_FRAME = {("pandas.core.frame", "DataFrame"), ("pandas", "DataFrame")}
_SERIES = {("pandas.core.series", "Series"), ("pandas", "Series")}
_SCALARS = {("numpy", name) for name in (
    "bool", "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
    "float64",
)}  # fmt: skip
_OLD_COORDINATES = "bus_geodata"
_FIRST_FORMAT = "2.0.0"


def read_network_json(content: bytes) -> Any:
    """Return a fresh pandapower network from pandapower's JSON.

    ValueError, with the place, for everything that is no plain data: other modules or classes, functions, paths instead
    of tables, graphs, nested objects, and for networks that fresh_net refuses.
    """
    whole = _parsed(content)
    body = whole.get("_object")
    if _class_of(whole) not in _NET or not isinstance(body, dict):
        raise ValueError("This is no network in pandapower's JSON: the outermost object is no pandapowerNet.")
    _scan(body, "net", is_top=True)
    frames = {}
    for name, value in body.items():
        if isinstance(value, dict) and _class_of(value) in _FRAME:
            frames[name] = _frame(value, name)
    return net_of_frames(frames, body)


def net_of_frames(frames: dict[str, pd.DataFrame], about: Mapping[str, Any]) -> Any:
    """Return a fresh network of plain tables; `about` has the entries of a pandapower file beside its tables.

    Used are format_version or version, name, f_hz, sn_mva and crs. ValueError as in fresh_net, and for a version that
    is too old or too new.
    """
    net = fresh_net(
        _in_todays_format(frames, about.get("format_version", about.get("version"))),
        name=str(about.get("name") or ""),
        f_hz=_number(about.get("f_hz"), 50.0, "f_hz"),
        sn_mva=_number(about.get("sn_mva"), 1.0, "sn_mva"),
    )
    if about.get("crs") == WGS84:
        net["crs"] = WGS84
    return net


def write_network_json(net: Any) -> bytes:
    """Return the known tables of a network in pandapower's JSON; equal networks give equal bytes.

    Numbers are written in full, so that a re-read network is the same to the last bit. Standard types, results, costs
    and controllers are left out. `crs` is kept when it declares longitude and latitude.
    """
    body: dict[str, Any] = {
        "version": str(net.version),
        "format_version": str(net.format_version),
        "name": str(net.name or ""),
        "f_hz": float(net.f_hz),
        "sn_mva": float(net.sn_mva),
        "std_types": {},
    }
    if "crs" in net and net["crs"] == WGS84:
        body["crs"] = WGS84
    for table in (*TABLES, *CURVES):
        if table in net and len(net[table]):
            body[table] = _written_frame(net[table])
    whole = {"_module": "pandapower.auxiliary", "_class": "pandapowerNet", "_object": body}
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _parsed(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise ValueError(f"The network has {len(content)} bytes: more than {MAX_BYTES} are not read.")
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError("The network is not text in UTF-8: pickled and packed networks are never opened.") from error
    except RecursionError as error:
        raise ValueError("The network is nested too deep.") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"The network is no JSON: {error.msg} in line {error.lineno}.") from error
    if not isinstance(found, dict):
        raise ValueError("This is no network in pandapower's JSON: the outermost value is no object.")  # noqa: TRY004  (a fault of the file)
    return found


def _class_of(value: dict[str, Any]) -> tuple[Any, Any]:
    return value.get("_module"), value.get("_class")


def _scan(value: Any, place: str, *, is_top: bool = False, depth: int = 0) -> None:
    """Raise ValueError for anything but plain data, tables, series and numpy scalars."""
    if depth > MAX_DEPTH:
        raise ValueError(f"{place}: nested too deep.")
    if isinstance(value, list):
        for i, item in enumerate(value):
            _scan(item, f"{place}[{i}]", depth=depth + 1)
    if not isinstance(value, dict):
        return
    if not is_top and ("_module" in value or "_class" in value):
        _scan_object(value, place, depth)
        return
    for key, item in value.items():
        _scan(item, f"{place}.{key}", depth=depth + 1)


def _scan_object(value: dict[str, Any], place: str, depth: int) -> None:
    module, name = named = _class_of(value)
    if not isinstance(module, str) or not isinstance(name, str):
        raise ValueError(f"{place}: an object without a module or class name is not read.")  # noqa: TRY004  (a fault of the file)
    if named in _SCALARS:
        if isinstance(value.get("_object"), (dict, list)):
            raise ValueError(f"{place}: a numpy number must be one plain value.")
        return
    if named not in _FRAME | _SERIES:
        raise ValueError(
            f"{place}: an object of class {name} from module {module} is not read. Save the network without it "
            "(controllers, graphs, functions and other objects are not needed for the power flow)."
        )
    _scan(_inline(value, place), place, is_top=True, depth=depth + 1)


def _inline(value: dict[str, Any], place: str) -> dict[str, Any]:
    """Return the content of a table or series, which must stand in the file itself."""
    content = value.get("_object")
    text = content.strip() if isinstance(content, str) else ""
    if not text.startswith("{"):
        raise ValueError(f"{place}: the content of the table must stand in the file itself, as JSON text.")
    try:
        found: dict[str, Any] = json.loads(text)
    except RecursionError as error:
        raise ValueError(f"{place}: nested too deep.") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{place}: the content of the table is no JSON: {error.msg}.") from error
    return found


def _frame(value: dict[str, Any], name: str) -> pd.DataFrame:
    """Return a table of plain cells; cells with structure are left empty but for coordinates, kept as text."""
    content = _inline(value, name)
    if name not in (*TABLES, *CURVES, _OLD_COORDINATES):
        return pd.DataFrame(index=range(_n_rows(content)))
    columns, index, rows = (content.get(part) for part in ("columns", "index", "data"))
    if not isinstance(columns, list) or not isinstance(index, list) or not isinstance(rows, list):
        raise ValueError(f"{name}: a table must have the parts columns, index and data (orient split).")  # noqa: TRY004  (a fault of the file)
    if len(rows) != len(index) or any(not isinstance(r, list) or len(r) != len(columns) for r in rows):
        raise ValueError(f"{name}: rows, columns and data of the table do not fit together.")
    if any(not isinstance(c, str) for c in columns) or len(set(columns)) != len(columns):
        raise ValueError(f"{name}: the columns of the table must be different names.")
    if any(isinstance(i, (dict, list)) for i in index) or len(index) > MAX_ELEMENTS:
        raise ValueError(f"{name}: the rows of the table must be at most {MAX_ELEMENTS}, numbered plainly.")
    cells = [[_cell(cell, f"{name}.{c}[{i}]", c) for c, cell in zip(columns, row, strict=True)]
             for i, row in zip(index, rows, strict=True)]  # fmt: skip
    return pd.DataFrame(cells, index=pd.Index(index, dtype=object), columns=columns, dtype=object)


def _n_rows(content: dict[str, Any]) -> int:
    index = content.get("index")
    return len(index) if isinstance(index, list) else 0


def _cell(cell: Any, place: str, column: str) -> Any:
    if isinstance(cell, dict) and _class_of(cell) in _SCALARS:
        return cell.get("_object")
    if isinstance(cell, dict) and column == "geo" and set(cell) <= {"type", "coordinates"}:
        return json.dumps(cell)
    if isinstance(cell, (dict, list)):
        if column == "coords":
            return None
        raise ValueError(f"{place}: a cell of a table must be one number, text or yes/no.")
    if isinstance(cell, str) and "_module" in cell and "_class" in cell:
        raise ValueError(f"{place}: a text that describes an object is not read.")
    return cell


def _number(value: Any, default: float, name: str) -> float:
    if isinstance(value, dict):
        value = value.get("_object")
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
        raise ValueError(f"net.{name}: {value!r} is no number above 0.")
    return float(value)


def _in_todays_format(frames: dict[str, pd.DataFrame], version: Any) -> dict[str, pd.DataFrame]:
    """Return the tables with today's columns; pandapower's converter sees plain tables only."""
    import pandapower as pp
    from packaging.version import InvalidVersion, Version
    from pandapower._version import __format_version__

    try:
        given = Version(str(version))
    except InvalidVersion as error:
        raise ValueError(f"net.format_version: {version!r} is no version.") from error
    if given > Version(pp.__version__):
        raise ValueError(f"The network is of pandapower {version}, which is newer than {pp.__version__}.")
    if given >= Version(__format_version__):
        return frames
    if given < Version(_FIRST_FORMAT):
        raise ValueError(f"The network is of pandapower {version}: save it with pandapower {_FIRST_FORMAT} or later.")
    return _converted(frames, str(version))


def _converted(frames: dict[str, pd.DataFrame], version: str) -> dict[str, pd.DataFrame]:
    import pandapower as pp

    net = pp.create_empty_network()
    unknown = {name: frame for name, frame in frames.items() if name not in (*TABLES, *CURVES, _OLD_COORDINATES)}
    for name, frame in frames.items():
        if name not in unknown and len(frame):
            net[name] = frame.infer_objects().set_axis(pd.to_numeric(pd.Series(frame.index)).to_numpy(), axis=0)
    net["format_version"] = net["version"] = version
    try:
        net = pp.convert_format(net)
    except (KeyError, AttributeError, TypeError, IndexError) as error:
        raise ValueError(
            f"The network of pandapower {version} cannot be brought to today's columns: {error}."
        ) from error
    return {**unknown, **{name: net[name] for name in (*TABLES, *CURVES) if name in net}}


def _written_frame(frame: pd.DataFrame) -> dict[str, Any]:
    content = {
        "columns": [str(c) for c in frame.columns],
        "index": [int(i) for i in frame.index],
        "data": [[_plain(cell) for cell in row] for row in frame.astype(object).to_numpy().tolist()],
    }
    return {
        "_module": "pandas.core.frame",
        "_class": "DataFrame",
        "_object": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        "orient": "split",
        "dtype": {str(c): str(kind) for c, kind in frame.dtypes.items()},
        "is_multiindex": False,
        "is_multicolumn": False,
    }


def _plain(cell: Any) -> Any:
    """Return a cell as JSON holds it; what is missing or infinite is null."""
    if cell is None or cell is pd.NA or isinstance(cell, (bool, str, int)):
        return None if cell is pd.NA else cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    return cell.item() if hasattr(cell, "item") else str(cell)
