"""What a planner takes away from a plan: GeoPackage, GeoJSON, workbook, map, manifest.

Every exporter reads the plan and the region and changes neither. Assumed and synthetic rows keep their mark, and a plan
that is not secure says so in every file.
"""
