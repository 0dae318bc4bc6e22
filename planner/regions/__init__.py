"""Bundled regions that are built at first use from an installed package, because their grid is not ours to copy.

The folder of such a region in `gis_data` holds what we wrote: region.yaml, scenarios, SOURCES.md. The network and the
tables that follow from it by rule are built into its subfolder `built`, or into the user's cache where that folder
cannot be written. Equal packages and equal rules give equal bytes; a build of other packages or rules is made again.
"""

from __future__ import annotations

from planner.regions.store import prepared

__all__ = ["prepared"]
