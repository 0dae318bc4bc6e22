"""The command `planner headroom`: how much load each bus can take, and what a set can take together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli_support import ExitCode, print_json
from planner.i18n import gettext as _
from planner.i18n import language


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def headroom(
    source: Annotated[
        str,
        typer.Argument(
            metavar="GRID_OR_REGION", help=_("A region, a scenario, a grid file, or a code like simbench:NAME.")
        ),
    ],
    buses: Annotated[
        str | None, typer.Option("--buses", help=_("Only these buses or substations; comma between."))
    ] = None,
    kv: Annotated[float | None, typer.Option("--kv", help=_("All buses of this nominal voltage."))] = None,
    together: Annotated[
        str | None, typer.Option("--set", help=_("What these buses can take together; comma between."))
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option("--kinds", help=_("What fails: line, trafo, trafo3w, double, generator, busbar; comma between.")),
    ] = None,
    most_mw: Annotated[float, typer.Option("--most", min=1.0, help=_("Cap of the study in MW."))] = 2000.0,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", min=0.0, help=_("Sensitivity threshold for existing overloads in percent.")),
    ] = None,
    situation: Annotated[
        str | None, typer.Option("--situation", help=_("Operating situation; the first argument is then a scenario."))
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", help=_("Year of the network; the first argument is then a scenario."))
    ] = None,
    map_file: Annotated[Path | None, typer.Option("--map", help=_("Write an HTML map to this file."))] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=_("Folder for a table, a workbook, GeoPackage and GeoJSON."))
    ] = None,
    rows: Annotated[int | None, typer.Option("--rows", min=0, help=_("Print only the largest values."))] = None,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("Count violations that are there without new load."))
    ] = False,
    allow_radial: Annotated[
        bool, typer.Option("--allow-radial", help=_("New load may lose its supply in an outage."))
    ] = False,
    by_generators: Annotated[
        bool, typer.Option("--by-generators", help=_("All generators supply the new load, by their output."))
    ] = False,
    accept_ratings: Annotated[
        bool, typer.Option("--accept-ratings", help=_("Go on where ratings are missing or placeholders."))
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Find how much load each bus can take in AC, N-0 and N-1."""
    from planner.contingency import check_words
    from planner.contingency_source import source_of
    from planner.headroom import HeadroomOptions
    from planner.headroom import headroom as study
    from planner.headroom_text import headroom_text
    from planner.report import terminal_width

    options = HeadroomOptions(
        buses=_names(buses),
        kv=kv,
        together=_names(together),
        kinds=None if kinds is None else _names(kinds),
        most_mw=most_mw,
        threshold_percent=threshold,
        is_strict=strict,
        is_radial_allowed=allow_radial,
        is_balanced_by_generators=by_generators,
    )
    if options.kinds is not None:
        check_words(options.kinds, "auto")
    grid = source_of(source, situation=situation, year=year, accept_ratings=accept_ratings)
    found = study(grid, options)
    if map_file is not None:
        from planner.export.headroom_map import write_headroom_map

        write_headroom_map(found, grid, map_file, lang=language())
    if out is not None:
        from planner.export.headroom_files import write_headroom_files

        write_headroom_files(found, grid, out)
    if json_output:
        print_json(found)
    else:
        typer.echo(headroom_text(found, width=terminal_width(), n_rows=rows), nl=False)
    return ExitCode.OK
