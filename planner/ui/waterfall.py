"""A waterfall: how one total becomes another, step by step. Rows come from `planner.compare_limits`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from planner.i18n import gettext as _

MORE, LESS, TOTAL = "#D55E00", "#0072B2", "#666666"  # of Okabe and Ito; the sign stands on every bar too
BAR_PX, AROUND_PX = 30, 120  # a bar; legend, axis and its title
TEXT_PX = 60  # right of a bar


def waterfall(rows: Sequence[Mapping[str, Any]], *, unit: str) -> alt.LayerChart:
    """Return horizontal steps from the first total to the last; rows {label, start, end, text, kind}, numbers in `unit`."""
    names = {"more": _("costs more"), "less": _("costs less"), "total": _("total")}
    values = [{**row, "direction": names[str(row["kind"])]} for row in rows]
    order = [row["label"] for row in values]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False)),
        tooltip=[alt.Tooltip("label:N", title=_("Cost")), alt.Tooltip("text:N", title=unit)],
    )
    colours = alt.Scale(domain=[names["more"], names["less"], names["total"]], range=[MORE, LESS, TOTAL])
    scale = alt.Scale(zero=False, padding=TEXT_PX)
    bars = base.mark_bar(clip=True).encode(
        x=alt.X("start:Q", scale=scale, title=unit),
        x2=alt.X2("end:Q"),
        color=alt.Color("direction:N", scale=colours, title=None, legend=alt.Legend(orient="top")),
    )
    texts = base.mark_text(align="left", dx=6).encode(x=alt.X("top:Q", scale=scale), text="text:N")
    return alt.LayerChart(layer=[bars, texts], height=BAR_PX * len(values) + AROUND_PX)
