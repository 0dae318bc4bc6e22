"""Places in a scenario: keys joined by dots, and values set or taken away there.

A dot or a backslash inside a key (the name of a station, say) is written with a backslash before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, Literal

from planner.errors import UsageError
from planner.i18n import gettext as _

EDITS = "edits"
OPEN = frozenset({EDITS, "hubs"})  # parts below which keys may be set whose parents are not there yet
_PIECE = re.compile(r"\\(.)|(.)", re.DOTALL)


class _Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = _Absent.ABSENT  # as a value: the key is not there; as a change: take the key away
Absent = Literal[_Absent.ABSENT]


def join_path(keys: Iterable[object]) -> str:
    """Return the path of keys from the top of the scenario downwards."""
    return ".".join(str(key).replace("\\", "\\\\").replace(".", "\\.") for key in keys)


def split_path(path: str) -> list[str]:
    """Return the keys of a path; the opposite of `join_path`."""
    keys = [""]
    for escaped, plain in _PIECE.findall(path):
        if plain == ".":
            keys.append("")
        else:
            keys[-1] += escaped or plain
    return keys


def put(data: dict[Any, Any], path: str, value: object) -> None:
    """Set the value at a path of a scenario's plain data, or take the key away where the value is ABSENT.

    Raises KeyError for a part that is not there, UsageError for a path that leads into a list or a number.
    """
    *parents, last = split_path(path)
    node: Any = data
    for key in parents:
        if parents[0] in OPEN and isinstance(node, dict):
            node.setdefault(key, {})
        node = node[_key(node, key)] if isinstance(node, dict) else None
    if not isinstance(node, dict):
        raise UsageError(_("{path} leads to no key of the scenario; lists are replaced as a whole.").format(path=path))
    if value is ABSENT:
        node.pop(_key(node, last), None)
    else:
        node[_key(node, last)] = value


def _key(node: dict[Any, Any], key: str) -> Any:
    """Return the key as it stands in the data: years and voltages are whole numbers there."""
    return int(key) if key.isdigit() and int(key) in node else key
