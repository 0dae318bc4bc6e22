"""The command `planner flexible` on the bundled region."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from planner.bundled import DEMO_REGION
from planner.cli import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_more_curtailment_never_gives_less_and_the_table_says_synthetic(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = run("flexible", str(DEMO_REGION), "--csv", str(tmp_path / "out.csv"))

    shown = capsys.readouterr().out
    rows = pd.read_csv(tmp_path / "out.csv")
    assert code == 0
    assert "synthetic" in shown
    assert rows["substation"].nunique() == 144
    steps = rows[rows["by"] == "hours"].pivot_table(index="substation", columns="share", values="headroom_mw")
    assert (steps.diff(axis=1).iloc[:, 1:] >= -1e-9).to_numpy().all()
    assert (steps[0.01] > steps[0.0] + 1.0).any()


def test_a_given_profile_is_used(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    # one hour of full load in a year of half load: curtailing that hour frees half the peak
    load = pd.DataFrame({"hour": range(8760), "mw": [100.0] + [50.0] * 8759})
    load.to_csv(tmp_path / "load.csv", index=False)

    run("flexible", str(DEMO_REGION), "--profile", str(tmp_path / "load.csv"), "--json")

    rows = pd.DataFrame(json.loads(capsys.readouterr().out)["rows"])
    assert set(rows["profile"]) == {"given"}
    table = rows[(rows["by"] == "hours") & (rows["substation"].str.startswith("N220"))]
    wide = table.pivot_table(index="substation", columns="share", values="headroom_mw")
    assert (wide[0.001] > wide[0.0]).any()


def test_a_profile_with_holes_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text("hour,mw\n0,1\n1,\n", encoding="utf-8")

    assert run("flexible", str(DEMO_REGION), "--profile", str(tmp_path / "load.csv")) == 3
    assert "load.csv" in capsys.readouterr().err
