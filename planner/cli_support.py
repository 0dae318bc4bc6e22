"""What every command shares: exit codes, refusals in words or JSON, progress lines, the interrupt key."""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ParamSpec

import typer

from planner.errors import ExportError, InputProblems, PlannerError, UsageError
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from models.siting.solve import Progress

P = ParamSpec("P")
PROGRESS_EVERY_S = 1.0


class ExitCode(IntEnum):
    """What the command's exit code says; published, so numbers never change their meaning."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    INVALID_INPUT = 3
    INFEASIBLE = 4
    TIME_LIMIT = 5
    AC_VIOLATION = 6
    TIME_LIMIT_NO_PLAN = 7
    INTERRUPTED = 130


def exit_code_meanings() -> dict[int, str]:
    """Return every exit code with its meaning in the language in use."""
    return {
        ExitCode.OK: _("done; for `solve` and `demo`: there is a plan, and its security is printed first"),
        ExitCode.INTERNAL: _("internal error, a file that cannot be written, or a plan that failed its audit"),
        ExitCode.USAGE: _("the command line cannot be understood"),
        ExitCode.INVALID_INPUT: _("the region or the scenario holds problems; all of them are listed"),
        ExitCode.INFEASIBLE: _("no plan satisfies all limits; what conflicts is listed"),
        ExitCode.TIME_LIMIT: _("the time limit ended the solve; there is a plan, with its gap"),
        ExitCode.AC_VIOLATION: _("the AC check found violations (`check`, `contingency`), or the plan is not secure "
                                 "(`solve --require-secure`)"),
        ExitCode.TIME_LIMIT_NO_PLAN: _("the time limit ended the solve before there was a plan"),
        ExitCode.INTERRUPTED: _("interrupted; a plan found before is shown with its gap"),
    }  # fmt: skip


def plan_exit_code(plan: Mapping[str, Any], *, require_secure: bool) -> ExitCode:
    """Return the exit code that a plan deserves; what makes it unusable comes before what makes it incomplete."""
    status = plan["status"]
    if plan["audit"]["status"] == "failed":
        return ExitCode.INTERNAL
    if status == "infeasible":
        return ExitCode.INFEASIBLE
    if status == "interrupted":
        return ExitCode.INTERRUPTED
    if status == "no_plan":
        return ExitCode.TIME_LIMIT_NO_PLAN
    if require_secure and plan["security"] != "secure":
        return ExitCode.AC_VIOLATION
    return ExitCode.TIME_LIMIT if status == "time_limit" else ExitCode.OK


def refusal(error: PlannerError) -> dict[str, Any]:
    """Return a refusal as plain data: its kind, the sentence, and for input every problem with its place."""
    problems = [asdict(problem) for problem in error.problems] if isinstance(error, InputProblems) else []
    return {"error": {"kind": type(error).__name__, "message": str(error), "problems": problems}}


def refusal_exit_code(error: PlannerError) -> ExitCode:
    """Return the exit code of a refusal."""
    if isinstance(error, InputProblems):
        return ExitCode.INVALID_INPUT
    return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.INTERNAL


def guarded(command: Callable[P, ExitCode]) -> Callable[P, None]:
    """Turn the command's return value, refusals and the interrupt key into exit codes."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except PlannerError as error:
            if kwargs.get("json_output"):
                print_json(refusal(error))
            typer.echo(str(error), err=True)
            code = refusal_exit_code(error)
        except OSError as error:
            refused = ExportError(_("A file cannot be read or written: {why}").format(why=error))
            if kwargs.get("json_output"):
                print_json(refusal(refused))
            typer.echo(str(refused), err=True)
            code = ExitCode.INTERNAL
        except KeyboardInterrupt:
            typer.echo(_("Interrupted."), err=True)
            code = ExitCode.INTERRUPTED
        raise typer.Exit(int(code))

    return run


def check_writable(folder: Path) -> None:
    """Raise `ExportError` where the folder for the exports could not be made or written to; nothing is left behind."""
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise ExportError(_("Nothing can be written to {folder}: {why}").format(folder=folder, why=error)) from error


def print_json(value: object) -> None:
    """Print plain data; a number that is not finite is refused."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def say_where(out: Path) -> None:
    """Print where the exports are."""
    typer.echo(_("Files are in {folder}: open map.html in a browser, plan.gpkg in QGIS, plan.xlsx in a spreadsheet.").format(
        folder=out
    ))  # fmt: skip


def progress_line(progress: Progress) -> str:
    """Return one line about a running solve: elapsed time, best plan, bound, gap."""

    def shown(value: float | None, form: str) -> str:
        return "–" if value is None else format(value, form)

    return _("{elapsed:7.1f} s   best plan {incumbent}   bound {bound}   gap {gap}").format(
        elapsed=progress.elapsed_s,
        incumbent=shown(progress.incumbent, ".6g"),
        bound=shown(progress.bound, ".6g"),
        gap=shown(progress.gap, ".2%"),
    )


def progress_printer() -> Callable[[Progress], None]:
    """Return a callback that writes at most one progress line a second to the error stream."""
    last_s = -PROGRESS_EVERY_S

    def show(progress: Progress) -> None:
        nonlocal last_s
        if progress.elapsed_s - last_s >= PROGRESS_EVERY_S:
            last_s = progress.elapsed_s
            typer.echo(progress_line(progress), err=True)

    return show


def round_printer() -> Callable[[Mapping[str, Any]], None]:
    """Return a callback that writes what each AC check of the loop found to the error stream."""

    def show(row: Mapping[str, Any]) -> None:
        n = int(row["n_counted"])
        found = _("nothing outside its limits because of the plan") if not n else _(
            "{n} situations outside their limits because of the plan"
        ).format(n=n)  # fmt: skip
        learned = sum(int(row[k]) for k in ("n_cuts_dc", "n_cuts_ac", "n_cuts_no_good"))
        text = _("AC check {round}: {found} (limits learned before it: {learned}).")
        typer.echo(text.format(round=row["round"], found=found, learned=learned), err=True)

    return show


@contextmanager
def interrupt_key() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether Ctrl-C was pressed: once ends the solve, twice ends the program."""
    pressed = False

    def first(_number: int, _frame: object) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        typer.echo(_("Stopping with the best plan so far; press again to leave at once."), err=True)

    before = signal.signal(signal.SIGINT, first)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


def language_first(args: list[str]) -> list[str]:
    """Return the arguments with `--lang` moved to the front, where it may stand anywhere; PLANNER_LANG is the default."""
    chosen = [os.environ["PLANNER_LANG"]] if os.environ.get("PLANNER_LANG") else []
    rest: list[str] = []
    waiting = iter(args)
    for arg in waiting:
        if arg == "--":
            rest += [arg, *waiting]
        elif arg == "--lang":
            chosen += [next(waiting, "")]
        elif arg.startswith("--lang="):
            chosen += [arg.removeprefix("--lang=")]
        else:
            rest.append(arg)
    return ["--lang", chosen[-1], *rest] if chosen else rest


def speak_utf8() -> None:
    """Let both streams carry Chinese wherever the terminal stands."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
