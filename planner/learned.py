"""What the AC check taught: rows over stations of the siting model, with the element and outage they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.grid_cases import AS_IS

if TYPE_CHECKING:
    from models.grid.cuts import Cut
    from planner.secure import Checked, GridCases, YearCase

MARGIN_PERCENT, MARGIN_PU = 0.03, 3e-5  # a row stays that far inside the limit, twice as far each time it comes again
MAX_DOUBLINGS = 8
SMALL = 1e-4  # coefficients below this share of the largest are left out
MAX_CUTS = 60


@dataclass(frozen=True)
class Learned:
    """sum of coef * load of station [MVA] (and terms of single sites) <= upper, in one planning year."""

    id: str
    kind: str  # dc | ac | no_good
    year: int
    situation: str
    element: str
    element_kind: str
    outage: str | None
    outage_kind: str | None
    quantity: str
    unit: str
    limit: float
    terms: tuple[tuple[str, float], ...]
    upper: float
    site_terms: tuple[Mapping[str, Any], ...] = ()
    states: tuple[Mapping[str, str], ...] = ()
    feeds: tuple[Mapping[str, str], ...] = ()

    @property
    def id_of_row(self) -> tuple[Any, ...]:
        """What the row is about, whatever its number."""
        return (self.kind, self.year, self.situation, self.element, self.outage, self.quantity, self.upper)

    def to_dict(self, *, is_binding: bool) -> dict[str, Any]:
        """Return the plan's `loop.cuts` row."""
        return {
            "id": self.id, "kind": self.kind, "year": self.year, "situation": self.situation, "element": self.element,
            "element_kind": self.element_kind, "outage": self.outage, "outage_kind": self.outage_kind,
            "quantity": self.quantity, "unit": self.unit, "limit": self.limit,
            "terms": [{"substation": s, "coef": c} for s, c in self.terms], "upper": self.upper,
            "site_terms": [dict(t) for t in self.site_terms], "states": [dict(s) for s in self.states],
            "feeds": [dict(f) for f in self.feeds], "is_binding": is_binding,
        }  # fmt: skip


def read_back(rows: Sequence[Mapping[str, Any]]) -> list[Learned]:
    """Return the rows of a plan's `loop.cuts`, named anew as those of a reference: they go into another plan's model."""
    out = []
    for number, row in enumerate(rows, start=1):
        own = {k: v for k, v in row.items() if k != "is_binding"}
        own |= {k: tuple(row[k]) for k in ("site_terms", "states", "feeds")}
        terms = tuple((t["substation"], float(t["coef"])) for t in row["terms"])
        out.append(Learned(**{**own, "id": f"ref-{row['kind']}-{number}", "terms": terms}))
    return out


def learn_ac(cases: GridCases, checked: Checked, *, number: int, repeats: dict[tuple[Any, ...], int]) -> list[Learned]:
    """Return rows for what counts against the plan, in every year with the same network."""
    from models.grid.cuts import cuts_of

    out: list[Learned] = []
    for case, rows in checked.failed:
        for cut in cuts_of(case.engine, cases.rules, rows, tangent=cases.tangent, most=MAX_CUTS):
            about = (case.key, cut.element, cut.case.element, cut.quantity)
            repeats[about] = repeats.get(about, -1) + 1
            margin = min(_margin(cut) * 2.0 ** min(repeats[about], MAX_DOUBLINGS), cut.room / 2.0)
            for year in _years_alike(cases, case, cut):
                name = f"{cut.kind}-{number}-{len(out) + 1}"
                out.append(_learned(cases, case, cut, name=name, year=year, margin=margin))
    return out


def _margin(cut: Cut) -> float:
    return {"%": MARGIN_PERCENT, "pu": MARGIN_PU, "MW": 0.0}[cut.unit]


def _years_alike(cases: GridCases, case: YearCase, cut: Cut) -> list[int]:
    """Return the planning years in which the network is the same; what holds for one site's feeds holds in its year."""
    if cut.case.kind == "feed":
        return [case.year]
    alike = [y for y in cases.scenario.years if cases.key(y, case.situation, case.states) == case.key]
    return alike or [case.year]


