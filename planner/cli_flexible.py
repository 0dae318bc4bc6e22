"""The command `planner flexible`: how many MW each substation can be given when some hours or energy may be curtailed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli_support import ExitCode, check_writable, print_json
from planner.errors import UsageError
from planner.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd


def flexible(
    path: Annotated[Path, typer.Argument(exists=True, metavar="REGION", help=_("A region or a scenario."))],
    profile: Annotated[
        Path | None, typer.Option("--profile", help=_("Hourly load of the stations (CSV with hour and mw)."))
    ] = None,
    shape: Annotated[
        Path | None, typer.Option("--shape", help=_("Hourly shape of the new load (CSV); flat without it."))
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", help=_("Planning year; the first argument is then a scenario."))
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help=_("Write all rows to this file."))] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of text."))] = False,
) -> ExitCode:
    """Show firm and flexible headroom of every substation."""
    from planner.cli_views import is_scenario
    from planner.profile_file import read_profile
    from planner.profiles import flexible_headroom
    from planner.read import read_region
    from planner.region_edits import region_for
    from planner.scenario import load_scenario

    scenario = load_scenario(path) if is_scenario(path) else None
    region = read_region(scenario.region if scenario else path.parent if path.name == "region.yaml" else path)
    region = region_for(region, scenario) if scenario else region
    if region.is_area:
        raise UsageError(_("The areas of {region} have grid access of their own; no substations are modelled.").format(
            region=region.id
        ))  # fmt: skip
    found = flexible_headroom(
        region,
        scenario=scenario,
        year=year,
        profile=None if profile is None else read_profile(profile),
        shape=None if shape is None else read_profile(shape),
    )
    if csv is not None:
        from planner.export.atomic import write_text

        check_writable(csv.parent)
        write_text(csv, "\ufeff" + found.to_csv(index=False))
    if json_output:
        print_json({"region": region.id, "rows": found.to_dict("records")})
        return ExitCode.OK
    typer.echo(text(found, names=dict(zip(region["substations"]["substation"], _names(region), strict=True))))
    return ExitCode.OK


def _names(region: Any) -> list[str]:
    from planner.i18n import language

    own = region["substations"]["name_zh" if language() == "zh" else "name_en"]
    return [str(n) for n in own.fillna(region["substations"]["substation"])]


def text(found: pd.DataFrame, *, names: dict[str, str]) -> str:
    """Return the table in words: one line per substation, firm first, then by share of hours."""
    import io

    from rich.console import Console
    from rich.text import Text

    from planner.export.printed import new_table
    from planner.report import terminal_width

    shares = sorted(found["share"].unique())
    by_hours = found[found["by"] == "hours"].pivot_table(index="substation", columns="share", values="headroom_mw")
    lost = found[(found["by"] == "hours") & (found["share"] == shares[-1])].set_index("substation")["curtailed_mwh"]
    lost_title = _("MWh cut a year at {share}").format(share=f"{shares[-1]:.2%}")
    table = new_table([_("substation"), _("firm"), *(f"{share:.2%}" for share in shares[1:]), lost_title])
    for station, row in by_hours.sort_values(shares[-1], ascending=False, kind="stable").iterrows():
        table.add_row(names[str(station)], *(f"{row[share]:,.1f}" for share in shares), f"{lost[station]:,.0f}")
    console = Console(file=io.StringIO(), width=terminal_width(), no_color=True, highlight=False)
    head = _("Firm and flexible headroom in MW of each substation alone (linear, no load flow stands behind it).")
    foot = (
        _("Shares are of the hours of a year in which the new load is cut off in part or in whole."),
        _("By share of energy: --json or --csv. Values of several substations do not add up."),
    )
    with console.capture() as capture:
        for line in (head, *_profiles(found)):
            console.print(Text(line))
        console.print(table)
        for line in foot:
            console.print(Text(line))
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def _profiles(found: pd.DataFrame) -> list[str]:
    from planner.profiles import SYNTHETIC

    n = int((found.drop_duplicates("substation")["profile"] == SYNTHETIC).sum())
    return [] if not n else [
        _("The hourly load of {n} substations is synthetic (a stated rule); give one with --profile.").format(n=n)
    ]  # fmt: skip
