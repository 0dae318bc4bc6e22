"""Write a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def write_atomically(path: Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary file beside `path`, then put it in place with one rename.

    A reader sees the old file or the new one, never half of one; a failed write leaves nothing behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    temporary.unlink()  # GeoPackage drivers refuse an empty file
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write `text` as UTF-8 with unix line ends."""
    return write_atomically(path, lambda target: _fill(target, text.encode("utf-8")))


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content` as it is."""
    return write_atomically(path, lambda target: _fill(target, content))


def _fill(target: Path, content: bytes) -> None:
    target.write_bytes(content)
