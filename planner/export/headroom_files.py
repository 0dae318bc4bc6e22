"""Write headroom as CSV, workbook, GeoPackage (styled) and GeoJSON: value, what limits, outage and rule in each row."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from openpyxl import Workbook

from planner.export.atomic import write_atomically, write_text
from planner.export.geojson import features_of
from planner.export.geopackage import CREATE_STYLES, FIXED_TIME, INSERT_STYLE, REGISTER_STYLES
from planner.export.palette import HEADROOM_BREAKS_MVA, HEADROOM_COLOURS
from planner.export.tables import safe_cell
from planner.headroom_text import head_lines, rule_lines, rule_text, set_lines, status_name

if TYPE_CHECKING:
    from planner.grid_source import GridSource

LAYER = "headroom"
WGS84 = "EPSG:4326"


def write_headroom_files(found: Mapping[str, Any], source: GridSource, folder: Path) -> list[Path]:
    """Write headroom.csv, .xlsx, .json and, where positions are real, .gpkg and .geojson; return what was written."""
    table = headroom_table(found)
    paths = [
        write_atomically(folder / "headroom.csv", lambda path: _fill_csv(table, path)),
        write_atomically(folder / "headroom.xlsx", lambda path: _fill_workbook(found, table, path)),
        write_text(folder / "headroom.json", json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n"),
    ]
    layer = headroom_layer(found, source)
    if layer is not None:
        paths.append(write_atomically(folder / "headroom.gpkg", lambda path: _fill_gpkg(found, layer, path)))
        paths.append(write_text(folder / "headroom.geojson", _geojson(found, layer)))
    return paths


def headroom_table(found: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per bus with the words for status and rule beside their codes."""
    rows = [{**row, "status_text": status_name(row["status"]), "rule_text": rule_text(row)} for row in found["buses"]]
    return pd.DataFrame(rows)


def headroom_layer(found: Mapping[str, Any], source: GridSource) -> gpd.GeoDataFrame | None:
    """Return the buses as points in WGS 84; None where positions are a drawing."""
    if source.crs is None:
        return None
    rows = headroom_table(found).merge(source.positions, on="bus", how="inner")
    points = gpd.points_from_xy(rows["x"], rows["y"])
    frame = gpd.GeoDataFrame(rows.drop(columns=["x", "y"]), geometry=points, crs=source.crs).to_crs(WGS84)
    text = [column for column in frame.columns if column != "geometry" and frame[column].dtype == object]
    frame[text] = frame[text].astype(object).where(frame[text].notna(), None)
    return frame


def _fill_csv(table: pd.DataFrame, path: Path) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow([safe_cell(None if pd.isna(value) else value) for value in row])
    path.write_bytes(buffer.getvalue().encode("utf-8-sig"))


def _fill_workbook(found: Mapping[str, Any], table: pd.DataFrame, path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = LAYER
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append([safe_cell(None if pd.isna(value) else value) for value in row])
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("rules")
    for line in (*head_lines(found), *set_lines(found), *rule_lines(found)):
        notes.append([safe_cell(line)])
    book.save(path)


def _fill_gpkg(found: Mapping[str, Any], layer: gpd.GeoDataFrame, path: Path) -> None:
    layer.rename_geometry("geom").to_file(path, layer=LAYER, driver="GPKG")
    lines = [line for line in (*head_lines(found), *set_lines(found), *rule_lines(found)) if line]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE rules (id INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany("INSERT INTO rules (text) VALUES (?)", [(line,) for line in lines])
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
            " VALUES ('rules', 'attributes', 'rules', ?)",
            (FIXED_TIME,),
        )
        connection.execute(CREATE_STYLES)
        connection.execute(REGISTER_STYLES, (FIXED_TIME,))
        connection.execute(INSERT_STYLE, (LAYER, LAYER, headroom_qml(), FIXED_TIME))


def headroom_qml() -> str:
    """Return the QGIS style: classes of headroom in the colours of the map."""
    bounds = [-1.0, *HEADROOM_BREAKS_MVA, 1.0e9]
    ranges, symbols = [], []
    for k, colour in enumerate(HEADROOM_COLOURS):
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        low, high = bounds[k], bounds[k + 1]
        label = f"&gt;= {low:g} MW" if k == len(HEADROOM_COLOURS) - 1 else f"&lt; {high:g} MW"
        ranges.append(f'<range lower="{low}" upper="{high}" symbol="{k}" label="{label}" render="true"/>')
        symbols.append(
            f'<symbol type="marker" name="{k}" alpha="1"><layer class="SimpleMarker" enabled="1"><Option type="Map">'
            f'<Option type="QString" name="color" value="{red},{green},{blue},255"/>'
            f'<Option type="QString" name="name" value="circle"/>'
            f'<Option type="QString" name="size" value="{2.0 + 0.6 * k:g}"/>'
            "</Option></layer></symbol>"
        )
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM"><qgis version="3.28" styleCategories="Symbology">'
        '<renderer-v2 type="graduatedSymbol" attr="headroom_mw" graduatedMethod="GraduatedColor">'
        f"<ranges>{''.join(ranges)}</ranges><symbols>{''.join(symbols)}</symbols></renderer-v2></qgis>"
    )


def _geojson(found: Mapping[str, Any], layer: gpd.GeoDataFrame) -> str:
    value = {
        "type": "FeatureCollection",
        "name": found["grid"]["name"],
        "is_synthetic": found["grid"]["is_synthetic"],
        "rules": [line for line in rule_lines(found) if line],
        "features": features_of(layer, layer=LAYER),
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
