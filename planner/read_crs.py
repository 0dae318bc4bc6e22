"""Coordinate systems of a region: which are accepted, and why a shifted Chinese one is refused."""

from __future__ import annotations

import re

from pyproj import CRS
from pyproj.exceptions import CRSError

from planner.i18n import gettext as _
from planner.read_findings import Findings

# Systems that shift positions by a secret, non-linear 50-800 m. No EPSG code names them.
_SHIFTED = ("gcj", "bd09", "火星", "百度", "高德", "腾讯", "mars")
_ALIASES = {
    "cgcs2000": "EPSG:4490",
    "国家2000": "EPSG:4490",
    "2000国家大地坐标系": "EPSG:4490",
    "wgs84": "EPSG:4326",
}
_SAME_DEGREES = {"EPSG:4326", "OGC:CRS84", "EPSG:4979"}
EXAMPLE_GEOGRAPHIC = "EPSG:4326"
EXAMPLE_PROJECTED = "EPSG:4548"


def is_shifted(name: str) -> bool:
    """Return whether a name means GCJ-02 or BD-09, however it is spelled."""
    plain = re.sub(r"[\s_\-:]", "", name).lower()
    return any(mark in plain for mark in _SHIFTED)


def shifted_message(name: str) -> tuple[str, str]:
    """Return message and remedy for a system that hides the true position."""
    message = _(
        "The coordinates are declared as {name}, the shifted system of Chinese web maps. Its positions are 50 to 800 m "
        "off by a rule that is not published, so distances to substations and borders of parcels would be wrong."
    ).format(name=name)
    remedy = _(
        "Ask the source for CGCS2000 (EPSG:4490, or EPSG:4547 to 4549 in metres) or WGS 84 (EPSG:4326). If you can only "
        "shift them back by an approximate formula, do it outside, declare EPSG:4326 and set coord_precision_km to 0.1."
    )
    return message, remedy


def crs_of(name: object) -> CRS | None:
    """Return the system of a name, None when there is none of that name."""
    text = str(name).strip()
    text = _ALIASES.get(re.sub(r"[\s_\-]", "", text).lower(), text)
    try:
        return CRS.from_user_input(int(text) if text.isdigit() else text)
    except CRSError:
        return None


def crs_name(crs: CRS | None) -> str:
    """Return a name that any library finds again: the code of the authority, else the definition."""
    if crs is None:
        return ""
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.to_wkt()


def check_crs(value: object, key: str, file: str, findings: Findings) -> CRS | None:
    """Return the declared system; note a problem and return None when it cannot be used."""
    example = EXAMPLE_PROJECTED if key == "projected_crs" else EXAMPLE_GEOGRAPHIC
    if value is None or not str(value).strip():
        message = _("{key} is missing. Without it no position has a meaning.").format(key=key)
        remedy = _("State it, for example `{key}: {example}`; ask whoever gave you the layers which one it is.").format(
            key=key, example=example
        )
        findings.add(file, "crs_missing", message, remedy, column=key)
        return None
    if is_shifted(str(value)):
        message, remedy = shifted_message(str(value))
        findings.add(file, "crs_shifted", message, remedy, column=key, value=value)
        return None
    crs = crs_of(value)
    if crs is None:
        message = _("{key} is {value}, which is no coordinate system that is known here.").format(key=key, value=value)
        remedy = _("Write its EPSG code, for example {example}.").format(example=example)
        findings.add(file, "crs_unknown", message, remedy, column=key, value=value)
        return None
    if key == "projected_crs" and not _is_metric(crs):
        message = _("{key} is {value}, which is not in metres. Distances are never taken from degrees.").format(
            key=key, value=value
        )
        remedy = _("Choose a projected system for the region in metres, for example {example}.").format(example=example)
        findings.add(file, "crs_not_projected", message, remedy, column=key, value=value)
        return None
    return crs


def _is_metric(crs: CRS) -> bool:
    return crs.is_projected and all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])


def is_same_crs(left: CRS, right: CRS) -> bool:
    """Return whether two systems give the same numbers, whatever the order of their axes."""
    if left.equals(right, ignore_axis_order=True):
        return True
    names = {":".join(crs.to_authority() or ("", "")) for crs in (left, right)}
    return names <= _SAME_DEGREES
