"""Write one GeoPackage that QGIS opens styled: layers of the plan, tables of limits and zones, `layer_styles`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio

from planner.export.area_tables import area_tables
from planner.export.atomic import write_atomically
from planner.export.facts import PlanDict
from planner.export.grid_words import method_sentence, rules_sentence
from planner.export.layers import WGS84, limit_table, plan_layers, zone_table
from planner.export.loop_words import loop_of, price_sentence
from planner.export.security_tables import security_tables
from planner.export.sentences import limiting_lines, names_of, security_verdict, synthetic_label
from planner.export.styles import layer_styles
from planner.export.styles_hubs import area_styles
from planner.i18n import language

if TYPE_CHECKING:
    from planner.region import Region

# bottom to top, the order in which QGIS lists them
LAYER_ORDER = (
    "districts",
    "candidates",
    "grid_lines",
    "grid_stations",
    "reclaimed_plants",
    "stock",
    "pipes",
    "feeds",
    "flows",
    "existing",
    "hubs",
    "substations",
    "sites",
)
GEOMETRY_TYPES = {
    "feeds": "LineString",
    "pipes": "LineString",
    "grid_lines": "LineString",
    "flows": "LineString",
    "sites": "Point",
}
FIXED_TIME = "2000-01-01T00:00:00.000Z"  # no clock in outputs: the same plan gives the same file

CREATE_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""
INSERT_STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
    styleSLD, useAsDefault, description, owner, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', 1, '', '', ?)
"""
REGISTER_STYLES = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
    VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)
"""


def write_geopackage(plan: PlanDict, region: Region, path: Path, *, candidates: gpd.GeoDataFrame | None = None) -> Path:
    """Write the GeoPackage of a plan, whole or not at all."""
    layers = plan_layers(plan, region, candidates=candidates)
    tables = {
        "limits": limit_table(plan),
        "zones": zone_table(plan, region),
        "plan": plan_table(plan, region),
        **security_tables(plan, names_of(plan, region, lang=language())),
        **area_tables(plan),
    }

    def write(target: Path) -> None:
        for name in LAYER_ORDER:
            if name in layers:
                _write_layer(layers[name], target, name=name)
        for name, frame in tables.items():
            pyogrio.write_dataframe(_plain_columns(frame), target, layer=name, driver="GPKG", append=target.exists())
        with closing(sqlite3.connect(target)) as connection, connection:
            _add_styles(connection, [name for name in LAYER_ORDER if name in layers], plan)
        _reset_change_counter(target)

    return write_atomically(path, write)


def _reset_change_counter(target: Path) -> None:
    """Set SQLite's counts of past writes to 1 (file format, header offsets 24 and 92): the driver's number varies."""
    one = (1).to_bytes(4, "big")
    with target.open("r+b") as file:
        for offset in (24, 92):
            file.seek(offset)
            file.write(one)


def plan_table(plan: PlanDict, region: Region) -> pd.DataFrame:
    """Return the plan's head as key and value, security first, so that the file explains itself."""
    objective, loop = plan.get("objective") or {}, loop_of(plan)
    rows = [
        ("security", security_verdict(plan)[0]),
        ("security_text", security_verdict(plan)[1]),
        ("security_findings", "\n".join(limiting_lines(plan, names_of(plan, region, lang=language())))),
        ("loop_status", loop.get("status")),
        ("loop_rounds", len(loop.get("rounds") or []) or None),
        ("price_of_security", price_sentence(plan)),
        ("grid_method", method_sentence(plan)),
        ("grid_rules", rules_sentence(plan)),
        ("synthetic_grid", synthetic_label(plan) or ""),
        ("status", plan.get("status")),
        ("region", (plan.get("region") or {}).get("id")),
        ("scenario_name_en", (plan.get("name") or {}).get("en")),
        ("scenario_name_zh", (plan.get("name") or {}).get("zh")),
        ("objective", objective.get("name")),
        ("objective_value", objective.get("value")),
        ("objective_unit", objective.get("unit")),
        ("gap", plan.get("gap")),
        ("years", ", ".join(str(year) for year in plan.get("years") or [])),
        ("fingerprint", (plan.get("record") or {}).get("fingerprint")),
    ]
    return pd.DataFrame([(key, "" if value is None else str(value)) for key, value in rows], columns=["key", "value"])


def _write_layer(layer: gpd.GeoDataFrame, target: Path, *, name: str) -> None:
    frame = gpd.GeoDataFrame(_plain_columns(layer), geometry="geometry", crs=WGS84)
    kind = GEOMETRY_TYPES.get(name) or ("Point" if len(frame) and frame.geom_type.eq("Point").all() else "Unknown")
    pyogrio.write_dataframe(
        frame,
        target,
        layer=name,
        driver="GPKG",
        append=target.exists(),
        geometry_type=kind,
        layer_options={"GEOMETRY_NAME": "geom"},
    )


def _plain_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with columns a GeoPackage can hold: mixed or nested values become text."""
    plain = frame.copy()
    for column in plain.columns:
        if column == "geometry" or plain[column].dtype != object:
            continue
        kinds = {type(value) for value in plain[column] if not _is_missing(value)}
        if not kinds:
            plain[column] = pd.Series([None] * len(plain), index=plain.index, dtype=object)
        elif kinds <= {int, float}:
            plain[column] = pd.to_numeric(plain[column])
        elif kinds not in ({str}, {bool}):
            plain[column] = [None if _is_missing(value) else _as_text(value) for value in plain[column]]
    return plain


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)  # noqa: PLR0124 (NaN)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _add_styles(connection: sqlite3.Connection, names: list[str], plan: PlanDict) -> None:
    styles = {**layer_styles(), **area_styles(plan)}
    connection.execute(CREATE_STYLES)
    connection.execute(REGISTER_STYLES, (FIXED_TIME,))
    for name in names:
        connection.execute(INSERT_STYLE, (name, name, styles[name], FIXED_TIME))
    connection.execute("UPDATE gpkg_contents SET last_change = ?", (FIXED_TIME,))
