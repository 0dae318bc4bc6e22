"""Make a plan on the command line: progress and interrupt key, then exports and the printed plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from planner.cli_support import (
    ExitCode,
    check_writable,
    interrupt_key,
    plan_exit_code,
    print_json,
    progress_printer,
    round_printer,
    say_where,
)
from planner.cli_views import audit_text
from planner.export.manifest import export_all
from planner.i18n import language
from planner.pipeline import PlanResult, run
from planner.report import print_plan, terminal_width

if TYPE_CHECKING:
    from pathlib import Path

    from planner.scenario import Scenario


def make_plan(
    scenario: Scenario, out: Path | None, *, time_limit_s: float | None, require_secure: bool, json_output: bool
) -> ExitCode:
    """Run the scenario, show what came of it and return the exit code it deserves."""
    if out is not None:
        check_writable(out)  # a plan that took minutes must not be lost because it cannot be written
    with interrupt_key() as is_pressed:
        result = run(
            scenario,
            progress=progress_printer(),
            should_stop=is_pressed,
            time_limit_s=time_limit_s,
            on_round=round_printer(),
        )
    _show_result(result, out, json_output=json_output)
    return plan_exit_code(result.plan.data, require_secure=require_secure)


def _show_result(result: PlanResult, out: Path | None, *, json_output: bool) -> None:
    data = result.plan.data
    if data["audit"]["status"] == "failed":
        if json_output:
            print_json({"error": {"kind": "AuditError", "failures": data["audit"]["failures"]}})
        typer.echo(audit_text(data["audit"]), err=True)
        return
    if out is not None:
        export_all(data, result.region, out, candidates=result.candidates, lang=language())
    if json_output:
        print_json(data)
        return
    typer.echo(print_plan(data, lang=language(), region=result.region, width=terminal_width()), nl=False)
    if out is not None:
        say_where(out)
