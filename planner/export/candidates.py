"""What a planner takes away before there is a plan: the candidate sites with their reasons, a picture, the scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from planner.export.atomic import write_text
from planner.export.files import MANIFEST
from planner.export.geojson import features_of
from planner.export.geopackage import write_geopackage
from planner.export.layers import candidate_layer
from planner.export.manifest import files_of, head_of
from planner.export.png_map import no_plan, write_png_map
from planner.export.scenario_file import scenario_text
from planner.i18n import use_language

if TYPE_CHECKING:
    from planner.region import Region
    from planner.scenario import Scenario


def export_candidates(
    region: Region, scenario: Scenario, out_dir: Path, *, candidates: gpd.GeoDataFrame, lang: str = "en"
) -> list[Path]:
    """Write candidates.gpkg, candidates.geojson, map.png, scenario.yaml and manifest.json; return the paths.

    Each file is whole or absent; a folder with a manifest is complete.
    """
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    plan = no_plan(region)
    with use_language(lang):
        cells = features_of(candidate_layer(plan, candidates), layer="candidates")
        collection: dict[str, Any] = {"type": "FeatureCollection", "name": "candidates", "features": cells}
        yaml = scenario_text(
            scenario.model_dump(mode="json"),
            name=str(getattr(scenario.name, lang)),
            region_id=region.id,
            region_path=Path(region.path),
        )
        paths = [
            write_geopackage(plan, region, folder / "candidates.gpkg", candidates=candidates),
            write_text(folder / "candidates.geojson", json.dumps(collection, ensure_ascii=False, indent=1) + "\n"),
            write_png_map(plan, region, folder / "map.png", candidates=candidates, lang=lang),
            write_text(folder / "scenario.yaml", yaml),
        ]
        content = {**head_of(region, lang=lang), "files": files_of(paths, folder)}
    return [*paths, write_text(folder / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1) + "\n")]
