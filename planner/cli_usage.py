"""Say what is wrong with a command line, in the language in use, as text or JSON."""

from __future__ import annotations

import re
from typing import Any

import typer

from planner.cli_support import ExitCode, print_json
from planner.i18n import gettext as _

WrongUsage: type[Exception] = typer.BadParameter.__mro__[1]  # every refusal of typer; it publishes only this subclass


def run_app(app: typer.Typer, args: list[str]) -> int:
    """Run the application and return its exit code; a wrong command line is explained."""
    try:
        code = app(args=args, prog_name="planner", standalone_mode=False)
    except WrongUsage as error:
        _explain(error, is_json="--json" in args)
        return ExitCode.USAGE
    return int(code or 0)


def _explain(error: Any, *, is_json: bool) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    message = usage_message(error)
    if is_json:
        print_json({"error": {"kind": "UsageError", "message": message, "problems": []}})
    if error.ctx is not None:
        usage = error.ctx.get_usage().partition(":")[2].strip()
        typer.echo(_("Usage: {usage}").format(usage=usage), err=True)
    typer.echo(message, err=True)
    if error.ctx is not None:
        typer.echo(_("`{command} --help` says more.").format(command=error.ctx.command_path), err=True)


def usage_message(error: Any) -> str:
    """Return one sentence for a refusal of typer; its own English sentence where we have none."""
    kind, param = type(error).__name__, getattr(error, "param", None)
    name = "" if param is None else (max(param.opts, key=len) if param.param_type_name == "option" else param.name)
    if kind == "MissingParameter":
        return _("{name} is missing.").format(name=name)
    if kind == "NoSuchOption":
        return _("There is no option {name}.").format(name=error.option_name)
    for pattern, text in _known():
        found = re.search(pattern, error.format_message())
        if found:
            sentence = text.format(**found.groupdict())
            return f"{name}: {sentence}" if name else sentence
    return str(error.format_message())


def _known() -> list[tuple[str, str]]:
    """Return typer's sentences as patterns, and ours for them."""
    value = r"'(?P<value>[^']*)'"
    return [
        (value + r" does not exist", _("{value} does not exist.")),
        (value + r" is a directory", _("{value} is a folder; a file is needed.")),
        (value + r" is a file", _("{value} is a file; a folder is needed.")),
        (value + r" is not readable", _("{value} cannot be read.")),
        (value + r" is not one of (?P<choices>[^.]*)", _("{value} is none of {choices}.")),
        (r"should be a valid number", _("a number is needed.")),
        (r"[Nn]o such command " + value, _("There is no command {value}.")),
        (r"unexpected extra argument\S* \((?P<value>.*)\)", _("{value} is too much.")),
        (r"Option '?(?P<value>--?[\w-]+)'? requires an argument", _("{value} needs a value.")),
    ]
