"""The commands import-grid and export-grid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli_support import ExitCode, print_json
from planner.i18n import gettext as _


def import_grid(
    source: Annotated[
        str,
        typer.Argument(help=_("A grid file (.json, .xlsx, .m, .uct, .zip, .xml), or a code such as simbench:NAME.")),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help=_("Write the network to this .json file."))] = None,
    crs: Annotated[
        str | None, typer.Option("--crs", help=_("System of the coordinates in the file, for example EPSG:25832."))
    ] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Read a network of another program, and say what was read, what is missing and what was changed."""
    from planner.export.atomic import write_bytes
    from planner.grids import read_grid

    grid = read_grid(source, crs=crs)
    if out is not None:
        write_bytes(out, grid.to_bytes())
    if json_output:
        print_json({**grid.report.to_dict(), "file": None if out is None else str(out)})
        return ExitCode.OK
    typer.echo(grid.report.to_text())
    if out is not None:
        typer.echo(_("Wrote {file}.").format(file=out))
    return ExitCode.OK


def export_grid(
    plan: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_("A plan.json."))],
    out: Annotated[Path, typer.Option("--out", "-o", help=_("Folder for the exports."))],
    region: Annotated[
        Path | None, typer.Option("--region", exists=True, help=_("The plan's region; not needed if it is bundled."))
    ] = None,
    years: Annotated[
        list[int] | None,
        typer.Option("--year", help=_("A planning year; may be given several times. Default: the last.")),
    ] = None,
    situation: Annotated[
        str | None, typer.Option("--situation", help=_("An operating situation of the scenario. Default: the first."))
    ] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Write the network with the loads of a plan for other tools: pandapower JSON and Excel, MATPOWER."""
    from planner.grids import write_planned_network
    from planner.plan_file import read_plan, region_of

    data = read_plan(plan)
    found = region_of(data, region)
    files = [str(path) for path in write_planned_network(data, found, out, years=years, situation=situation)]
    if json_output:
        print_json({"folder": str(out), "files": files})
    else:
        typer.echo("\n".join(_("Wrote {file}.").format(file=file) for file in files))
    return ExitCode.OK
