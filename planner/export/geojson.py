"""Write the plan as one GeoJSON text after RFC 7946: WGS 84, right-hand rule, 7 decimals, no `crs` member."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from planner.export.atomic import write_text
from planner.export.facts import PlanDict, has_plan
from planner.export.layers import DECIMALS, plan_layers
from planner.export.sentences import limiting_lines, names_of, security_verdict, synthetic_label
from planner.i18n import language

if TYPE_CHECKING:
    from planner.region import Region

LAYERS = (
    "sites", "feeds", "pipes", "substations", "reclaimed_plants", "stock", "grid_lines", "grid_stations", "hubs", "flows",
    "existing",
)  # fmt: skip
GEOMETRY_COLUMNS = frozenset({"geometry", "lon", "lat"})


def write_geojson(plan: PlanDict, region: Region, path: Path) -> Path:
    """Write the plan's layers as one FeatureCollection; each feature names its layer."""
    return write_text(path, json.dumps(plan_geojson(plan, region), ensure_ascii=False, indent=1) + "\n")


def plan_geojson(plan: PlanDict, region: Region) -> dict[str, Any]:
    """Return the FeatureCollection; foreign members carry name, security and fingerprint (RFC 7946 section 6.1)."""
    layers = plan_layers(plan, region)
    verdict = security_verdict(plan)
    return {
        "type": "FeatureCollection",
        "name": dict(plan.get("name") or {}),
        "security": verdict[0],
        "security_text": verdict[1],
        "security_findings": limiting_lines(plan, names_of(plan, region, lang=language())) if has_plan(plan) else [],
        "synthetic_grid": synthetic_label(plan),
        "plan_status": plan.get("status"),
        "fingerprint": (plan.get("record") or {}).get("fingerprint"),
        "features": [feature for name in LAYERS if name in layers for feature in features_of(layers[name], layer=name)],
    }


def features_of(frame: gpd.GeoDataFrame, *, layer: str) -> list[dict[str, Any]]:
    """Return the features of one layer, ids `<layer>/<row>`; counter-clockwise outer rings."""
    features = []
    for i, row in enumerate(frame.to_dict("records")):
        properties = {key: _plain(value) for key, value in row.items() if key not in GEOMETRY_COLUMNS}
        features.append(
            {
                "type": "Feature",
                "id": f"{layer}/{i}",
                "geometry": _geometry(row["geometry"]),
                "properties": {"layer": layer, **properties},
            }
        )
    return features


def _geometry(geometry: shapely.Geometry | None) -> dict[str, Any] | None:
    if geometry is None or geometry.is_empty:
        return None
    oriented = shapely.orient_polygons(geometry) if geometry.geom_type.endswith("Polygon") else geometry
    rounded = shapely.transform(oriented, lambda xy: np.round(xy, DECIMALS))
    shape: Mapping[str, Any] = json.loads(shapely.to_geojson(rounded))
    return dict(shape)


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | dict | list) or value is None else str(value)
