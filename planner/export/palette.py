"""Colours of map and QGIS styles: Okabe-Ito for kinds, five steps of cividis for amounts (both colour-blind safe)."""

from __future__ import annotations

TECHNOLOGY_COLOURS = {
    "air_chiller": "#999999",
    "tower_economiser": "#0072B2",
    "airside_adiabatic": "#F0E442",
    "indirect_evaporative": "#56B4E9",
    "cold_plate_dry": "#D55E00",
    "cold_plate_tower": "#CC79A7",
    "immersion": "#E69F00",
}
LIGHT_TECHNOLOGIES = frozenset(
    {"air_chiller", "airside_adiabatic", "indirect_evaporative", "immersion", "cold_plate_tower"}
)
OTHER_COLOUR = "#000000"
# upper bounds of headroom left, MVA; the last class is open
HEADROOM_BREAKS_MVA = (1.0, 25.0, 75.0, 200.0)
HEADROOM_COLOURS = ("#A50026", "#F46D43", "#FEE090", "#74ADD1", "#313695")
FEED_COLOURS = {500.0: "#5E2B97", 220.0: "#5E2B97", 110.0: "#B07AA1", 35.0: "#B07AA1", 10.0: "#B07AA1"}
PIPE_COLOUR = "#00796B"
PLANT_COLOUR = "#009E73"
STOCK_COLOUR = "#555555"
# upper bounds of loading in the worst situation, percent of what is allowed; light to dark, and thin to thick
LOADING_BREAKS_PERCENT = (50.0, 80.0, 95.0, 100.0)
LOADING_COLOURS = ("#BDB7AB", "#E3B23C", "#D9712B", "#A8233A", "#3D0A33")
LOADING_WIDTHS = (1.4, 2.2, 3.2, 4.4, 5.6)
UNKNOWN_LOADING_COLOUR = "#CFCAC0"
LIMITING_COLOUR = "#111111"
CANDIDATE_COLOURS = {"candidate": "#8DA9C4", "excluded": "#D9D2C5"}


def headroom_class(left_mva: float) -> int:
    """Return the class (0 = used up) of the headroom left at a station, MVA."""
    return sum(left_mva >= bound for bound in HEADROOM_BREAKS_MVA)


def headroom_bounds() -> list[tuple[float | None, float | None]]:
    """Return (lower, upper) of each class, None where open, MVA."""
    breaks = [None, *HEADROOM_BREAKS_MVA, None]
    return list(zip(breaks[:-1], breaks[1:], strict=True))


def loading_class(percent: float) -> int:
    """Return the class (4 = over the limit) of a loading, percent of what is allowed; at the limit is not over it."""
    return sum(percent >= bound for bound in LOADING_BREAKS_PERCENT[:-1]) + (percent > LOADING_BREAKS_PERCENT[-1])


def loading_bounds() -> list[tuple[float | None, float | None]]:
    """Return (lower, upper) of each class of loading, None where open, percent."""
    breaks = [None, *LOADING_BREAKS_PERCENT, None]
    return list(zip(breaks[:-1], breaks[1:], strict=True))


# hubs in the order of `hub_facts.hub_ids`; beyond these the colours begin anew
HUB_COLOURS = (
    "#0072B2", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#E69F00", "#F0E442", "#8C564B", "#5E2B97", "#999999",
)  # fmt: skip
LIGHT_HUB_COLOURS = frozenset({"#56B4E9", "#E69F00", "#F0E442", "#CC79A7", "#999999"})
FLOW_COLOUR = "#6E6A5E"
# upper bounds of a green share; the last class is open; light to dark
GREEN_BREAKS_SHARE = (0.3, 0.5, 0.8, 0.999)
GREEN_COLOURS = ("#D9D2C5", "#B8E0C2", "#66BD8A", "#238B57", "#00441B")
UNKNOWN_GREEN_COLOUR = "#FFFFFF"
DARK_GREENS = frozenset({"#238B57", "#00441B"})


def hub_colours(hubs: list[str]) -> dict[str, str]:
    """Return the colour of every hub."""
    return {hub: HUB_COLOURS[i % len(HUB_COLOURS)] for i, hub in enumerate(hubs)}


def green_colour(share: float | None) -> str:
    """Return the colour of a green share, white where there is none."""
    if share is None:
        return UNKNOWN_GREEN_COLOUR
    return GREEN_COLOURS[sum(share >= bound for bound in GREEN_BREAKS_SHARE)]


def green_bounds() -> list[tuple[float | None, float | None]]:
    """Return (lower, upper) of each class of green share, None where open."""
    breaks = [None, *GREEN_BREAKS_SHARE, None]
    return list(zip(breaks[:-1], breaks[1:], strict=True))
