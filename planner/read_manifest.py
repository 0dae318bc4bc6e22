"""Check `region.yaml`: what a region says about itself."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyproj import CRS

from planner.i18n import gettext as _
from planner.i18n import language
from planner.read_crs import check_crs
from planner.read_findings import Findings
from planner.region import AREA, SCHEMA_VERSION, STATIONS
from planner.tables import FIRST_YEAR, LAST_YEAR

MANIFEST = "region.yaml"
KEYS: dict[str, tuple[bool, str, str]] = {
    "schema_version": (True, "Version of the region format (1)", "区域格式版本（1）"),
    "id": (True, "Short name of the region", "区域标识"),
    "name": (True, "Name: {en, zh}", "名称：{en, zh}"),
    "crs": (True, "Coordinate system of the files", "文件坐标系"),
    "projected_crs": (True, "System in metres that is used inside", "内部使用的投影坐标系（米）"),
    "base_year": (True, "Year the tables describe", "基准年"),
    "feeding": (
        False,
        "How sites are fed: `stations` (the default) or `area`: each area has its own grid access, no stations are modelled",
        "供电方式：`stations`（默认，由变电站供电）或 `area`（各区域自有接入，不建模变电站）",
    ),
    "climate_station": (False, "Weather station used by default", "默认气象站"),
    "voltage_bands": (
        False,
        "Allowed voltages: vn_kv, min_pu, max_pu, min_pu_n1, max_pu_n1",
        "电压允许范围：vn_kv、min_pu、max_pu、min_pu_n1、max_pu_n1",
    ),
    "grid": (
        False,
        "AC network: is_synthetic, label, power_factor, emergency_factor; network: a file of import-grid, not tables",
        "交流网络说明；network 为 import-grid 写出的电网文件，可代替 grid/ 中的各表",
    ),
    "sources": (False, "Sources: id, title, year, note", "资料来源：id、title、year、note"),
    "description": (False, "Free text", "说明"),
    "licence": (False, "Under what terms the data may be used", "数据许可"),
}
FEEDINGS = (STATIONS, AREA)
_LEAST_POWER_FACTOR = 0.5
_BAND_KEYS = ("vn_kv", "min_pu", "max_pu", "min_pu_n1", "max_pu_n1")


@dataclass(frozen=True)
class Manifest:
    """A checked `region.yaml`; a system is None when it could not be used."""

    content: Mapping[str, Any]
    crs: CRS | None
    projected_crs: CRS | None
    file: str

    @property
    def feeding(self) -> str:
        """Return how sites are fed."""
        return str(self.content.get("feeding", STATIONS))


def check_manifest(content: Mapping[str, Any], file: str, findings: Findings) -> Manifest:
    """Check every key and return what later checks need."""
    _check_version(content, file, findings)
    _check_keys(content, file, findings)
    _check_texts(content, file, findings)
    _check_feeding(content.get("feeding", STATIONS), file, findings)
    _check_bands(content.get("voltage_bands"), file, findings)
    _check_grid(content.get("grid"), file, findings)
    _check_sources(content.get("sources"), file, findings)
    crs = check_crs(content.get("crs"), "crs", file, findings)
    projected = check_crs(content.get("projected_crs"), "projected_crs", file, findings)
    return Manifest(content, crs, projected, file)


def _check_version(content: Mapping[str, Any], file: str, findings: Findings) -> None:
    version = content.get("schema_version")
    if version == SCHEMA_VERSION and not isinstance(version, bool):
        return
    remedy = _("Write `schema_version: {known}`, or use the release of the planner that wrote the region.").format(
        known=SCHEMA_VERSION
    )
    if version is None:
        message = _("schema_version is missing, so it is unknown which format the region has.")
    else:
        message = _("schema_version is {version}; this planner reads {known}.").format(
            version=version, known=SCHEMA_VERSION
        )
    findings.add(file, "schema_version_unknown", message, remedy, column="schema_version", value=version)


def _check_keys(content: Mapping[str, Any], file: str, findings: Findings) -> None:
    for key in content:
        if key in KEYS:
            continue
        near = difflib.get_close_matches(str(key), KEYS, n=1, cutoff=0.7)
        message = _("{key} is not a key of region.yaml.").format(key=key)
        remedy = (
            _("Did you mean {near}?").format(near=near[0])
            if near
            else _("Delete it; free text may stand under `description`.")
        )
        findings.add(file, "key_unknown", message, remedy, column=str(key))
    for key in ("id", "name", "base_year"):
        if content.get(key) in (None, ""):
            message = _("{key} is missing.").format(key=key)
            findings.add(file, "key_missing", message, _meaning(key), column=key)


def _meaning(key: str) -> str:
    _must, english, chinese = KEYS[key]
    return _("Add `{key}`: {meaning}.").format(key=key, meaning=chinese if language() == "zh" else english)


def _check_texts(content: Mapping[str, Any], file: str, findings: Findings) -> None:
    name = content.get("name")
    if name and not (isinstance(name, dict) and all(isinstance(name.get(lang), str) for lang in ("en", "zh"))):
        message = _("name must hold one text in English and one in Chinese.")
        findings.add(file, "name_incomplete", message, "`name: {en: Beijing, zh: 北京}`", column="name", value=name)
    year = content.get("base_year")
    if year not in (None, "") and (not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR):
        message = _("base_year is {value}, which is no calendar year.").format(value=year)
        findings.add(file, "value_out_of_range", message, _meaning("base_year"), column="base_year", value=year)


def _check_feeding(feeding: Any, file: str, findings: Findings) -> None:
    if feeding not in FEEDINGS:
        message = _("feeding is {value}; it is one of {known}.").format(value=feeding, known=", ".join(FEEDINGS))
        findings.add(file, "value_invalid", message, _meaning("feeding"), column="feeding", value=feeding)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _check_bands(bands: Any, file: str, findings: Findings) -> None:
    if bands is None:
        return
    rows = bands if isinstance(bands, list) else [bands]
    for position, band in enumerate(rows, start=1):
        is_complete = isinstance(band, dict) and all(_is_number(band.get(key)) for key in _BAND_KEYS)
        if is_complete and band["min_pu_n1"] <= band["min_pu"] < band["max_pu"] <= band["max_pu_n1"]:
            continue
        message = _("Row {row} of voltage_bands is not usable: {value}.").format(row=position, value=band)
        remedy = _("Give vn_kv and min_pu_n1 <= min_pu < max_pu <= max_pu_n1 as numbers.")
        findings.add(file, "voltage_band_invalid", message, remedy, column="voltage_bands", row=position, value=band)


def _check_grid(grid: Any, file: str, findings: Findings) -> None:
    if grid is None:
        return
    if not isinstance(grid, dict):
        findings.add(file, "grid_invalid", _("grid must hold keys."), _meaning("grid"), column="grid", value=grid)
        return
    factor = grid.get("power_factor", 1.0)
    if not _is_number(factor) or not _LEAST_POWER_FACTOR <= factor <= 1.0:
        message = _("grid.power_factor is {value}; it must lie in 0.5 to 1.").format(value=factor)
        remedy = _("Write the power factor at the feeding bus, for example 0.98.")
        findings.add(file, "value_out_of_range", message, remedy, column="grid.power_factor", value=factor)
    if not isinstance(grid.get("is_synthetic", False), bool):
        message = _("grid.is_synthetic must be true or false.")
        remedy = _("Write true when the network is constructed, not the real one.")
        findings.add(file, "value_invalid", message, remedy, column="grid.is_synthetic", value=grid["is_synthetic"])
    network = grid.get("network")
    if network is not None and not (isinstance(network, str) and network):
        message = _("grid.network must name a file.")
        remedy = _("For example `network: grid/network.json`; leave it out where the network is tables in grid/.")
        findings.add(file, "value_invalid", message, remedy, column="grid.network", value=network)
    factors = grid.get("emergency_factor", {})
    if not isinstance(factors, dict) or not all(_is_number(value) and value >= 1.0 for value in factors.values()):
        message = _("grid.emergency_factor must give numbers of at least 1, by kind of element.")
        remedy = _("For example `emergency_factor: {line: 1.0, trafo_220: 1.3}`.")
        findings.add(file, "value_invalid", message, remedy, column="grid.emergency_factor", value=factors)


def _check_sources(sources: Any, file: str, findings: Findings) -> None:
    if sources is None:
        return
    is_list = isinstance(sources, list)
    if is_list and all(isinstance(source, dict) and source.get("id") and source.get("title") for source in sources):
        return
    message = _("Each source needs an id and a title.")
    findings.add(file, "sources_invalid", message, _meaning("sources"), column="sources")
