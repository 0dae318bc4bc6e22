"""The printed map of a plan of areas: flows, sites in the colour of their hub, hub names, and their legend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from planner.export.facts import PlanDict, in_year, last_year, sites_by_size, years_of
from planner.export.hub_facts import green_share, hub_names, hub_palette, hub_row, totals
from planner.export.hub_words import percent, ratio
from planner.export.palette import FLOW_COLOUR, LIGHT_HUB_COLOURS, OTHER_COLOUR
from planner.export.words import number
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.export.png_legend import Panel
    from planner.export.png_marks import Canvas

LEAST, MOST = 26.0, 420.0  # points², a site's disc
THIN, THICK = 0.3, 3.2  # points, a flow


def draw_areas(axes: Axes, layers: Mapping[str, gpd.GeoDataFrame], plan: PlanDict, canvas: Canvas) -> None:
    """Draw flows, sites with their number in the list, and the names of the hubs (layers in metres)."""
    _flows(axes, layers["flows"])
    _sites(axes, layers["sites"], plan, canvas)
    names = hub_names(plan, canvas.lang)
    for hub, place in zip(layers["hubs"]["hub"], layers["hubs"].geometry, strict=True):
        canvas.write(axes, place.x, place.y, names[str(hub)] + "\n\n", size=5.6, weight="bold", color="#222222",
                     ha="center", va="bottom", halo="#FCFBF7", zorder=8)  # fmt: skip


def _flows(axes: Axes, layer: gpd.GeoDataFrame) -> None:
    rows = layer[layer["it_mw"] > 0] if len(layer) else layer
    if not len(rows):
        return
    mw = rows["it_mw"].to_numpy(float)
    widths = THIN + (THICK - THIN) * mw / mw.max()
    paths = [np.asarray(line.coords) for line in rows.geometry]
    axes.add_collection(
        LineCollection(paths, colors=FLOW_COLOUR, linewidths=widths.tolist(), alpha=0.4, zorder=4), autolim=False
    )


def _sites(axes: Axes, layer: gpd.GeoDataFrame, plan: PlanDict, canvas: Canvas) -> None:
    place = dict(zip(layer["site"].astype(str), layer.geometry, strict=True))
    year, colours = last_year(plan), hub_palette(plan)
    sites = sites_by_size(plan)
    largest = max((in_year(site.get("it_mw"), year) for site in sites), default=1.0)
    for rank, site in enumerate(sites, start=1):
        at, colour = place[str(site["id"])], colours.get(str(site.get("hub")), OTHER_COLOUR)
        size = LEAST + (MOST - LEAST) * in_year(site.get("it_mw"), year) / max(largest, 1e-9)
        axes.scatter([at.x], [at.y], s=size, c=colour, edgecolors="black", linewidths=0.6, alpha=0.95, zorder=6 + rank / 1e3)  # fmt: skip
        ink = "black" if colour in LIGHT_HUB_COLOURS else "white"
        canvas.write(axes, at.x, at.y, str(rank), size=4.8, weight="bold", color=ink, ha="center", va="center_baseline",
                     zorder=6.0005 + rank / 1e3)  # fmt: skip


def draw_hub_keys(panel: Panel, plan: PlanDict) -> None:
    """Write the legend: hubs with load, PUE and green share of the last year, and what lines are."""
    year, names, colours = last_year(plan), hub_names(plan, panel.canvas.lang), hub_palette(plan)
    panel.head(_("Sites: size = IT load (MW), colour = hub"))
    panel.head(_("Hubs in {year}: IT load, PUE, green share").format(year=year))
    for hub, colour in colours.items():
        row = hub_row(plan, hub, year or 0)
        if (row.get("it_mw") or 0.0) > 0:
            figures = f"{number(row['it_mw'], 0)} MW, {ratio(row.get('pue'))}, {percent(green_share(row))} %"
            panel.key(f"{names[hub]}: {figures}", marker="o", color=colour)
    for at in years_of(plan)[-1:]:
        whole: dict[str, Any] = totals(plan, at)
        figures = f"{number(whole['it_mw'], 0)} MW, {ratio(whole['pue'])}, {percent(whole['green_share'])} %"
        panel.key(f"{_('All hubs')}: {figures}", marker="o", color="white")
    panel.key(_("Who serves whom (width = MW)"), color=FLOW_COLOUR)
