"""Read YAML from strangers: no tags, no anchors or aliases, no repeated keys, bounded size and depth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.read_text import decode

MAX_BYTES = 1_000_000
MAX_DEPTH = 20


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that also refuses what makes a small file large or ambiguous."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose one node, refusing anchors, aliases and deep nesting."""
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.composer.ComposerError(None, None, _("anchors and aliases are not accepted"), event.start_mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, _("the nesting is too deep"), event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  (PyYAML's own)
        """Construct one mapping, refusing a key that stands twice."""
        seen: set[Any] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, (str, int, float)):
                raise yaml.constructor.ConstructorError(None, None, _("a key must be text"), key_node.start_mark)
            if key in seen:
                text = _("the key {key} stands twice").format(key=key)
                raise yaml.constructor.ConstructorError(None, None, text, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def parse_yaml(text: str, *, file: str, layer: str | None = None) -> dict[str, Any]:
    """Return the mapping written in `text`; raise InputProblems with the line otherwise."""
    remedy = _("Write plain YAML: keys, lists, text and numbers.")
    try:
        content = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (a safe loader, made stricter)
    except (yaml.YAMLError, ValueError) as error:  # a date or a number that does not exist is a ValueError
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark is not None else None
        what = getattr(error, "problem", None) or str(error)
        message = _("This is not YAML that can be read: {what}.").format(what=what)
        raise InputProblems([Problem(file, layer, row, None, None, "yaml_invalid", message, remedy)]) from error
    if not isinstance(content, dict):
        message = _("The file holds no keys at its top level.")
        raise InputProblems([Problem(file, layer, None, None, None, "yaml_invalid", message, remedy)])
    return content


def read_yaml(path: Path | str) -> dict[str, Any]:
    """Return the mapping in a YAML file; raise InputProblems when it cannot be read safely."""
    path = Path(path)
    if not path.is_file():
        message = _("There is no such file.")
        remedy = _("Check the path.")
        raise InputProblems([Problem(path.name, None, None, None, None, "file_missing", message, remedy)])
    if path.stat().st_size > MAX_BYTES:
        message = _("The file is larger than 1 MB, which no YAML of the planner is.")
        remedy = _("Put tables into CSV, GeoJSON or GeoPackage layers.")
        raise InputProblems([Problem(path.name, None, None, None, None, "file_too_large", message, remedy)])
    decoded = decode(path.read_bytes(), file=path.name, layer=None)
    if isinstance(decoded, Problem):
        raise InputProblems([decoded])
    return parse_yaml(decoded[0], file=path.name)
