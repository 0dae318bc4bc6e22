"""Sentences about a plan: is it secure, how did the solve end, what does a limit mean, what is served elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from planner.export.facts import (
    PlanDict,
    Row,
    counts_against,
    is_synthetic,
    last_year,
    local_name,
    worst_outages,
)
from planner.export.grid_words import beside, element_name, limiting_sentence, out_text, when
from planner.export.loop_words import cut_names, has_failed, loop_sentence
from planner.export.words import (
    amount,
    in_a_row,
    outage_status_name,
    workload_name,
)
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

CLASS = "workload "  # before a workload's id among the names
DISTRICT = "district/"  # districts and plants may share an id
N_PLACES = 3  # districts named in a sentence


def status_sentence(plan: PlanDict) -> str:
    """Return how the solve ended."""
    status = str(plan.get("status"))
    if status == "infeasible":
        return _("No plan: the limits contradict each other.")
    if status == "no_plan":
        return _("No plan: the time limit came before the first plan.")
    gap = plan.get("gap")
    found = {
        "optimal": _("Best plan within the required gap."),
        "time_limit": _("Stopped at the time limit with a plan in hand."),
        "interrupted": _("Interrupted with a plan in hand."),
    }.get(status, status)
    return found if gap is None else found + " " + _("Proven gap: {gap:.2f} %.").format(gap=100.0 * gap)


def security_verdict(plan: PlanDict) -> tuple[str, str]:
    """Return (level, sentence): level is secure, insecure or not_checked; never "secure" without a finished check.

    A plan that claims to be secure while its own outages, base case or audit say otherwise is shown as insecure.
    """
    grid = plan.get("grid") or {}
    if (plan.get("audit") or {}).get("status") == "failed":
        return "insecure", _("NOT A VALID PLAN: the audit failed.")
    if plan.get("security") == "not_checked" or grid.get("status") != "checked":
        reason = _(str(grid.get("reason") or "no AC network"))
        return "not_checked", _("Grid: NOT CHECKED ({reason}).").format(reason=reason)
    checked = [*(grid.get("outages") or []), *(grid.get("base") or [])]
    n_bad = sum(counts_against(row) for row in checked)
    loop = loop_sentence(plan)
    if plan.get("security") != "secure" or n_bad or not checked or has_failed(plan):
        return "insecure", in_a_row(_insecure_sentence(n_bad, len(checked)), loop)
    n_outages = len(grid.get("outages") or [])
    n_before = sum(row.get("status") != "ok" for row in checked)
    text = _("Secure: base case and all {n} outages keep their limits (AC, N-0 and N-1).")
    if n_before:
        text = _(
            "Secure: in none of {n} outages is the grid worse than without the plan (AC); {m} situations were outside "
            "their limits before."
        )
    return "secure", in_a_row(text.format(n=n_outages, m=n_before), loop)


def verdict_and_end(plan: PlanDict) -> tuple[str, str]:
    """Return the verdict, before it how the solve ended where it ended early: a wide gap must not hide behind "secure"."""
    level, sentence = security_verdict(plan)
    return level, sentence if plan.get("status") == "optimal" else in_a_row(status_sentence(plan), sentence)


def _insecure_sentence(n_bad: int, n_checked: int) -> str:
    if not n_bad:
        return _("INSECURE: the AC check did not confirm the plan.")
    return _("INSECURE: {n} of {checked} checked situations break a limit or lose supply.").format(
        n=n_bad, checked=n_checked
    )


def synthetic_label(plan: PlanDict) -> str | None:
    """Return the warning that the network is constructed, None for a real one."""
    if not is_synthetic(plan):
        return None
    return _("SYNTHETIC GRID: the network is constructed, not the real one; findings are an example.")


def names_of(plan: PlanDict, region: Region | None, *, lang: str) -> dict[str, str]:
    """Return the display name of every id that a limit or an outage may mention."""
    names: dict[str, str] = {}
    tables = {"substations": "substation", "zones": "zone", "reclaimed_plants": "plant", "districts": "district"}
    tables |= {"stock": "stock", "resources": "resource", "outside_sites": "outside"}
    tables |= {"heat_sinks": "heat_sink", "markets": "market", "hubs": "hub"}
    for table, key in tables.items():
        frame = region.tables.get(table, pd.DataFrame()) if region is not None else pd.DataFrame()
        for row in frame.drop(columns="geometry", errors="ignore").to_dict("records"):
            shown = local_name({**{str(k): v for k, v in row.items()}, "id": row[key]}, lang)
            if table == "districts":  # a plant may bear the district's name as its id
                names[DISTRICT + str(row[key])] = shown
                names.setdefault(str(row[key]), shown)
            else:
                names[str(row[key])] = shown
    if region is not None:
        names |= _bus_names(region, names)
    for key in ("market", "hub"):
        names |= {str(row[key]): local_name({**row, "id": row[key]}, lang) for row in plan.get(f"{key}s") or []}
    for site in plan.get("sites") or []:
        names[str(site["id"])] = local_name(site, lang)
        names |= {str(feed["substation"]): local_name(feed, lang) for feed in site.get("feeds") or []}
        names |= {str(water["plant"]): local_name(water, lang) for water in site.get("water") or []}
    for row in plan.get("stock") or []:
        names[str(row["id"])] = local_name(row, lang)
    for workload, row in ((plan.get("scenario") or {}).get("workloads") or {}).items():
        names[CLASS + workload] = local_name(row, lang)
    return names | cut_names(plan, names)


def _bus_names(region: Region, names: Mapping[str, str]) -> dict[str, str]:
    """Return the station's name for each bus that feeds one station alone."""
    stations = region["substations"]
    if "bus" not in stations:
        return {}
    known = stations[stations["bus"].notna()].drop_duplicates("bus", keep=False)
    pairs = zip(known["bus"].astype(str), known["substation"].astype(str), strict=True)
    return {bus: names[station] for bus, station in pairs if bus not in names}


