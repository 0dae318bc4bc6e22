"""What stands beside the map: security, headline figures, sites, bottlenecks, grid findings, legend; plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.export.extent import crs_label
from planner.export.facts import (
    PlanDict,
    bottlenecks,
    counts_against,
    has_plan,
    in_year,
    last_year,
    local_name,
    main_cooling,
    sites_by_size,
    total_in_year,
    worst_outages,
    years_of,
)
from planner.export.grid_words import element_name, outage_name, when
from planner.export.hub_facts import has_hubs, totals
from planner.export.hub_words import map_note, unserved_line
from planner.export.limit_words import (
    bottleneck_title,
    bottleneck_when,
    conflict_lines,
    used_text,
    worth_text,
)
from planner.export.map_marks import voltage_levels
from planner.export.map_panel_areas import area_panel
from planner.export.map_panel_grid import security_panel
from planner.export.marks import marks_sentence
from planner.export.palette import (
    CANDIDATE_COLOURS,
    FEED_COLOURS,
    HEADROOM_COLOURS,
    OTHER_COLOUR,
    PIPE_COLOUR,
    PLANT_COLOUR,
    STOCK_COLOUR,
    TECHNOLOGY_COLOURS,
    headroom_bounds,
)
from planner.export.sentences import (
    elsewhere_lines,
    limiting_lines,
    names_of,
    outage_counts_text,
    outage_text,
    status_sentence,
    synthetic_label,
    verdict_and_end,
)
from planner.export.styles import headroom_label
from planner.export.words import (
    amount,
    number,
    objective_name,
    short_technology_name,
    station_name,
    technology_name,
)
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

N_LIMITS = 10
N_OUTAGES = 5
Panel = dict[str, Any]


def panel(plan: PlanDict, region: Region, *, lang: str) -> Panel:
    """Return everything the page says in words and figures."""
    level, sentence = verdict_and_end(plan)
    if not has_plan(plan):
        level, sentence = "insecure", status_sentence(plan)
    names = names_of(plan, region, lang=lang)
    missing, outside = elsewhere_lines(plan, names, lang=lang)
    if has_hubs(plan):
        missing = [text for text in [unserved_line(plan)] if text]
    return {
        "lang": "zh-CN" if lang == "zh" else "en",
        "title": _("Data-centre siting plan: {scenario}").format(scenario=local_name(plan, lang)),
        "region": local_name(plan.get("region") or {}, lang),
        "has_plan": has_plan(plan),
        "level": level,
        "sign": {"secure": "✔", "insecure": "✖", "not_checked": "?"}[level],
        "security": sentence,
        "limiting": limiting_lines(plan, names) if has_plan(plan) else [],
        "synthetic": synthetic_label(plan),
        "status": status_sentence(plan),
        "aim": _("Aim: {aim}.").format(aim=objective_name(str((plan.get("objective") or {}).get("name")))),
        "years": years_of(plan),
        "last_year": last_year(plan),
        "headline": headline_rows(plan),
        "sites": site_rows(plan, lang=lang),
        "limits": limit_rows(plan, region, lang=lang),
        "missing": missing,
        "outside": outside,
        "conflict": conflict_lines(plan, names),
        "grid": grid_rows(plan, names),
        "safety": security_panel(plan, names, lang=lang),
        "legend": legend(plan),
        "areas": area_panel(plan, region, names, lang=lang),
        "has": {name: bool(len(region[name])) for name in ("substations", "reclaimed_plants", "stock")},
        "foot": foot_lines(plan, region),
        "words": {**fixed_words(), **station_words(region)},
    }


def headline_rows(plan: PlanDict) -> list[list[str]]:
    """Return one row per year: open sites, IT MW, facility MW, million CNY, green share, water."""
    sites = plan.get("sites") or []
    energy = {row["year"]: row for row in plan.get("energy") or []}
    water = {row["year"]: row for row in plan.get("water_totals") or []}
    rows = []
    for year in years_of(plan):
        cost = sum(row.get("cny_per_year") or 0.0 for row in plan.get("ledger") or [] if row["year"] == year)
        share = energy.get(year, {}).get("green_share")
        new_m3 = totals(plan, year)["water_m3"] if has_hubs(plan) else water.get(year, {}).get("new_m3")
        rows.append(
            [
                str(year),
                str(sum(in_year(site.get("it_mw"), year) > 0 for site in sites)),
                number(total_in_year(sites, "it_mw", year), 0),
                number(total_in_year(sites, "facility_mw", year), 0),
                number(cost / 1e6, 0),
                number(None if share is None else 100 * share, 0),
                number(None if new_m3 is None else new_m3 / 1e6, 2),
            ]
        )
    return rows


def site_rows(plan: PlanDict, *, lang: str) -> list[dict[str, str]]:
    """Return the sites of the last year, largest first."""
    year = last_year(plan)
    return [
        {
            "name": local_name(site, lang),
            "uncertain": "?" if site.get("is_position_uncertain") else "",
            "it_mw": number(in_year(site.get("it_mw"), year), 0),
            "colour": TECHNOLOGY_COLOURS.get(main_cooling(site), OTHER_COLOUR),
            "cooling": "; ".join(f"{short_technology_name(c['technology'])} {c['it_mw']:.0f}" for c in site["cooling"]),
            "feeds": "; ".join(f"{station_name(local_name(f, lang))} {f['km']:.1f} km" for f in site["feeds"]),
            "water": "; ".join(f"{local_name(w, lang)} {w['km']:.1f} km" for w in site["water"]) or "–",
        }
        for site in sites_by_size(plan)
    ]


def limit_rows(plan: PlanDict, region: Region, *, lang: str) -> list[dict[str, str]]:
    """Return what binds, most valuable first."""
    names = names_of(plan, region, lang=lang)
    groups, _n_worthless = bottlenecks(plan)
    return [
        {
            "what": bottleneck_title(rows, names),
            "where": bottleneck_when(rows),
            "used": used_text(rows[0]),
            "share": f"{100 * min(1.0, abs((rows[0].get('used') or 0) / rows[0]['limit'])):.0f}"
            if rows[0].get("limit")
            else "100",
            "worth": worth_text(rows[0], plan) or "–",
        }
        for rows in groups[:N_LIMITS]
    ]


def grid_rows(plan: PlanDict, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the counts and the worst outages of the grid check; no rows when it was not checked."""
    if (plan.get("grid") or {}).get("status") != "checked":
        return {"counts": "", "rows": []}
    counts = outage_counts_text(plan)
    rows = []
    for row in worst_outages(plan, N_OUTAGES):
        worst = row.get("worst") or {}
        found = (
            f"{element_name(worst.get('element'), names)} {amount(worst.get('value'))} {worst.get('unit') or ''}"
            if worst
            else ""
        )
        if row.get("unsupplied_mw"):
            found = _("{mw:.1f} MW without supply").format(mw=row["unsupplied_mw"])
        rows.append(
            {
                "element": outage_name(row["element"], row.get("kind"), names),
                "year": when(row),
                "status": outage_text(row),
                "is_bad": counts_against(row),
                "found": found,
            }
        )
    return {"counts": counts, "rows": rows}


