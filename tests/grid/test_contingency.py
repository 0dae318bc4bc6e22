"""`planner contingency`: every outage is one row, nothing is lost, and every rule is printed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.grid.network import build_net
from models.grid.rules import GridRules, VoltageBand
from planner import cli, contingency_source
from planner.cli_support import ExitCode
from planner.contingency import STATUSES, contingency, worst_first
from planner.contingency_file import read_outages
from planner.contingency_text import contingency_text, csv_text
from planner.errors import GridError, InputProblems, UsageError
from planner.grid_source import GridSource
from planner.i18n import use_language

Tables = dict[str, pd.DataFrame]
MakeTables = Callable[..., Tables]
DEFAULT = ("line", "trafo", "trafo3w")


def source_of(net: Any, **rules: Any) -> GridSource:
    bands = tuple(VoltageBand(float(kv), 0.95, 1.05, 0.9, 1.1) for kv in sorted(set(net.bus["vn_kv"])))
    return GridSource(
        name="tiny", grid=net, rules=GridRules(bands, **rules), label={"en": "Tiny", "zh": "小电网"}, is_synthetic=True,
        power_factor=0.98, crs=None, positions=pd.DataFrame(), assumed=("Power factor 0.98.",),
    )  # fmt: skip


def ring(tiny: MakeTables, loads: list[tuple[str, float]] | None = None) -> Any:
    """A, B and C in a ring of single circuits, D on one circuit from C; 1 kA each."""
    lines = [(a + b, a, b, 1, 6.0, 1.0) for a, b in ("AB", "BC", "AC", "CD")]
    return build_net(tiny(lines, loads or [("B", 30.0), ("C", 20.0), ("D", 10.0)]))


def rows_by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["element"]: row for row in found["outages"]}


def test_every_outage_is_one_row_and_no_number_is_lost(tiny: MakeTables) -> None:
    found = contingency(source_of(ring(tiny)), kinds=DEFAULT)

    assert list(rows_by_name(found)) == ["AB", "BC", "AC", "CD"]
    assert sum(found["summary"]["n_by_status"].values()) == found["summary"]["n_outages"] == 4
    assert list(found["summary"]["n_by_status"]) == list(STATUSES)
    row = rows_by_name(found)["AB"]
    assert row["max_loading"]["element"] == "AC"  # carries everything
    assert row["max_loading"]["percent"] == pytest.approx(100 * 60.0 / (3**0.5 * 110.0), rel=0.01)
    assert row["min_voltage"]["bus"] == "B"
    assert row["max_voltage"] == {"bus": "A", "vm_pu": pytest.approx(1.0)}
    assert json.dumps(found, allow_nan=False)


def test_an_outage_that_cuts_off_load_says_how_much_and_where(tiny: MakeTables) -> None:
    found = contingency(source_of(ring(tiny)), kinds=DEFAULT)

    row = rows_by_name(found)["CD"]
    assert (row["status"], row["unsupplied_mw"], row["unsupplied_buses"]) == ("islands", 10.0, ["D"])
    assert found["security"] == "insecure"
    assert "10: D" in contingency_text(found, width=132)


def test_an_outage_without_a_solution_is_not_converged_and_not_secure(tiny: MakeTables) -> None:
    # One lossless circuit of 24.2 ohm carries at most 250 MW at unity power factor, two carry 500.
    net = build_net(tiny([("L", "A", "B", 2, 24.2, 100.0)], [("B", 300.0)]))

    found = contingency(source_of(net), kinds=DEFAULT)

    (row,) = found["outages"]
    assert found["base"]["status"] != "not_converged"
    assert (row["status"], row["max_loading"], row["min_voltage"]) == ("not_converged", None, None)
    assert found["security"] == "insecure"
    assert "not converged (not secure)" in contingency_text(found, width=132)


def test_a_network_without_solution_has_no_row_that_is_fine(tiny: MakeTables) -> None:
    net = build_net(tiny([("L", "A", "B", 2, 24.2, 100.0)], [("B", 600.0)]))

    found = contingency(source_of(net), kinds=DEFAULT)

    assert [found["base"]["status"], *(row["status"] for row in found["outages"])] == ["not_converged"] * 2
    assert found["security"] == "insecure"


@pytest.mark.parametrize("column", ["p_mw", "q_mvar"])
def test_a_load_that_is_no_number_is_never_secure(tiny: MakeTables, column: str) -> None:
    net = ring(tiny)
    net.load.loc[0, column] = np.nan

    found = contingency(source_of(net), kinds=DEFAULT)

    assert {found["base"]["status"], *(row["status"] for row in found["outages"])} == {"not_converged"}


def test_with_all_lines_open_all_load_is_lost(tiny: MakeTables) -> None:
    net = ring(tiny)
    net.line["in_service"] = False

    with pytest.raises(GridError, match="nothing in service"):
        contingency(source_of(net), kinds=DEFAULT)
    net.line.loc[3, "in_service"] = True  # only C-D, which nothing feeds
    found = contingency(source_of(net), kinds=DEFAULT)

    assert (found["base"]["status"], found["base"]["unsupplied_mw"]) == ("islands", 60.0)
    assert found["security"] == "insecure"


def test_an_overload_that_is_there_anyway_counts(tiny: MakeTables) -> None:
    net = build_net(tiny([("AB", "A", "B", 2, 6.0, 0.2)], [("B", 90.0)]))

    found = contingency(source_of(net), kinds=DEFAULT)

    assert (found["base"]["status"], found["security"]) == ("violated", "insecure")
    assert found["base"]["worst"]["element"] == "AB"
    assert found["rules"]["no_worsening"] is False


def test_all_kinds_are_solved_and_named(tiny: MakeTables) -> None:
    tables = tiny([("AB", "A", "B", 2, 6.0, 1.0), ("BC", "B", "C", 1, 6.0, 1.0)], [("B", 30.0), ("C", 5.0)])
    tables["generators"] = pd.DataFrame({"generator": ["G"], "bus": ["C"], "p_mw": [3.0], "q_mvar": [0.0]})

    found = contingency(source_of(build_net(tables)), kinds=("line", "double", "generator", "busbar"))

    named = [(row["kind"], row["element"], row["unsupplied_mw"]) for row in found["outages"]]
    assert named == [
        ("line", "AB", 0.0), ("line", "BC", 5.0), ("double", "AB + AB", 35.0), ("generator", "G", 0.0),
        ("busbar", "B", 35.0),
    ]  # fmt: skip


def test_the_worst_is_first(tiny: MakeTables) -> None:
    found = contingency(source_of(ring(tiny), emergency_factor={"line": 0.3}), kinds=DEFAULT)

    order = [row["status"] for row in worst_first(found["outages"])]
    assert order == sorted(order, key=STATUSES.index, reverse=True)
    assert worst_first(found["outages"])[1]["element"] == "AC"  # 60 MW on AB, at the lower voltage
    assert found["summary"]["worst"]["element"] == "CD"


@pytest.mark.parametrize("method", ["pandapower", "auto"])
def test_rules_and_method_are_printed_in_both_languages(tiny: MakeTables, method: str) -> None:
    found = contingency(source_of(ring(tiny)), kinds=DEFAULT, method=method)

    english = contingency_text(found, width=132)
    for said in ("NOT SECURE: 1 of 5", "The AC network is synthetic.", "110 kV 0.95-1.05 pu", "lines 100 %",
                 "no worsening", "(3 %)", "external sources", "Outages: line 4, transformer 0", "Assumed: Power factor 0.98.",
                 found["rules"]["method"]["engine"]):  # fmt: skip
        assert said in english.replace("\n", " "), said
    if method == "pandapower":
        assert found["rules"]["method"]["engine"].startswith("pandapower")
    with use_language("zh"):
        chinese = contingency_text(found, width=132)
    assert "不安全：5 种情形中有 1 种" in chinese
    assert "小电网" in chinese


def test_only_the_worst_rows_are_shown_when_asked(tiny: MakeTables) -> None:
    found = contingency(source_of(ring(tiny)), kinds=DEFAULT)

    assert "3 more outages are not shown." in contingency_text(found, width=132, n_rows=1)


def test_csv_holds_every_row_and_runs_nothing(tiny: MakeTables) -> None:
    net = ring(tiny)
    net.line.loc[0, "name"] = "=1+1"

    rows = list(csv.DictReader(io.StringIO(csv_text(contingency(source_of(net), kinds=DEFAULT)))))

    assert [row["element"] for row in rows] == ["", "'=1+1", "BC", "AC", "CD"]
    assert (rows[4]["status"], rows[4]["unsupplied_mw"], rows[4]["unsupplied_buses"]) == ("islands", "10.0", "D")
    assert float(rows[1]["max_loading_percent"]) > 30.0


@pytest.mark.parametrize(("kinds", "method"), [(("lines",), "auto"), ((), "auto"), (("line",), "fast")])
def test_unknown_words_are_refused(tiny: MakeTables, kinds: tuple[str, ...], method: str) -> None:
    with pytest.raises(UsageError, match="is none of"):
        contingency(source_of(ring(tiny)), kinds=kinds, method=method)


def test_a_list_of_outages_is_followed_in_its_order(tiny: MakeTables, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("element,kind\nAC,line\nAB + BC,\nB,busbar\n", encoding="utf-8")

    found = contingency(source_of(ring(tiny)), kinds=DEFAULT, outages_file=file)

    assert [(row["kind"], row["element"], row["unsupplied_mw"]) for row in found["outages"]] == [
        ("line", "AC", 0.0), ("double", "AB + BC", 30.0), ("busbar", "B", 30.0),
    ]  # fmt: skip
    assert found["rules"]["outage_kinds"] == ["busbar", "double", "line"]


def test_every_problem_of_a_list_is_told_at_once_with_its_row(tiny: MakeTables, tmp_path: Path) -> None:
    from models.grid.engine import Engine

    file = tmp_path / "names.csv"
    net = ring(tiny)
    net.bus.loc[1, "name"] = "AC"  # a busbar with the name of a line
    rows = ["XY,", "AC,", "AB,busbar", "AB + BC + CD,", "BC + BC,", "CD,", "CD,", "AB + Q,"]
    file.write_text("\n".join(["element,kind", *rows]), encoding="utf-8")

    with pytest.raises(InputProblems) as told:
        read_outages(Engine(net, is_fast=False), file)

    found = [(p.file, p.layer, p.row, p.column, p.code) for p in told.value.problems]
    assert found == [
        ("names.csv", "outages", 2, "element", "unknown_element"),
        ("names.csv", "outages", 3, "kind", "ambiguous"),
        ("names.csv", "outages", 4, "kind", "wrong_kind"),
        ("names.csv", "outages", 5, "element", "too_many"),
        ("names.csv", "outages", 6, "element", "repeated"),
        ("names.csv", "outages", 8, "element", "repeated"),
        ("names.csv", "outages", 9, "element", "unknown_element"),
    ]
    assert all(p.message and p.remedy for p in told.value.problems)


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "no_table"), ("name\nAB\n", "missing_column"), ("element\n", "no_rows"), ("\xff\xfe\x00", "undecodable")],
)
def test_a_file_that_is_no_list_is_refused(tiny: MakeTables, tmp_path: Path, content: str, code: str) -> None:
    file = tmp_path / "names.csv"
    file.write_bytes(content.encode("latin-1"))

    with pytest.raises(InputProblems) as told:
        contingency(source_of(ring(tiny)), kinds=DEFAULT, outages_file=file)

    assert [p.code for p in told.value.problems] == [code]


def planner(*args: object) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main([str(arg) for arg in args])
    return int(str(ended.value.code or 0))


def test_the_command_prints_json_writes_csv_and_ends_with_6_when_insecure(
    tiny: MakeTables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, Any] = {}

    def resolve(name: str, *, accept_ratings: bool) -> GridSource:
        asked.update(name=name, accept_ratings=accept_ratings)
        return source_of(ring(tiny))

    monkeypatch.setattr(contingency_source, "resolve", resolve)
    file = tmp_path / "rows.csv"

    code = planner("contingency", "some.json", "--json", "--csv", file, "--accept-ratings", "--kinds", "line, busbar")

    assert (code, asked) == (ExitCode.AC_VIOLATION, {"name": "some.json", "accept_ratings": True})
    found = json.loads(capsys.readouterr().out)
    assert [row["kind"] for row in found["outages"]] == ["line"] * 4 + ["busbar"] * 2
    assert file.read_bytes().startswith(b"\xef\xbb\xbfelement,")
    assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 8
    assert planner("contingency", "some.json", "--kinds", "double") == ExitCode.INTERNAL  # no two circuits side by side
    assert planner("contingency", "some.json", "--kinds", "lines") == ExitCode.USAGE
    assert planner("contingency", "some.json", "--situation", "night") == ExitCode.USAGE


def test_a_secure_network_ends_with_0(
    tiny: MakeTables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    net = build_net(tiny([("AB", "A", "B", 2, 6.0, 1.0)], [("B", 30.0)]))
    monkeypatch.setattr(contingency_source, "resolve", lambda _name, **_: source_of(net))

    assert planner("contingency", "some.json") == ExitCode.OK
    assert capsys.readouterr().out.startswith("Secure: base case and all 1 outages keep their limits")
