"""The map of a plan of areas: flows below, sites by IT load, coloured by hub or by green share, hubs by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource

from planner.export.facts import PlanDict, Row, in_year, local_name, years_of
from planner.export.hub_facts import has_hubs, hub_names, hub_palette, hub_row, market_names, site_share
from planner.export.hub_words import green_label
from planner.export.map_marks import FONT, Figure, add_card, shown, with_last_year
from planner.export.palette import (
    DARK_GREENS,
    FLOW_COLOUR,
    GREEN_COLOURS,
    LIGHT_HUB_COLOURS,
    OTHER_COLOUR,
    green_bounds,
    green_colour,
)
from planner.export.words import number
from planner.i18n import gettext as _

LEAST_PX, MOST_PX = 10.0, 46.0  # of a site
THIN_PX, THICK_PX = 0.8, 7.0  # of a flow


def site_px(it_mw: np.ndarray, largest: float) -> np.ndarray:
    """Return the size of sites: the area of the disc grows with the load, 0 for none."""
    grown = LEAST_PX + (MOST_PX - LEAST_PX) * np.sqrt(it_mw / max(largest, 1e-9))
    return np.where(it_mw > 0, grown, 0.0).round(2)


def hub_columns(plan: PlanDict, sites: list[Row], *, lang: str) -> dict[str, list[Any]]:
    """Return what a site of a hub is drawn with: colours by hub and by green share of each year, names, sizes."""
    if not has_hubs(plan):
        return {}
    colours, names, markets = hub_palette(plan), hub_names(plan, lang), market_names(plan, lang)
    own = [str(site.get("hub")) for site in sites]
    by_hub = [colours.get(hub, OTHER_COLOUR) for hub in own]
    data: dict[str, list[Any]] = {
        "hub": [names.get(hub, hub) for hub in own],
        "market": [markets.get(str(site.get("market")), shown(site.get("market"))) for site in sites],
        "mode_hub": by_hub,
        "ink_hub": ["#000000" if code in LIGHT_HUB_COLOURS else "#FFFFFF" for code in by_hub],
        "colour": by_hub,
    }
    data["ink"] = data["ink_hub"]
    years = years_of(plan)
    largest = max((in_year(site.get("it_mw"), year) for site in sites for year in years), default=0.0)
    for year in years:
        greens = [green_colour(site_share(plan, site, year)) for site in sites]
        data[f"mode_green_{year}"] = greens
        data[f"ink_green_{year}"] = ["#FFFFFF" if code in DARK_GREENS else "#000000" for code in greens]
        data[f"share_{year}"] = [_percent(site_share(plan, site, year)) for site in sites]
        it_mw = np.asarray([in_year(site.get("it_mw"), year) for site in sites], dtype=float)
        data[f"size_{year}"] = site_px(it_mw, largest).tolist()
        for key, column in (("pue", "pue"), ("rtt", "rtt_ms")):
            rows = [hub_row(plan, hub, year) for hub in own]
            data[f"{key}_{year}"] = [number(row.get(column), 2 if key == "pue" else 1) for row in rows]
    with_last_year(data, plan, ("mode_green", "ink_green", "share", "pue", "rtt"))
    return data


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100.0 * share:.0f}"


def draw_flows(plot: Figure, layers: Mapping[str, gpd.GeoDataFrame], plan: PlanDict, *, lang: str) -> None:
    """Draw who serves whom: width by MW; nothing where the plan has no hubs."""
    if "flows" not in layers or not len(layers["flows"]):
        return
    layer = layers["flows"]
    rows = layer.drop(columns="geometry").to_dict("records")
    ends = [np.round(np.asarray(line.coords), 1) for line in layer.geometry]
    years = years_of(plan)
    largest = max((row[f"it_mw_{year}"] for row in rows for year in years), default=1.0)
    data: dict[str, Any] = {
        "xs": [end[:, 0].tolist() for end in ends],
        "ys": [end[:, 1].tolist() for end in ends],
        "name": [local_name({"name": row["name_en"], "name_zh": row["name_zh"]}, lang) for row in rows],
        "rtt": [f"{row['rtt_ms']:.1f}" for row in rows],
        "km": [f"{row['km']:,.0f}" for row in rows],
        "classes": [row["workloads"] for row in rows],
    }
    for year in years:
        mw = np.asarray([row[f"it_mw_{year}"] for row in rows], dtype=float)
        data[f"width_{year}"] = np.where(mw > 0, THIN_PX + (THICK_PX - THIN_PX) * mw / largest, 0.0).round(2).tolist()
        data[f"alpha_{year}"] = np.where(mw > 0, 0.45, 0.0).tolist()
        data[f"amount_{year}"] = [f"{value:,.0f}" for value in mw]
    with_last_year(data, plan, ("width", "alpha", "amount"))
    renderer = plot.multi_line(
        "xs", "ys", source=ColumnDataSource(data), line_color=FLOW_COLOUR, line_width="width", line_alpha="alpha",
        line_cap="round", name="flows",
    )  # fmt: skip
    add_card(plot, renderer, "flow")


def draw_hub_names(plot: Figure, layers: Mapping[str, gpd.GeoDataFrame], plan: PlanDict, *, lang: str) -> None:
    """Write the name of each hub above its sites."""
    if "hubs" not in layers or not len(layers["hubs"]):
        return
    layer = layers["hubs"]
    names = hub_names(plan, lang)
    data = {
        "x": layer.geometry.x.round(1).tolist(),
        "y": layer.geometry.y.round(1).tolist(),
        "name": [names[str(hub)] for hub in layer["hub"]],
    }
    plot.text(
        "x", "y", text="name", source=ColumnDataSource(data), y_offset=-30, text_color="#222222", text_font=value(FONT),
        text_font_size="13px", text_font_style="bold", text_align="center", text_baseline="middle",
        background_fill_color="#FFFFFF", background_fill_alpha=0.65, padding=2, name="hub_names",
    )  # fmt: skip


def hub_legend(plan: PlanDict, *, lang: str) -> dict[str, Any]:
    """Return the colours of hubs and of green shares, and the words of the switches; {} for a plan of stations."""
    if not has_hubs(plan):
        return {}
    names = hub_names(plan, lang)
    used = {str(site.get("hub")) for site in plan.get("sites") or []}
    colours = hub_palette(plan)
    greens = zip(green_bounds(), GREEN_COLOURS, strict=True)
    return {
        "hubs": [(names[hub], code) for hub, code in colours.items() if hub in used],
        "greens": [(green_label(lower, upper), code) for (lower, upper), code in greens],
        "flow": FLOW_COLOUR,
        "words": {
            "colour": _("Colour of the sites"),
            "by_hub": _("hub"),
            "by_green": _("green share"),
            "size": _("Sites: size and number = IT load (MW)"),
            "green": _("Green share of the hub"),
            "flows": _("Who serves whom (width = MW)"),
            "names": _("Names of hubs"),
        },
    }
