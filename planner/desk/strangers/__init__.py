"""Files from strangers: read by a confined child process, never by the server of the pages.

`reader` is the child that the pages start; it starts `confined`, which alone opens the files: with limits on memory, time
and size, without network, writing into one fresh folder, and with GDAL's drivers switched off but one. What comes out is a
region folder of plain CSV and GeoJSON written by us, checked by `planner.read`, or a list of problems in terms of the file
that was uploaded.
"""
