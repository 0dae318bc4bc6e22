"""How much a file from a stranger may cost: each number is a bound, above it the file is refused with a sentence."""

from __future__ import annotations

MB = 1_000_000

MAX_FILE_BYTES = 100 * MB  # one uploaded file; the server's own limit is usually lower
MAX_FILES = 40
MAX_MEMBERS = 400  # files in an archive, also in a workbook, which is one
MAX_UNPACKED_BYTES = 400 * MB  # all members of an archive together
MAX_RATIO = 200  # unpacked to packed, of members above SMALL_MEMBER_BYTES
SMALL_MEMBER_BYTES = MB
MAX_SHEETS = 80
MAX_SHEET_ROWS = 200_000
MAX_SHEET_COLUMNS = 200
MAX_CELLS = 3_000_000
MAX_FEATURES = 200_000
MAX_NAME = 120

MEMORY_BYTES = 4_000 * MB
CPU_SECONDS = 120
WALL_SECONDS = 180
WRITTEN_BYTES = 500 * MB  # one file that the child writes
OPEN_FILES = 256

SHOWN_ROWS = 300  # rows of a sheet that are given back to be shown with their problems
SHOWN_CHARS = 160
