"""Charts of a plan: stacked bars by year, water of a plant by month. Rows come from `planner.plan_series`.

Colours are those of Okabe and Ito (readable with colour blindness), in an order that also differs in lightness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from planner.i18n import gettext as _
from planner.plan_series import Series

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8C564B", "#999999")
LOAD_COLOURS = ("#0072B2", "#999999", "#E69F00", "#D55E00")  # new, existing, outside, not served
ENERGY_COLOURS = ("#009E73", "#F0E442", "#999999")  # green power, certificates, other
USED, FULL, LIMIT = "#56B4E9", "#D55E00", "#111111"
HEIGHT_PX = 320
LABEL_PX = 320
Row = Mapping[str, Any]


def stacked(series: Series, *, part: str, title: str, colours: Sequence[str] = COLOURS) -> alt.LayerChart:
    """Return bars by year, stacked by `part` (its column), with the total above each; `title` names the parts."""
    base = alt.Chart(alt.InlineData(values=series.rows)).encode(
        x=alt.X("year:O", title=_("Planning year")).axis(labelAngle=0)
    )
    scale = alt.Scale(domain=series.parts, range=list(colours[: len(series.parts)]))
    bars = base.mark_bar().encode(
        y=alt.Y("amount:Q", title=series.unit),
        color=alt.Color(f"{part}:N", title=title, scale=scale, sort=series.parts).legend(labelLimit=LABEL_PX),
        order=alt.Order("order:Q"),
        tooltip=[
            alt.Tooltip("year:O", title=_("Planning year")),
            alt.Tooltip(f"{part}:N", title=title),
            alt.Tooltip("amount:Q", title=series.unit, format=",.4~g"),
        ],
    )
    totals = (
        alt.Chart(alt.InlineData(values=series.totals))
        .mark_text(dy=-8, fontWeight="bold")
        .encode(x=alt.X("year:O"), y=alt.Y("top:Q"), text=alt.Text("text:N"))
    )
    return alt.LayerChart(layer=[bars, totals], height=HEIGHT_PX)


def ledger(series: Series) -> alt.LayerChart:
    """Return costs by year, stacked by term."""
    return stacked(series, part="term", title=_("Cost"))


def load(series: Series) -> alt.LayerChart:
    """Return IT load by year, stacked by where it is served."""
    return stacked(series, part="part", title=_("Where it is served"), colours=LOAD_COLOURS)


def energy(series: Series, required: Sequence[Row]) -> alt.LayerChart:
    """Return electricity by year, stacked by origin, with a line where the required green power ends."""
    ticks = (
        alt.Chart(alt.InlineData(values=[dict(row) for row in required]))
        .mark_tick(color=LIMIT, thickness=3, width={"band": 0.9})
        .encode(
            x=alt.X("year:O"),
            y=alt.Y("amount:Q"),
            tooltip=[
                alt.Tooltip("year:O", title=_("Planning year")),
                alt.Tooltip("amount:Q", title=_("Required green power (GWh a year)"), format=",.0f"),
                alt.Tooltip("share:Q", title=_("Required green share (%)"), format=",.0f"),
            ],
        )
    )
    bars = stacked(series, part="part", title=_("Origin of the power"), colours=ENERGY_COLOURS)
    return alt.LayerChart(layer=[bars, ticks], height=HEIGHT_PX)


def by_hub(rows: Sequence[Row], *, value: str, title: str, parts: Sequence[str], colours: Sequence[str]) -> alt.Chart:
    """Return one indicator over the years as lines: the hubs (`parts`) in their colours, the whole in black."""
    known = [dict(row) for row in rows if row.get(value) is not None]
    others = [name for name in dict.fromkeys(row["hub"] for row in known) if name not in parts]
    scale = alt.Scale(domain=[*parts, *others], range=[*colours, *([LIMIT] * len(others))])
    return (
        alt.Chart(alt.InlineData(values=known), height=HEIGHT_PX)
        .mark_line(point=True)
        .encode(
            x=alt.X("year:O", title=_("Planning year")).axis(labelAngle=0),
            y=alt.Y(f"{value}:Q", title=title).scale(zero=False),
            color=alt.Color("hub:N", title=_("Hub"), scale=scale, sort=[*parts, *others]).legend(labelLimit=LABEL_PX),
            tooltip=[
                alt.Tooltip("year:O", title=_("Planning year")),
                alt.Tooltip("hub:N", title=_("Hub")),
                alt.Tooltip(f"{value}:Q", title=title, format=".3f"),
            ],
        )
    )


def monthly_water(series: Series) -> alt.LayerChart:
    """Return the peak day of each month as bars, full months in another colour, and the supply as a line."""
    base = alt.Chart(alt.InlineData(values=series.rows)).encode(x=alt.X("month:O", title=_("Month")).axis(labelAngle=0))
    tooltip = [
        alt.Tooltip("month:O", title=_("Month")),
        alt.Tooltip("used:Q", title=_("Used (m³/day)"), format=",.0f"),
        alt.Tooltip("limit:Q", title=_("Limit (m³/day)"), format=",.0f"),
    ]
    bars = base.mark_bar().encode(
        y=alt.Y("used:Q", title=series.unit),
        color=alt.condition("datum.is_full", alt.value(FULL), alt.value(USED)),
        tooltip=tooltip,
    )
    supply = base.mark_tick(color=LIMIT, thickness=3, width={"band": 0.9}).encode(y=alt.Y("limit:Q"), tooltip=tooltip)
    return alt.LayerChart(layer=[bars, supply], height=HEIGHT_PX)
