"""The command `planner`. Each command reads its arguments, calls one function of the planner and shows the answer.

Heavy packages are imported inside the commands, so that `planner --help` answers at once. Annotations are evaluated when
the application is made, after the language is known: that is why help texts can be translated.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from planner import __version__
from planner.bundled import DEMO_FOLDER
from planner.cli_support import (
    ExitCode,
    exit_code_meanings,
    guarded,
    language_first,
    print_json,
    say_where,
    speak_utf8,
)
from planner.cli_usage import run_app
from planner.i18n import LANGUAGES, language, set_language
from planner.i18n import gettext as _


class Lang(StrEnum):
    """A language the planner speaks."""

    en = "en"
    zh = "zh"


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help=_("Folder for the exports."))] = DEMO_FOLDER,
    time_limit_s: Annotated[
        float | None, typer.Option("--time-limit", help=_("Limit of the solve in seconds."))
    ] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Plan the bundled region Beijing with its reference scenario."""
    from planner.bundled import DEMO_SCENARIO
    from planner.cli_plan import make_plan
    from planner.scenario import load_scenario

    scenario = load_scenario(DEMO_SCENARIO)
    return make_plan(scenario, out, time_limit_s=time_limit_s, require_secure=False, json_output=json_output)


def init(
    folder: Annotated[Path, typer.Argument(help=_("A new folder."))],
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Write an empty region to fill in."""
    from planner.init_region import init_region

    files = [str(path) for path in init_region(folder)]
    if json_output:
        print_json({"folder": str(folder), "files": files})
    else:
        typer.echo(_("Wrote {n} files to {folder}. README.md there says what to do next.").format(
            n=len(files), folder=folder
        ))  # fmt: skip
    return ExitCode.OK


def validate(
    path: Annotated[Path, typer.Argument(exists=True, help=_("A region (folder or .gpkg) or a scenario (.yaml)."))],
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Read a region, or a scenario and its region, and report every problem at once."""
    from planner.cli_views import is_scenario
    from planner.read import read_region
    from planner.region_edits import region_for
    from planner.scenario import load_scenario

    if is_scenario(path):
        scenario = load_scenario(path)
        region = region_for(read_region(scenario.region), scenario)
    else:
        region = read_region(path.parent if path.name == "region.yaml" else path)
    notices = [str(notice) for notice in region.notices]
    rows = {name: len(table) for name, table in region.tables.items() if len(table)}
    if json_output:
        print_json({"region": region.id, "is_valid": True, "rows": rows, "notices": notices})
        return ExitCode.OK
    for notice in notices:
        typer.echo(notice)
    listed = ", ".join(f"{name} {n}" for name, n in rows.items())
    typer.echo(_("Region {region} can be used. Rows: {rows}.").format(region=region.id, rows=listed))
    return ExitCode.OK


def screen(
    path: Annotated[Path, typer.Argument(exists=True, help=_("A scenario file, or a region to screen with defaults."))],
    out: Annotated[Path | None, typer.Option("--out", "-o", help=_("Write the cells to this .gpkg file."))] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Find candidate sites and say why each other cell was excluded."""
    from planner.cli_views import screening_of, screening_text

    screening = screening_of(path)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        screening.candidates.to_file(out, layer="candidates", driver="GPKG")
    counts = {str(reason): int(n) for reason, n in screening.counts().items()}
    summary = {"cells": len(screening.candidates), "candidates": len(screening.sites), "excluded": counts}
    if json_output:
        print_json(summary)
    else:
        typer.echo(screening_text(summary, out))
    return ExitCode.OK


def solve(
    scenario: Annotated[Path, typer.Argument(exists=True, help=_("A scenario file, or the folder of a region."))],
    out: Annotated[Path | None, typer.Option("--out", "-o", help=_("Folder for the exports."))] = None,
    time_limit_s: Annotated[
        float | None, typer.Option("--time-limit", help=_("Limit of the solve in seconds."))
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help=_("Change a value of the scenario, e.g. water.availability_share=0.03.")),
    ] = None,
    *,
    require_secure: Annotated[
        bool, typer.Option("--require-secure", help=_("End with exit code 6 unless the plan is secure."))
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Make a plan: read, screen, solve, audit, check in AC, export."""
    from planner.cli_plan import make_plan
    from planner.cli_views import changed_scenario

    asked = changed_scenario(scenario, changes or [])
    return make_plan(asked, out, time_limit_s=time_limit_s, require_secure=require_secure, json_output=json_output)


def check(
    region: Annotated[Path, typer.Argument(exists=True, help=_("A region: a folder or a .gpkg file."))],
    sites: Annotated[
        Path,
        typer.Option("--sites", exists=True, dir_okay=False, help=_("CSV with the columns site, substation, mw.")),
    ],
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Check your own plan in AC, N-0 and N-1, without optimising."""
    from planner.cli_views import check_text
    from planner.pipeline import check_sites
    from planner.read import read_region

    data = read_region(region)
    found: dict[str, Any] = check_sites(data, sites)
    if json_output:
        print_json(found)
    else:
        typer.echo(check_text(found, data), nl=False)
    return ExitCode.AC_VIOLATION if found["security"] == "insecure" else ExitCode.OK


def export(
    plan: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_("A plan.json."))],
    out: Annotated[Path, typer.Option("--out", "-o", help=_("Folder for the exports."))],
    region: Annotated[
        Path | None, typer.Option("--region", exists=True, help=_("The plan's region; not needed if it is bundled."))
    ] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Write the exports of a plan again, for example in the other language."""
    from planner.export.manifest import export_all
    from planner.plan_file import candidates_of, read_plan, region_of

    data = read_plan(plan)
    found = region_of(data, region)
    files = export_all(data, found, out, candidates=candidates_of(data, found), lang=language())
    if json_output:
        print_json({"folder": str(out), "files": [str(path) for path in files]})
    else:
        say_where(out)
    return ExitCode.OK


def show(
    plan: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_("A plan.json."))],
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Print a plan that was made before."""
    from planner.plan_file import names_from, read_plan
    from planner.report import print_plan, terminal_width

    data = read_plan(plan)
    if json_output:
        print_json(data)
    else:
        typer.echo(print_plan(data, lang=language(), region=names_from(data), width=terminal_width()), nl=False)
    return ExitCode.OK


def _print_version(is_asked: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if is_asked:
        typer.echo(f"planner {__version__}")
        raise typer.Exit(0)


def _global(
    _lang: Annotated[Lang, typer.Option("--lang", help=_("Language of everything that is shown."))] = Lang.en,
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help=_("Print the version and leave.")),
    ] = False,
) -> None:
    """Take the options of every command."""


def make_app() -> typer.Typer:
    """Return the application with its help in the language in use."""
    from planner.cli_app import app as desk
    from planner.cli_contingency import contingency
    from planner.cli_flexible import flexible
    from planner.cli_grids import export_grid, import_grid
    from planner.cli_headroom import headroom
    from planner.cli_house import calibrate, docs
    from planner.cli_policies import policies

    codes = "\n\n".join(f"{code}  {meaning}" for code, meaning in exit_code_meanings().items())
    app = typer.Typer(
        name="planner",
        help=_("Site by Power: where may data-centre capacity go, how much, cooled and fed how, in which year."),
        epilog=_("Exit codes:") + "\n\n" + codes,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.callback()(_global)
    for command, text in (
        (demo, _("Plan the bundled region Beijing with its reference scenario.")),
        (init, _("Write an empty region to fill in.")),
        (validate, _("Read a region, or a scenario and its region, and report every problem at once.")),
        (screen, _("Find candidate sites and say why each other cell was excluded.")),
        (solve, _("Make a plan: read, screen, solve, audit, check in AC, export.")),
        (check, _("Check your own plan in AC, N-0 and N-1, without optimising.")),
        (contingency, _("Take each element of a network out and solve the AC flow: one row per outage.")),
        (headroom, _("Find how much load each bus can take in AC, N-0 and N-1.")),
        (flexible, _("Show how much load each substation can be given when some hours may be curtailed.")),
        (import_grid, _("Read a network of another program: what was read, what is missing, what was changed.")),
        (export_grid, _("Write the network with the loads of a plan as pandapower JSON and Excel and MATPOWER.")),
        (export, _("Write the exports of a plan again, for example in the other language.")),
        (show, _("Print a plan that was made before.")),
        (policies, _("List the policy packs: every rule with value, date, places, effect, document and clause.")),
        (calibrate, _("Compare the computed use of the existing centres with published totals.")),
        (docs, _("Write the pages that are made from the program: formulation, scenario keys, data, rules.")),
    ):
        app.command(help=text)(guarded(command))
    app.command(name="app", help=_("Open the planner's desk in a browser."))(guarded(desk))
    return app


def main(args: list[str] | None = None) -> None:
    """Run the command line; ends the process with an exit code."""
    speak_utf8()
    arguments = language_first(sys.argv[1:] if args is None else args)
    if arguments[:1] == ["--lang"] and arguments[1] in LANGUAGES:
        set_language(arguments[1])
    sys.exit(run_app(make_app(), arguments))