def class_name(workload: str, names: Mapping[str, str]) -> str:
    """Return the scenario's name of a class of demand, else the general one."""
    return names.get(CLASS + workload) or workload_name(workload)


def outage_text(row: Row) -> str:
    """Return what an outage led to, and whether it was so without the plan."""
    text = outage_status_name(str(row.get("status")))
    if row.get("status") != "ok" and not counts_against(row):
        return _("{result} (also without the plan)").format(result=text)
    return text


def outage_counts_text(plan: PlanDict) -> str:
    """Return how many outages led to what."""
    counts = Counter(outage_text(row) for row in (plan.get("grid") or {}).get("outages") or [])
    return ", ".join(f"{text} {n}" for text, n in sorted(counts.items()))


def _by_year_and_class(rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        if row["it_mw"] > 0:
            groups.setdefault((int(row["year"]), str(row["workload"])), []).append(row)
    return [sorted(groups[key], key=lambda row: (-row["it_mw"], row["district"])) for key in sorted(groups)]


def _little(mw: float) -> str:
    """Return MW with one decimal, or with what it takes to see that they are not nothing."""
    return f"{mw:.1f}" if mw >= 0.1 else f"{mw:.1g}"  # noqa: PLR2004 - one decimal shows it from here on


def _missing_line(rows: Sequence[Row], names: Mapping[str, str]) -> str:
    """Return one sentence for one year and class, the districts that miss most in brackets."""
    places = [
        f"{names.get(DISTRICT + str(row['district']), row['district'])} {_little(row['it_mw'])}"
        for row in rows[:N_PLACES]
    ]
    return _("Not served in {year}: {mw} MW of {workload} ({places})").format(
        year=rows[0]["year"],
        mw=_little(sum(row["it_mw"] for row in rows)),
        workload=class_name(str(rows[0]["workload"]), names),
        places=", ".join([*places, "…"] if len(rows) > N_PLACES else places),
    )


def elsewhere_lines(plan: PlanDict, names: Mapping[str, str], *, lang: str) -> tuple[list[str], list[str]]:
    """Return what is not served in any year and what comes from outside the region in the last one, as sentences."""
    missing = [_missing_line(rows, names) for rows in _by_year_and_class(plan.get("unserved") or [])]
    year = last_year(plan)
    outside = [
        _("From outside the region: {mw:.1f} MW of {workload} from {name}, {year}").format(
            mw=row["it_mw"], workload=class_name(row["workload"], names), name=local_name(row, lang), year=row["year"]
        )
        for row in plan.get("outside") or []
        if row["it_mw"] > 0 and row["year"] == year
    ]
    return missing, outside


def limiting_lines(plan: PlanDict, names: Mapping[str, str], n: int = 3) -> list[str]:
    """Return the worst situations that count against the plan, then the element that limits it, with its rule."""
    base = [{**row, "element": ""} for row in (plan.get("grid") or {}).get("base") or [] if counts_against(row)]
    bad = base + [row for row in worst_outages(plan, n + 1) if counts_against(row)]
    lines = [_limiting_line(row, names) for row in bad[:n]] + (["…"] if len(bad) > n else [])
    limiting = limiting_sentence(plan, names)
    return [*lines, *([limiting] if limiting else [])]


def _limiting_line(row: Row, names: Mapping[str, str]) -> str:
    worst = row.get("worst") or {}
    out = out_text(row.get("element"), row.get("kind"), names)
    if row.get("status") == "not_converged":
        found = _("no solution of the power flow")
    elif row.get("unsupplied_mw"):
        found = _("{mw:.1f} MW without supply").format(mw=row["unsupplied_mw"])
    else:
        found = _("{element} at {value} {unit}, limit {limit} {unit}").format(
            element=element_name(worst.get("element"), names), value=beside(worst.get("value"), worst.get("limit")),
            unit=worst.get("unit") or "",
            limit=amount(worst.get("limit")),
        )  # fmt: skip
    return _("{year}, {out}: {found}").format(year=when(row), out=out, found=found)
