"""Published totals of computing beside the table of compute units: deviations are findings, nothing is fitted.

    published PFLOPS per MW IT = PFLOPS / (standard racks x 2.5 kW)            where racks are published
                               = PFLOPS / (TWh x 1e6 / 8760 / PUE)             where only electricity is (mean IT power)

The table's own row for servers without accelerators stands beside it. One generation cannot explain totals that differ by a
factor of 35 per rack: accelerators hold some 50 times the computing of the same power in processors, and published racks
count what is built, not what is filled. The note says which share of the power on accelerators would explain the figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from planner.compute_units import bundled_table, compute_units
from planner.i18n import gettext as _
from planner.i18n import language
from planner.units import HOURS_PER_YEAR, KW_PER_MW, MWH_PER_TWH

GENERAL, ACCELERATED = "cpu_server", "h100"
HUGE = 2.0  # a figure more than this factor away is not one generation with the table's row
Row = dict[str, Any]


def _row(quantity: str, unit: str, fact: str, *, model: float, published: float, note: str) -> Row:
    return {
        "quantity": quantity,
        "unit": unit,
        "fact": fact,
        "model": model,
        "published": published,
        "deviation": model / published - 1.0,
        "note": note,
    }


def _facts(entry: Mapping[str, Any], *keys: str) -> str:
    return ", ".join(str(entry[key]) for key in keys if entry.get(key))


def _mean_mw(entry: Mapping[str, Any]) -> float:
    """Return the mean IT power [MW] behind a year's electricity."""
    return float(entry["twh"]) * MWH_PER_TWH / HOURS_PER_YEAR / float(entry["pue"])


def _explained(density: float, general: float, accelerated: float) -> str:
    """Return what would make the published density: accelerators beside servers, or racks that are not filled."""
    if density > general:
        share = (density - general) / (accelerated - general)
        note = _("{share:.1%} of this power on accelerators of the H100 class would explain it")
        note = note.format(share=share)
    else:
        note = _("racks not filled, or older servers: {share:.0%} of what the table's servers give")
        note = note.format(share=density / general)
    if not 1.0 / HUGE <= density / general <= HUGE:
        note += "; " + _("more than a factor of two: not one generation, do not convert one into the other")
    return note


def _place(entry: Mapping[str, Any], general: float, accelerated: float) -> Iterator[Row]:
    """Return the rows of one published total: computing per MW, and its parts where they are published."""
    table = bundled_table()
    name = str(entry["place_zh"] if language() == "zh" else entry["place"])
    pflops, per_mw = float(entry["pflops"]), "PFLOPS/MW IT"
    if entry.get("racks"):
        mw = float(entry["racks"]) * float(table["standard_rack_kw"]) / KW_PER_MW
        basis = _("{mw:,.0f} MW of racks at 2.5 kW").format(mw=mw)
        fact = _facts(entry, "fact", "racks_fact")
    else:
        mw = _mean_mw(entry)
        basis = _("{mw:,.0f} MW mean IT power from the electricity used").format(mw=mw)
        fact = _facts(entry, "fact", "twh_fact")
    yield _row(
        _("Computing per MW: {place} {year}").format(place=name, year=entry["year"]), per_mw, fact, model=general,
        published=pflops / mw, note=f"{basis}; {_explained(pflops / mw, general, accelerated)}",
    )  # fmt: skip
    if entry.get("ai_pflops"):
        accelerators = float(entry["ai_pflops"])
        own = accelerators / accelerated
        rest = (pflops - accelerators) / (mw - own)
        yield _row(
            _("Computing per MW without accelerators: {place} {year}").format(place=name, year=entry["year"]), per_mw,
            _facts(entry, "fact", "ai_fact", "racks_fact"), model=general, published=rest,
            note=_("accelerators of the H100 class would draw {mw:,.0f} MW for their {pflops:,.0f} PFLOPS").format(
                mw=own, pflops=accelerators
            ) + "; " + _explained(rest, general, accelerated),
        )  # fmt: skip


def compute_findings() -> list[Row]:
    """Return quantity, unit, fact, model, published, deviation (model over published, less 1), note."""
    table, chips = bundled_table(), compute_units()["pflops_per_mw_it"]
    general, accelerated = float(chips[GENERAL]), float(chips[ACCELERATED])
    rows = [row for entry in table["published"] for row in _place(entry, general, accelerated)]
    for entry in table["published"]:
        if entry.get("racks") and entry.get("twh"):
            kw, load = float(table["standard_rack_kw"]), float(table["general_load_factor"])
            rows.append(
                _row(
                    _("Mean IT power of a standard rack: {place} {year}").format(
                        place=entry["place_zh"] if language() == "zh" else entry["place"], year=entry["year"]
                    ),
                    "kW",
                    _facts(entry, "racks_fact", "twh_fact"),
                    model=kw * load,
                    published=_mean_mw(entry) * KW_PER_MW / float(entry["racks"]),
                    note=_("{kw:g} kW per rack and a load factor of {load:g} (assumed)").format(kw=kw, load=load),
                )
            )
    return rows
