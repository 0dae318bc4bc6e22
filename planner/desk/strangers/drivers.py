"""GDAL with one driver: every other is switched off before the library is loaded, and what is left is looked at.

A virtual dataset (VRT, GDALG, WFS and the like) makes GDAL open any file or address it names, whatever the uploaded file is
called. Tables, GeoJSON and GeoPackages are read without GDAL (`planner.read_files`, `planner.read_gpkg`); only shapefiles
need it, and only then is it loaded. It is opened for vector data alone, so drivers of rasters never see the file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

ALLOWED = ("ESRI Shapefile",)
_LIST = "import json, pyogrio; print(json.dumps(sorted(pyogrio.list_drivers())))"
_CLOSED = {
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTPS_PROXY": "127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "GDAL_DRIVER_PATH": "disable",
    "OGR_ENABLE_PARTIAL_REPROJECTION": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "PROJ_NETWORK": "OFF",
}


class OpenDoorError(Exception):
    """A driver that should be off is on; nothing is read then."""


def close_drivers() -> None:
    """Switch all drivers off but the allowed; raise `OpenDoorError` where others are left.

    Names of drivers differ between releases, so a process of its own, which sees no file, asks the library for them.
    """
    if "pyogrio" in sys.modules:
        raise OpenDoorError("the library is loaded already")
    os.environ.update(_CLOSED)
    done = subprocess.run([sys.executable, "-c", _LIST], capture_output=True, text=True, check=True)  # noqa: S603 (own)
    others = [name for name in json.loads(done.stdout) if name not in ALLOWED]
    os.environ["OGR_SKIP"] = ",".join(others)
    import pyogrio

    left = set(pyogrio.list_drivers()) - set(ALLOWED)
    if left:
        raise OpenDoorError(", ".join(sorted(left)))