def _learned(cases: GridCases, case: YearCase, cut: Cut, *, name: str, year: int, margin: float) -> Learned:
    per_mva = cases.scenario.power.power_factor * cases.scenario.network.situations[case.situation].plan_factor
    coef = station_coefs(cases, case, np.asarray(cut.coef) * per_mva)
    feed = case.feeds.get(cut.case.element or "") if cut.case.kind == "feed" else None
    site_terms: tuple[Mapping[str, Any], ...] = ()
    feeds: tuple[Mapping[str, str], ...] = ()
    if feed is not None:
        kept, lost = coef.get(feed.kept, 0.0), coef.get(feed.lost, 0.0)
        site_terms = (
            {"site": feed.site, "substation": feed.kept, "coef_feed": 0.0, "coef_class_a": kept / 2.0},
            {"site": feed.site, "substation": feed.lost, "coef_feed": -lost, "coef_class_a": lost / 2.0},
        )
        feeds = tuple({"site": feed.site, "substation": s} for s in (feed.kept, feed.lost))
    return Learned(
        id=name, kind=cut.kind, year=year, situation=case.situation, element=cut.element,
        element_kind=cut.element_kind, outage=cut.case.element, outage_kind=cut.case.kind, quantity=cut.quantity,
        unit=cut.unit, limit=cut.limit, terms=tuple(sorted(coef.items())), upper=cut.upper - margin,
        site_terms=site_terms, feeds=feeds, states=_conditions(cases, case),
    )  # fmt: skip


def station_coefs(cases: GridCases, case: YearCase, per_mva: Any) -> dict[str, float]:
    """Return the coefficient of every station that has a bus, without those that are next to nothing."""
    stations = cases.region["substations"]
    position = {bus: i for i, bus in enumerate(case.engine.buses["bus"])}
    known = stations[stations["bus"].isin(position.keys())]
    coef = np.asarray(per_mva, float)[[position[b] for b in known["bus"]]]
    most = float(np.abs(coef).max(initial=0.0))
    keep = np.abs(coef) > SMALL * most
    return dict(zip(known["substation"].to_numpy()[keep].tolist(), coef[keep].tolist(), strict=True))


def _conditions(cases: GridCases, case: YearCase) -> tuple[Mapping[str, str], ...]:
    """Return the state of every node that may be reinforced: the row was learned for it."""
    if not cases.scenario.power.expansion.is_allowed:
        return ()
    nodes = sorted(set(cases.region["reinforcements"]["node"]))
    return tuple({"node": n, "state": case.states.get(n, AS_IS)} for n in nodes)


def learn_dc(cases: GridCases, rows: Sequence[YearCase], *, number: int) -> list[Learned]:
    """Return rows of the linear flow that the plan breaks, in N-0 and N-1, the most violated ones."""
    from models.grid.dc import LinearFlow

    out: list[Learned] = []
    flows: dict[tuple[Any, ...], LinearFlow] = {}
    for case in rows:
        if case.engine.bridge is None:
            continue  # no solution without the plan: the AC check says so
        if case.key not in flows:
            outages = [r.outage for r in case.rows if r.outage is not None]
            flows[case.key] = LinearFlow(case.engine, cases.rules, outages)
        for row in flows[case.key].violated(case.rows[0].p_mw, case.rows[0].q_mvar):
            per_mva = cases.scenario.power.power_factor * cases.scenario.network.situations[case.situation].plan_factor
            coef = station_coefs(cases, case, row.coef * per_mva)
            out.append(
                Learned(
                    id=f"dc-{number}-{len(out) + 1}", kind="dc", year=case.year, situation=case.situation,
                    element=row.element, element_kind=row.element_kind,
                    outage=row.outage.element if row.outage else None,
                    outage_kind=row.outage.kind if row.outage else None, quantity="loading", unit="%",
                    limit=row.limit, terms=tuple(sorted(coef.items())), upper=row.upper,
                    states=_conditions(cases, case),
                )
            )  # fmt: skip
    return out
