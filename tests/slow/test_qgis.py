"""The GeoPackage in headless QGIS: every layer opens with its own style and draws."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from planner.export.geopackage import LAYER_ORDER, write_geopackage
from planner.i18n import use_language
from tests.export_sample import sample_candidates, sample_plan, sample_region

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parent / "qgis_open.py"
RENDERERS = {
    "sites": "categorizedSymbol",
    "substations": "graduatedSymbol",
    "feeds": "categorizedSymbol",
    "candidates": "categorizedSymbol",
    "pipes": "singleSymbol",
}


def _python_with_qgis() -> str | None:
    """Return the system's python if it has QGIS (Debian's python3-qgis installs for it alone)."""
    for candidate in ("/usr/bin/python3", shutil.which("python3")):
        if candidate and Path(candidate).exists():
            found = subprocess.run([candidate, "-c", "import qgis.core"], capture_output=True, check=False)
            if found.returncode == 0:
                return candidate
    return None


@pytest.fixture(scope="module", params=["en", "zh"])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    python = _python_with_qgis()
    if python is None:
        pytest.skip("QGIS is not installed for the system's python (apt-get install python3-qgis)")
    folder = tmp_path_factory.mktemp("qgis")
    with use_language(request.param):
        path = write_geopackage(sample_plan(), sample_region(), folder / "plan.gpkg", candidates=sample_candidates())
    picture = Path(os.environ.get("QGIS_PICTURES", folder)) / f"qgis_{request.param}.png"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder)}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [python, str(SCRIPT), str(path), str(picture), ",".join(LAYER_ORDER)],
        capture_output=True, text=True, check=False, env=environment, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_every_layer_opens_valid_with_its_default_style(opened: dict[str, Any]) -> None:
    layers = opened["layers"]

    assert set(layers) == set(LAYER_ORDER)
    assert all(layer["is_valid"] and layer["has_style"] for layer in layers.values())
    assert {name: layers[name]["renderer"] for name in RENDERERS} == RENDERERS


def test_styles_hold_every_feature_in_a_class(opened: dict[str, Any]) -> None:
    for name, layer in opened["layers"].items():
        assert layer["n_features"] > 0, name
        assert layer["n_drawn"] == layer["n_features"], name


def test_the_picture_is_not_empty(opened: dict[str, Any]) -> None:
    assert opened["n_colours"] > 10


def test_tables_open_as_attribute_tables(opened: dict[str, Any]) -> None:
    assert opened["tables"] == {"limits": 10, "zones": 3, "plan": 19}
