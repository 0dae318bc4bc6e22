"""The command `planner contingency`: every outage of a network, in AC, one row each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli_support import ExitCode, print_json
from planner.i18n import gettext as _

DEFAULT_KINDS = "line,trafo,trafo3w"


def contingency(
    source: Annotated[
        str,
        typer.Argument(
            metavar="GRID_OR_REGION", help=_("A region, a scenario, a grid file, or a code like simbench:NAME.")
        ),
    ],
    kinds: Annotated[
        str,
        typer.Option("--kinds", help=_("What fails: line, trafo, trafo3w, double, generator, busbar; comma between.")),
    ] = DEFAULT_KINDS,
    outages: Annotated[
        Path | None,
        typer.Option(
            "--outages", exists=True, dir_okay=False, help=_("CSV with the column element: only these outages.")
        ),
    ] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help=_("Write all rows to this CSV file."))] = None,
    method: Annotated[
        str, typer.Option("--method", help=_("auto, lightsim2grid or pandapower (slow, the reference)."))
    ] = "auto",
    situation: Annotated[
        str | None, typer.Option("--situation", help=_("Operating situation; the first argument is then a scenario."))
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", help=_("Year of the network; the first argument is then a scenario."))
    ] = None,
    rows: Annotated[int | None, typer.Option("--rows", min=0, help=_("Print only the worst rows."))] = None,
    *,
    accept_ratings: Annotated[
        bool, typer.Option("--accept-ratings", help=_("Go on where ratings are missing or placeholders."))
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Take each element of a network out and solve the AC flow."""
    from planner.contingency import check_words
    from planner.contingency import contingency as solve
    from planner.contingency_source import source_of
    from planner.contingency_text import contingency_text, csv_text
    from planner.export.atomic import write_bytes
    from planner.report import terminal_width

    asked = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    check_words(asked, method)
    grid = source_of(source, situation=situation, year=year, accept_ratings=accept_ratings)
    found = solve(grid, kinds=asked, outages_file=outages, method=method)
    if csv_file is not None:
        write_bytes(csv_file, csv_text(found).encode("utf-8-sig"))
    if json_output:
        print_json(found)
    else:
        typer.echo(contingency_text(found, width=terminal_width(), n_rows=rows), nl=False)
    return ExitCode.OK if found["security"] == "secure" else ExitCode.AC_VIOLATION
