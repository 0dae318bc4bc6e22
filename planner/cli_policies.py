"""The command that lists the packs of rules that come with the program, or one of a user's own."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.cli_support import ExitCode, print_json
from planner.i18n import gettext as _


def policies(
    pack: Annotated[
        str | None, typer.Option("--pack", help=_("A pack's name, or a .yaml file; with the rules that it inherits."))
    ] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """List the policy packs: every rule with value, date, places, effect, document and clause."""
    from planner.policy_list import own_rules, pack_dict, pack_text, packs_asked

    found = packs_asked(pack)
    if json_output:
        print_json({"packs": [pack_dict(one) for one in found]})
    else:
        texts = [pack_text(one, one.rules if pack is not None else own_rules(one)) for one in found]
        typer.echo("\n\n".join(texts))
    return ExitCode.OK
