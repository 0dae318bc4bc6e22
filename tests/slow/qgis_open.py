"""Open a GeoPackage in headless QGIS, draw it, print what was found as JSON; started by test_qgis.py."""

from __future__ import annotations

import json
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def describe(layer: Any) -> dict[str, Any]:
    """Return validity, style and how many features the renderer has a symbol for."""
    _message, is_loaded = layer.loadDefaultStyle()
    renderer = layer.renderer().clone()
    context = QgsRenderContext()
    renderer.startRender(context, layer.fields())
    drawn = sum(renderer.symbolForFeature(feature, context) is not None for feature in layer.getFeatures())
    renderer.stopRender(context)
    return {
        "is_valid": layer.isValid(),
        "has_style": bool(is_loaded) and layer.listStylesInDatabase()[0] > 0,
        "renderer": layer.renderer().type(),
        "n_features": layer.featureCount(),
        "n_drawn": drawn,
    }


def main(path: str, picture: str, names: list[str]) -> None:
    """Open every layer, draw all of them into `picture`."""
    application = QgsApplication([], False)
    application.initQgis()
    layers = {name: QgsVectorLayer(f"{path}|layername={name}", name, "ogr") for name in names}
    found: dict[str, Any] = {"layers": {name: describe(layer) for name, layer in layers.items()}}
    found["tables"] = {
        name: QgsVectorLayer(f"{path}|layername={name}", name, "ogr").featureCount()
        for name in ("limits", "zones", "plan")
    }
    project = QgsProject.instance()
    project.addMapLayers(list(layers.values()))
    settings = QgsMapSettings()
    settings.setLayers([layers[name] for name in reversed(names)])
    settings.setOutputSize(QSize(1100, 850))
    settings.setBackgroundColor(QColor("white"))
    settings.setDestinationCrs(layers["sites"].crs())
    extent = layers["feeds"].extent()
    extent.scale(1.6)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(picture)
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    found["n_colours"] = len(colours)
    print(json.dumps(found))  # noqa: T201
    application.exitQgis()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3].split(","))