def legend(plan: PlanDict) -> dict[str, Any]:
    """Return what the colours and marks mean; only technologies that the plan uses."""
    used = {part["technology"] for site in plan.get("sites") or [] for part in site.get("cooling") or []}
    technologies = [(technology_name(t), c) for t, c in TECHNOLOGY_COLOURS.items() if t in used]
    kv = sorted({f.get("voltage_kv") or 0.0 for s in plan.get("sites") or [] for f in s.get("feeds") or []})
    bounds = zip(headroom_bounds(), HEADROOM_COLOURS, strict=True)
    return {
        "technologies": technologies,
        "feeds": [(_("{kv:g} kV feed").format(kv=value), FEED_COLOURS.get(value, OTHER_COLOUR)) for value in kv],
        "headroom": [(headroom_label(lower, upper), colour) for (lower, upper), colour in bounds],
        "pipe": PIPE_COLOUR,
        "plant": PLANT_COLOUR,
        "stock": STOCK_COLOUR,
        "candidate": CANDIDATE_COLOURS["candidate"],
        "excluded": CANDIDATE_COLOURS["excluded"],
    }


def foot_lines(plan: PlanDict, region: Region) -> list[str]:
    """Return date of the data, sources, reference system and fingerprint."""
    titles = [str(source.get("title") or source.get("id")) for source in region.meta.get("sources") or []]
    lines = [
        _("Data as of {year}; planning years {years}.").format(
            year=region.base_year, years=", ".join(str(year) for year in years_of(plan))
        ),
        _("Drawn in {crs}. District cells are approximate, not administrative boundaries; feeds and pipes are straight "
          "lines, not routes.").format(crs=crs_label(region.projected_crs)),
        _("? Position of a feeding station or plant less precise than half the length of the feed."),
    ]  # fmt: skip
    if has_hubs(plan):
        lines[1:] = [
            _("Drawn in {crs}; lines are straight, not routes.").format(crs=crs_label(region.projected_crs)),
            map_note(plan),
        ]
    marks = marks_sentence(region)
    if marks:
        lines.append(marks)
    if titles:
        lines.append(_("Sources: {titles}.").format(titles="; ".join(titles)))
    fingerprint = (plan.get("record") or {}).get("fingerprint")
    if fingerprint:
        lines.append(_("Fingerprint of the inputs: {fingerprint}").format(fingerprint=str(fingerprint)[:16]))
    return lines


