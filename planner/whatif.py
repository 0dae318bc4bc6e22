"""What-ifs from a stated reference: a changed scenario is answered from a finished plan of another one.

    reference = reference_of(Session(region, scenario), plan)
    result = plan_in(session, changed, reference=reference)

The reference gives three things: the rows that its AC check taught (facts of network, outage and year: they hold wherever
`network_key` is equal, else none is taken), the basis of its merged relaxation, and the sites of its plan. The answer is a
function of the changed scenario and the reference; it does not depend on what a session solved before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.siting.quick import Start, basis_of
from planner.errors import UsageError
from planner.i18n import gettext as _
from planner.learned import Learned, read_back
from planner.loop import OnRound, frames_of, secured
from planner.secure import network_key

if TYPE_CHECKING:
    from models.siting.solve import Progress
    from planner.plan import Plan
    from planner.session import Session


@dataclass(frozen=True)
class Reference:
    """A finished plan as the start of what-ifs: its key, its learned rows and where they hold, its basis and sites."""

    plan: Plan
    fingerprint: str  # of region and scenario
    network: str  # `network_key`
    screening: str  # sites have the same names where this is equal
    cuts: tuple[Learned, ...]
    start: Start


@dataclass(frozen=True)
class Listening:
    """Who is told what, and the time limit [s] of the whole answer."""

    time_limit_s: float
    progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None
    on_round: OnRound | None = None
    on_plan: Callable[[Plan], None] | None = None

    @property
    def is_stopped(self) -> bool:
        """Return whether the caller wants to stop."""
        return self.should_stop is not None and self.should_stop()


def reference_of(session: Session, plan: Plan) -> Reference:
    """Return the reference that a plan of the session's scenario makes; UsageError for a plan of another one, or none.

    Takes an assembly and one LP (seconds); nothing is decided anew.
    """
    key = session.fingerprint
    if not plan.has_plan or plan["record"]["fingerprint"] != key:
        raise UsageError(_("This plan is none of the loaded region and scenario: it cannot be their reference."))
    sites = frozenset(site["id"] for site in plan["sites"])
    cuts = tuple(read_back(plan["loop"]["cuts"])) if plan["loop"] is not None else ()
    basis = basis_of(session.with_rows(frames_of(cuts)), session.build) if session.is_staged else None
    network, screening = network_key(session.region, session.scenario), _places(session)
    return Reference(plan, key, network, screening, cuts, Start(basis, sites))


def can_answer(session: Session, reference: Reference) -> bool:
    """Return whether a quick plan from the reference is of use: small regions are solved at once, other ones are others."""
    return session.is_staged and reference.plan["region"]["id"] == session.region.id


def known_rows(session: Session, reference: Reference) -> list[Learned]:
    """Return the learned rows of the reference that hold for the session's scenario and name only what it has."""
    if reference.network != network_key(session.region, session.scenario):
        return []
    feeds = session.assembled.data["feeds"]
    there = (
        set(zip(feeds["site"], feeds["substation"], strict=True)) if reference.screening == _places(session) else set()
    )
    years = set(session.scenario.years)
    named = [(c, {(t["site"], t["substation"]) for t in (*c.site_terms, *c.feeds)}) for c in reference.cuts]
    return [c for c, places in named if c.year in years and places <= there]


def quick_plan(session: Session, reference: Reference, listening: Listening) -> tuple[Plan, list[Learned]]:
    """Return a quick plan, checked in AC where the region has a network, and the rows it keeps."""
    ears = listening
    rows = known_rows(session, reference)
    plan = session.quick(
        frames_of(rows),
        start=reference.start,
        progress=ears.progress,
        should_stop=ears.should_stop,
        time_limit_s=ears.time_limit_s,
    )
    return (checked(session, plan, ears, known=rows, is_quick=True) if plan.has_plan else plan), rows


def checked(session: Session, plan: Plan, ears: Listening, *, known: list[Learned], is_quick: bool) -> Plan:
    """Return the plan after the rounds of the loop; as it is where there is no network to check.

    After a stop the plan is told at once, as not checked: who stopped wants to see it now.
    """
    if ears.is_stopped and ears.on_plan is not None:
        ears.on_plan(plan)
    if session.region.grid is None or not session.scenario.network.is_on:
        return plan
    return secured(
        session,
        plan,
        progress=ears.progress,
        should_stop=ears.should_stop,
        time_limit_s=ears.time_limit_s,
        on_round=ears.on_round,
        known=known,
        is_quick=is_quick,
    )


def _places(session: Session) -> str:
    """Return what the names of candidate sites depend on."""
    sites = session.region["sites"]
    return repr((session.region.id, session.scenario.screening.cell_km, tuple(sites["site"]) if len(sites) else ()))


__all__ = ["Listening", "Reference", "can_answer", "checked", "known_rows", "quick_plan", "reference_of"]
