"""The command line: languages, exit codes, refusals, and what goes to which stream."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from models.siting.solve import Progress
from planner import __version__, cli, cli_plan
from planner.cli_support import (
    ExitCode,
    exit_code_meanings,
    interrupt_key,
    language_first,
    plan_exit_code,
    progress_line,
    progress_printer,
)
from planner.errors import SolveError
from planner.pipeline import PlanResult
from planner.plan import Plan
from tests.export_sample import sample_candidates, sample_plan, sample_region

CASES = Path(__file__).parents[1] / "cases"
SCENARIO = Path(__file__).parents[2] / "gis_data" / "beijing" / "scenarios" / "reference.yaml"


def planner(*args: object) -> int:
    """Run the command in this process and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main([str(arg) for arg in args])
    return int(str(ended.value.code or 0))


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let `solve` answer with the sample plan; the test may change it before and sees the call after."""
    call: dict[str, Any] = {"plan": sample_plan()}

    def run(scenario: object, **kwargs: Any) -> PlanResult:
        kwargs["progress"](Progress(elapsed_s=1.0, incumbent=2.0e9, bound=1.9e9, gap=0.05))
        call.update(scenario=scenario, **kwargs)
        return PlanResult(Plan(call["plan"]), sample_region(), sample_candidates())

    monkeypatch.setattr(cli_plan, "run", run)
    return call


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert planner("--version") == ExitCode.OK
    assert capsys.readouterr().out.strip() == f"planner {__version__}"


@pytest.mark.parametrize("args", [["nonsense"], ["solve"], ["solve", "missing.yaml"], ["--lang", "fr", "init", "x"]])
def test_usage_errors_end_with_2(args: list[str]) -> None:
    assert planner(*args) == ExitCode.USAGE


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nonsense"], "There is no command nonsense."),
        (["nonsense", "--lang", "zh"], "没有命令 nonsense。"),
        (["solve"], "scenario is missing."),
        (["show", "no.json", "--lang", "zh"], "plan: no.json 不存在。"),
        (["show", str(CASES)], "is a folder; a file is needed."),
        (["solve", str(CASES)], "has no scenarios/reference.yaml. Give the scenario file."),
        (["demo", "--time-limit", "soon"], "--time-limit: a number is needed."),
        (["demo", "--bogus"], "There is no option --bogus."),
        (["init", "a", "b"], "b is too much."),
        (["--lang", "fr", "calibrate"], "--lang: fr is none of 'en', 'zh'."),
    ],
)
def test_a_wrong_command_line_is_explained(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert planner(*args) == ExitCode.USAGE

    shown = capsys.readouterr()
    assert said in shown.err
    assert not shown.out


def test_a_wrong_command_line_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert planner("solve", "--json") == ExitCode.USAGE
    assert json.loads(capsys.readouterr().out)["error"]["message"] == "scenario is missing."


def test_screen_takes_a_region_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert planner("screen", CASES / "small_region", "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["candidates"] > 0


@pytest.mark.parametrize("args", [["--lang", "zh", "--help"], ["--help", "--lang=zh"]])
def test_help_speaks_chinese_wherever_the_option_stands(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert planner(*args) == ExitCode.OK
    assert "生成方案" in capsys.readouterr().out


def test_the_language_option_is_moved_to_the_front(monkeypatch: pytest.MonkeyPatch) -> None:
    assert language_first(["show", "--lang", "zh", "p"]) == ["--lang", "zh", "show", "p"]
    assert language_first(["show", "--", "--lang"]) == ["show", "--", "--lang"]
    monkeypatch.setenv("PLANNER_LANG", "zh")
    assert language_first(["show"]) == ["--lang", "zh", "show"]
    assert language_first(["--lang", "en", "show"]) == ["--lang", "en", "show"]


def test_help_lists_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    planner("--help")

    text = capsys.readouterr().out
    assert set(exit_code_meanings()) == set(ExitCode)
    assert all(f" {int(code)}  " in text for code in ExitCode)


def test_a_faulty_region_ends_with_3_and_names_every_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert planner("validate", CASES / "faulty_region", "--json") == ExitCode.INVALID_INPUT

    shown = capsys.readouterr()
    problems = json.loads(shown.out)["error"]["problems"]
    assert len(problems) >= 12
    assert all(problem["message"] and problem["remedy"] for problem in problems)
    assert "12." in shown.err


def test_a_region_that_can_be_used_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert planner("validate", CASES / "small_region") == ExitCode.OK
    assert "can be used" in capsys.readouterr().out


def test_validate_reads_the_region_of_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert planner("validate", SCENARIO, "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["region"] == "beijing"


def test_a_scenario_with_an_unknown_key_ends_with_3(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(SCENARIO.read_text(encoding="utf-8") + "\nwatre: 1\n", encoding="utf-8")

    assert planner("solve", path) == ExitCode.INVALID_INPUT


@pytest.mark.parametrize("change", ["water.reach_km", "nothing.here=1", "water.reach_km=[", "solver=3"])
def test_a_change_that_makes_no_sense_is_refused(change: str, solved: dict[str, Any]) -> None:
    assert planner("solve", SCENARIO, "--set", change) in {ExitCode.USAGE, ExitCode.INVALID_INPUT}
    assert "scenario" not in solved


def test_init_writes_a_region_and_never_overwrites(tmp_path: Path) -> None:
    assert planner("init", tmp_path / "mine") == ExitCode.OK
    assert (tmp_path / "mine" / "region.yaml").is_file()
    assert planner("init", tmp_path / "mine") == ExitCode.USAGE


def test_solve_prints_security_first_and_progress_apart(
    solved: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = planner("solve", SCENARIO, "-o", tmp_path, "--set", "water.reach_km=9", "--time-limit", 7)

    shown = capsys.readouterr()
    assert code == ExitCode.OK
    assert "secure" in shown.out.splitlines()[0].lower()
    assert "best plan 2e+09" in shown.err
    assert "best plan" not in shown.out
    assert (tmp_path / "manifest.json").is_file()
    assert solved["scenario"].water.reach_km == 9
    assert solved["time_limit_s"] == 7


def test_json_on_stdout_is_the_plan(solved: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    planner("solve", SCENARIO, "--json")

    assert json.loads(capsys.readouterr().out) == solved["plan"]


def test_a_plan_that_fails_its_audit_is_not_shown(
    solved: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = {"check": "substation_headroom", "index": ["S1", 2030], "expected": "<= 100", "found": 120.0}
    solved["plan"]["audit"] = {"status": "failed", "n_checks": 10, "failures": [failure]}

    code = planner("solve", SCENARIO, "-o", tmp_path / "out")

    shown = capsys.readouterr()
    assert code == ExitCode.INTERNAL
    assert not shown.out
    assert "substation_headroom" in shown.err
    assert not (tmp_path / "out").exists()


def test_a_refusal_of_the_solver_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_scenario: object, **_kwargs: Any) -> PlanResult:
        raise SolveError("stopped")

    monkeypatch.setattr(cli_plan, "run", run)

    assert planner("solve", SCENARIO) == ExitCode.INTERNAL


@pytest.mark.parametrize(
    ("changes", "require_secure", "expected"),
    [
        ({"status": "optimal", "security": "secure"}, True, ExitCode.OK),
        ({"status": "optimal", "security": "insecure"}, False, ExitCode.OK),
        ({"status": "optimal", "security": "insecure"}, True, ExitCode.AC_VIOLATION),
        ({"status": "optimal", "security": "not_checked"}, True, ExitCode.AC_VIOLATION),
        ({"status": "time_limit"}, False, ExitCode.TIME_LIMIT),
        ({"status": "no_plan"}, False, ExitCode.TIME_LIMIT_NO_PLAN),
        ({"status": "infeasible"}, False, ExitCode.INFEASIBLE),
        ({"status": "interrupted"}, False, ExitCode.INTERRUPTED),
        ({"status": "optimal", "audit": {"status": "failed"}}, False, ExitCode.INTERNAL),
    ],
)
def test_the_exit_code_says_what_came_of_it(changes: dict[str, Any], require_secure: bool, expected: ExitCode) -> None:
    plan = {"security": "secure", "audit": {"status": "passed"}, **changes}

    assert plan_exit_code(plan, require_secure=require_secure) == expected


def test_show_prints_a_stored_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert planner("show", CASES / "sample_plan" / "plan.json", "--lang", "zh") == ExitCode.OK
    assert "方案" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["[1, 2]", "{", '{"schema_version": 99, "objective": {}}'])
def test_show_refuses_what_is_no_plan(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")

    assert planner("show", path) == ExitCode.USAGE


def test_export_refuses_a_region_the_plan_was_not_made_from(tmp_path: Path) -> None:
    plan = CASES / "sample_plan" / "plan.json"

    code = planner("export", plan, "-o", tmp_path / "out", "--region", CASES / "small_region")

    assert code == ExitCode.USAGE
    assert not (tmp_path / "out").exists()


def test_progress_is_written_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    show = progress_printer()

    for elapsed_s in (0.0, 0.2, 0.9, 1.1, 1.5):
        show(Progress(elapsed_s=elapsed_s, incumbent=None, bound=None, gap=None))

    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_progress_line_says_what_is_not_known_yet() -> None:
    line = progress_line(Progress(elapsed_s=2.0, incumbent=None, bound=5.0, gap=None))

    assert line.split() == ["2.0", "s", "best", "plan", "–", "bound", "5", "gap", "–"]


def test_the_first_interrupt_ends_the_solve_the_second_the_program() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupt_key() as is_pressed:
        assert not is_pressed()
        signal.raise_signal(signal.SIGINT)
        assert is_pressed()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) is before


def test_screen_writes_cells_with_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(CASES / "small_region", tmp_path / "region")
    path = tmp_path / "region" / "scenario.yaml"
    path.write_text(SCENARIO.read_text(encoding="utf-8").replace("region: ..", "region: ."), encoding="utf-8")

    code = planner("screen", path, "-o", tmp_path / "cells.gpkg", "--json")

    assert code == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["cells"] > 0
    assert (tmp_path / "cells.gpkg").is_file()


def test_a_folder_that_cannot_be_written_is_refused_before_solving(
    solved: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    assert planner("solve", SCENARIO, "-o", tmp_path / "file" / "out") == ExitCode.INTERNAL
    assert "scenario" not in solved  # nothing was solved
    assert "Nothing can be written" in capsys.readouterr().err
