"""The page `docs/calibration.md`: every figure of the documents beside what is computed, with its deviation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from planner.bundled import ROOT
from planner.calibrate import calibrate as compute
from planner.calibrate import calibrate_region, calibration_text, contradiction, unit_name
from planner.calibrate_national import national_rows
from planner.compute_findings import compute_findings
from planner.i18n import gettext as _
from planner.i18n import use_language
from planner.read import read_region
from planner.region import Region

Row = Mapping[str, Any]


def found_in(region: Region) -> dict[str, Any]:
    """Return the comparisons of a region as plain data: those of a city, or those of a nation's areas."""
    return {"national": national_rows(region), "compute": compute_findings()} if region.is_area else compute(region)


def found_text(found: Mapping[str, Any]) -> str:
    """Return the comparisons of `found_in` as text for a terminal."""
    if "national" not in found:
        return calibration_text(dict(found))
    lines = [_("Computed against published")]
    lines += [f"  {_line(row)}" for row in found["national"]]
    lines += ["", _("Published totals of computing beside the table of compute units (findings, nothing is fitted)")]
    lines += [f"  {_line({'kind': 'finding', 'basis': row['note'], **row})}" for row in found["compute"]]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    unit = f" {unit_name(row['unit'])}".rstrip()
    if row["model"] is None:
        return _("{name}: not computed, {basis}").format(name=row["quantity"], basis=row["basis"])
    text = _("{name}: {model} against {published}{unit} ({deviation:+.1%}, {kind}; {fact}): {basis}")
    return text.format(
        name=row["quantity"], model=_number(row["model"]), published=_number(row["published"]), unit=unit,
        deviation=row["deviation"], kind=kind_name(row["kind"]), fact=row["fact"], basis=row["basis"],
    )  # fmt: skip


def kind_name(kind: str) -> str:
    """Return what a comparison is worth, in the language in use."""
    return {"check": _("check"), "fit": _("fit"), "input": _("input"), "open": _("open"), "finding": _("finding")}[kind]


def _number(value: float) -> str:
    digits = 0 if abs(value) >= 1000 else 3  # noqa: PLR2004
    return f"{value:,.{digits}f}"


def _table(rows: Iterable[Row]) -> list[str]:
    lines = [
        "| Figure | Fact | Published | Computed | Deviation | Kind | What went in |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        model = "" if row["model"] is None else _number(row["model"])
        deviation = "" if row["deviation"] is None else f"{row['deviation']:+.1%}"
        unit = f" {unit_name(row['unit'])}".rstrip()
        lines.append(
            f"| {row['quantity']} | {row['fact']} | {_number(row['published'])}{unit} | {model} | {deviation} | "
            f"{row['kind']} | {row['basis']} |"
        )
    return lines


def page(city: Region, nation: Region) -> str:
    """Return the page in English: one table for the city, one for the nation, one for computing."""
    with use_language("en"):
        stock = [
            {**row, "kind": "input" if row["quantity"] == "it_energy" else "check",
             "basis": _("see below") if row["note"] == contradiction() else row["note"],
             "deviation": row["deviation_share"], "quantity": row["quantity"].replace("_", " ")}
            for row in calibrate_region(city).to_dict("records")
        ]  # fmt: skip
        totals = [{"kind": "finding", "basis": row["note"], **row} for row in compute_findings()]
        return "\n".join(
            [
                "# Calibration: the documents' figures beside the computed ones",
                "",
                "Made by `planner calibrate --page docs/calibration.md`. Nothing is tuned to these figures, except where the",
                "kind says so. Facts are numbered as in the documents' fact table.",
                "",
                "- **check**: computed from inputs other than the published figure.",
                "- **fit**: parameters were fitted to it; the row below it, fitted to the other figures only, is the check.",
                "- **input**: the region takes the figure over, so it confirms nothing.",
                "- **finding**: a published total beside a table of the planner; it says how far one may be turned into the other.",
                "- **open**: it cannot be computed from what there is.",
                "",
                f"## {nation.name['en']}",
                "",
                *_table(national_rows(nation)),
                "",
                "The computed PUE lies below every published mean: the physics knows no old or badly run halls, and monthly normals",
                "know no heat waves. Energy and water of existing centres are on the low side by about as much.",
                "",
                f"## {city.name['en']}: existing centres",
                "",
                *_table(stock),
                "",
                contradiction(),
                "",
                "## Computing power",
                "",
                *_table(totals),
                "",
            ]
        )


def write_page(path: Path) -> Path:
    """Write the page of the two bundled regions."""
    city, nation = (read_region(ROOT / name) for name in ("beijing", "east_west"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(city, nation), encoding="utf-8")
    return path
