"""Commands about the program itself: its figures against published ones, and the pages made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli_support import ExitCode, print_json
from planner.i18n import gettext as _


def calibrate(
    region: Annotated[Path | None, typer.Argument(exists=True, help=_("A region; without it the bundled one."))] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Compare the computed use of the existing centres with published totals."""
    from planner.bundled import DEMO_REGION
    from planner.calibrate import calibrate as compute
    from planner.calibrate import calibration_text
    from planner.read import read_region

    found = compute(read_region(region or DEMO_REGION))
    if json_output:
        print_json(found)
    else:
        typer.echo(calibration_text(found), nl=False)
    return ExitCode.OK


def docs(
    root: Annotated[Path, typer.Argument(file_okay=False, help=_("The project's folder."))] = Path(),
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Write the pages that are made from the program: formulation, scenario keys and data dictionary."""
    from planner.docs import write_data_dictionary
    from planner.docs_formulation import write_formulation
    from planner.docs_scenario import write_scenario_keys

    files = [str(write(root)) for write in (write_formulation, write_scenario_keys, write_data_dictionary)]
    if json_output:
        print_json({"files": files})
    else:
        typer.echo("\n".join(files))
    return ExitCode.OK
