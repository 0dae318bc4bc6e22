"""Bundled regions: one folder each, with its layers, grid, scenarios and SOURCES.md."""
