"""Grids in and out: networks of other programs read with a report, and the planned network written for others."""

from planner.grids.planned import write_planned_network
from planner.grids.read import ImportedGrid, read_grid
from planner.grids.report import GridReport

__all__ = ["GridReport", "ImportedGrid", "read_grid", "write_planned_network"]