def station_words(region: Region) -> dict[str, str]:
    """Return what squares and circles stand for: the highest voltage of the substations, and the others."""
    levels = [f"{kv:g}" for kv in voltage_levels(region["substations"])]
    if len(levels) < 2:  # noqa: PLR2004 (squares and circles)
        return {"names": _("Names of stations"), "square": _("circle = {kv} kV").format(kv=", ".join(levels) or "–")}
    return {
        "names": _("Names of {kv} kV stations").format(kv=levels[-1]),
        "square": _("square = {kv} kV, circle = {others} kV").format(kv=levels[-1], others=", ".join(levels[:-1])),
    }


def fixed_words() -> dict[str, str]:
    """Return the labels of the page."""
    return {
        "layers": _("Layers"),
        "legend": _("Legend"),
        "year": _("Year"),
        "whole": _("Whole region"),
        "zoom_plan": _("Zoom to the plan"),
        "sites": _("Sites"),
        "site_size": _("Sites: size and number = IT load (MW), colour = main cooling"),
        "substations": _("Substations"),
        "substation_size": _("Substations: size and colour = headroom left (MVA)"),
        "feeds": _("Feeds"),
        "pipes": _("Water pipes"),
        "plants": _("Reclaimed-water plants"),
        "stock": _("Existing centres"),
        "candidates": _("Candidate cells"),
        "excluded": _("Excluded cells"),
        "districts": _("Districts"),
        "headline": _("The plan in figures"),
        "h_year": _("Year"),
        "h_sites": _("Sites"),
        "h_it": _("New IT load (MW)"),
        "h_facility": _("Facility load (MW)"),
        "h_cost": _("Cost (million CNY/year)"),
        "h_green": _("Green share (%)"),
        "h_water": _("New water (million m³)"),
        "where": _("Where, how cooled, fed and watered"),
        "in_year": _("in {year}"),
        "conflict": _("Why there is no plan"),
        "binds": _("What binds (power and water first, most valuable first)"),
        "nothing_binds": _("No limit binds."),
        "one_more": _("Worth at this siting"),
        "fed": _("Fed from"),
        "watered": _("Watered from"),
        "elsewhere": _("Not served here"),
        "all_served": _("All demand is served."),
        "grid": _("Grid check: worst outages"),
        "name": _("Site"),
        "name_mw": _("IT MW"),
        "hint": _("Point at a mark for its figures; turn the wheel to zoom."),
        "no_script": _("The map needs JavaScript; the tables do not."),
    }
