"""Commands about the program itself: its figures against published ones, and the pages made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli_support import ExitCode, print_json
from planner.i18n import gettext as _


def calibrate(
    region: Annotated[Path | None, typer.Argument(exists=True, help=_("A region; without it the bundled one."))] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", dir_okay=False, help=_("Write the page of the bundled regions to this file.")),
    ] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Compare computed figures with the published ones."""
    from planner.bundled import DEMO_REGION
    from planner.calibration_page import found_in, found_text, write_page
    from planner.read import read_region

    if page is not None:
        files = [str(write_page(page))]
        if json_output:
            print_json({"files": files})
        else:
            typer.echo("\n".join(files))
        return ExitCode.OK
    found = found_in(read_region(region or DEMO_REGION))
    if json_output:
        print_json(found)
    else:
        typer.echo(found_text(found), nl=False)
    return ExitCode.OK


def docs(
    root: Annotated[Path, typer.Argument(file_okay=False, help=_("The project's folder."))] = Path(),
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Write the pages made from the program: formulation, scenario keys, data dictionary and policy packs."""
    from planner.docs import write_data_dictionary
    from planner.docs_formulation import write_formulation
    from planner.docs_scenario import write_scenario_keys
    from planner.policy_list import write_policies

    files = [
        str(write(root)) for write in (write_formulation, write_scenario_keys, write_data_dictionary, write_policies)
    ]
    if json_output:
        print_json({"files": files})
    else:
        typer.echo("\n".join(files))
    return ExitCode.OK
