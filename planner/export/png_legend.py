"""What stands beside the printed map: legend with units, and the numbered list of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from planner.export.facts import PlanDict, in_year, last_year, sites_by_size, total_in_year
from planner.export.hub_facts import has_hubs
from planner.export.map_panel import fixed_words, legend, station_words
from planner.export.png_hubs import draw_hub_keys
from planner.export.png_marks import Canvas
from planner.export.words import number
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

PANEL_BOX = (0.715, 0.05, 0.28, 0.85)
N_SITES = 24
LINE = 0.0222  # of the panel's height
KEY_X, TEXT_X = 0.035, 0.085


class Panel:
    """A column that is written from the top down; y is in shares of its height."""

    def __init__(self, figure: Figure, canvas: Canvas) -> None:
        self.axes: Any = figure.add_axes(PANEL_BOX)
        self.axes.set_axis_off()
        self.axes.set_xlim(0, 1)
        self.axes.set_ylim(0, 1)
        self.canvas = canvas
        self.y = 0.99

    def head(self, text: str) -> None:
        """Write a heading."""
        self.y -= 0.008
        self.canvas.write(self.axes, 0.0, self.y, text, size=6, weight="bold", va="center")
        self.y -= LINE * 1.05

    def key(self, text: str, **mark: Any) -> None:
        """Write one line of the legend with its mark."""
        look = {"markersize": 4.2, "markeredgecolor": "#222222", "markeredgewidth": 0.4, **mark}
        if "marker" in look:
            self.axes.plot([KEY_X], [self.y], linestyle="none", **look)
        else:
            self.axes.plot([0.005, 0.065], [self.y, self.y], linewidth=1.5, **mark)
        self.canvas.write(self.axes, TEXT_X, self.y, text, size=5.2, va="center")
        self.y -= LINE


def draw_panel(figure: Figure, plan: PlanDict, region: Region, *, has_candidates: bool, canvas: Canvas) -> None:
    """Draw the legend of what is on the map, then the sites."""
    panel, keys, words = Panel(figure, canvas), legend(plan), fixed_words()
    sites = sites_by_size(plan)
    if has_hubs(plan):
        draw_hub_keys(panel, plan)
        _site_list(panel, plan, canvas)
        return
    if sites:
        panel.head(_("Sites: size = IT load (MW), colour = main cooling"))
        for text, colour in keys["technologies"]:
            panel.key(text, marker="o", color=colour)
    _station_keys(panel, region, keys, has_sites=bool(sites))
    panel.head(words["legend"])
    for text, colour in keys["feeds"]:
        panel.key(text, color=colour)
    if any(site.get("water") for site in sites):
        panel.key(words["pipes"], color=keys["pipe"], dashes=(2, 1))
    white = {"markeredgecolor": "white"}
    if len(region["reclaimed_plants"]):
        panel.key(words["plants"], marker="v", color=keys["plant"], **white)
    if len(region["stock"]):
        panel.key(words["stock"], marker="D", color=keys["stock"], **white)
    if has_candidates:
        panel.key(words["candidates"], marker="s", color=keys["candidate"], **white)
        if not sites:
            panel.key(words["excluded"], marker="s", color=keys["excluded"], **white)
    _site_list(panel, plan, canvas)


def _station_keys(panel: Panel, region: Region, keys: dict[str, Any], *, has_sites: bool) -> None:
    """Write what the colours of stations mean; nothing for a region without stations."""
    if not len(region["substations"]):
        return
    panel.head(_("Substations: colour and size = headroom left (MVA)") if has_sites
               else _("Substations: colour and size = firm headroom (MVA)"))  # fmt: skip
    for text, colour in keys["headroom"]:
        panel.key(text, marker="s", color=colour)
    text = station_words(region)["square"]
    panel.canvas.write(panel.axes, TEXT_X, panel.y, text, size=5.2, va="center", color="#555555")
    panel.y -= LINE


def _site_list(panel: Panel, plan: PlanDict, canvas: Canvas) -> None:
    sites, year = sites_by_size(plan), last_year(plan)
    if not sites:
        return
    total = total_in_year(sites, "it_mw", year)
    panel.head(_("{n} sites in {year}: {total} MW of IT load").format(n=len(sites), year=year, total=number(total, 0)))
    step = min(LINE, max(panel.y, 0.0) / (min(len(sites), N_SITES) + 1))
    for rank, site in enumerate(sites[:N_SITES], start=1):
        for x, text, side in (
            (KEY_X + 0.02, str(rank), "right"),
            (TEXT_X, canvas.pen.name(site, canvas.lang), "left"),
            (0.97, f"{number(in_year(site.get('it_mw'), year), 0)} MW", "right"),
        ):
            canvas.write(panel.axes, x, panel.y, text, size=5.2, ha=side, va="center")
        panel.y -= step
    if len(sites) > N_SITES:
        text = _("and {n} more: see the table").format(n=len(sites) - N_SITES)
        canvas.write(panel.axes, TEXT_X, panel.y, text, size=5.2, va="center")
