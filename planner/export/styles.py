"""QGIS styles (QML) of the GeoPackage's layers: small, one renderer each, labels in the language asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from planner.export.grid_words import loading_label
from planner.export.palette import (
    CANDIDATE_COLOURS,
    FEED_COLOURS,
    HEADROOM_COLOURS,
    LOADING_COLOURS,
    LOADING_WIDTHS,
    OTHER_COLOUR,
    PIPE_COLOUR,
    PLANT_COLOUR,
    STOCK_COLOUR,
    TECHNOLOGY_COLOURS,
    UNKNOWN_LOADING_COLOUR,
    headroom_bounds,
    loading_bounds,
)
from planner.export.words import technology_name
from planner.i18n import gettext as _

SYMBOL_TYPES = {"SimpleMarker": "marker", "SimpleLine": "line", "SimpleFill": "fill"}
FAR_MVA = 1.0e9
PIXELS_PER_MM = 4.0
KNOWN_SHARE = 'coalesce("share_percent", -1)'  # elements without a figure are a class of their own
NO_FIGURE = -0.5


@dataclass(frozen=True)
class Symbol:
    """One QGIS symbol: layer class, its options, and an optional expression that sets the size in millimetres."""

    layer: str
    options: tuple[tuple[str, str], ...]
    size_expression: str | None = None

    def xml(self, name: str) -> str:
        """Return the symbol element."""
        return (
            f'<symbol alpha="1" name={quoteattr(name)} type="{SYMBOL_TYPES[self.layer]}" clip_to_extent="1" '
            f'force_rhr="0"><layer class="{self.layer}" enabled="1" locked="0" pass="0">'
            f"{_option_map(self.options)}{self._size_xml()}</layer></symbol>"
        )

    def _size_xml(self) -> str:
        if self.size_expression is None:
            return ""
        return (
            '<data_defined_properties><Option type="Map"><Option name="name" type="QString" value=""/>'
            '<Option name="properties" type="Map"><Option name="size" type="Map">'
            '<Option name="active" type="bool" value="true"/>'
            f'<Option name="expression" type="QString" value={quoteattr(self.size_expression)}/>'
            '<Option name="type" type="int" value="3"/></Option></Option>'
            '<Option name="type" type="QString" value="collection"/></Option></data_defined_properties>'
        )


def _option_map(options: Sequence[tuple[str, str]]) -> str:
    inner = "".join(f'<Option name="{key}" type="QString" value={quoteattr(value)}/>' for key, value in options)
    return f'<Option type="Map">{inner}</Option>'


def rgb(colour: str, alpha: int = 255) -> str:
    """Return "#RRGGBB" the way QGIS writes colours."""
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + f",{alpha}"


def marker(colour: str, *, shape: str = "circle", size: str = "3", size_expression: str | None = None) -> Symbol:
    """Return a point symbol with a dark outline; `size` in millimetres."""
    options = (
        ("name", shape),
        ("color", rgb(colour)),
        ("outline_color", rgb("#222222")),
        ("outline_width", "0.2"),
        ("size", size),
        ("size_unit", "MM"),
    )
    return Symbol("SimpleMarker", options, size_expression)


def line(colour: str, *, width: str = "0.6", style: str = "solid") -> Symbol:
    """Return a line symbol; `width` in millimetres."""
    options = (("line_color", rgb(colour)), ("line_width", width), ("line_width_unit", "MM"), ("line_style", style))
    return Symbol("SimpleLine", options)


def fill(colour: str, *, alpha: int = 255, outline: str = "#B9B2A6") -> Symbol:
    """Return an area symbol."""
    options = (
        ("color", rgb(colour, alpha)),
        ("style", "solid"),
        ("outline_color", rgb(outline)),
        ("outline_style", "solid"),
        ("outline_width", "0.1"),
        ("outline_width_unit", "MM"),
    )
    return Symbol("SimpleFill", options)


def single(symbol: Symbol) -> str:
    """Return a renderer with one symbol."""
    return _qml(f'<renderer-v2 type="singleSymbol" symbollevels="0"><symbols>{symbol.xml("0")}</symbols></renderer-v2>')


def categorised(column: str, rows: Sequence[tuple[str, str, Symbol]]) -> str:
    """Return a renderer by the values of a column; rows are (value, label, symbol), "" = all others."""
    categories = "".join(
        f'<category render="true" symbol="{i}" value={quoteattr(value)} label={quoteattr(label)}/>'
        for i, (value, label, _symbol) in enumerate(rows)
    )
    symbols = "".join(symbol.xml(str(i)) for i, (_value, _label, symbol) in enumerate(rows))
    return _qml(
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(column)} symbollevels="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
    )


def graduated(column: str, rows: Sequence[tuple[float, float, str, Symbol]]) -> str:
    """Return a renderer by ranges of a column; rows are (lower, upper, label, symbol)."""
    ranges = "".join(
        f'<range render="true" symbol="{i}" lower="{lower:.6f}" upper="{upper:.6f}" label={quoteattr(label)}/>'
        for i, (lower, upper, label, _symbol) in enumerate(rows)
    )
    symbols = "".join(row[3].xml(str(i)) for i, row in enumerate(rows))
    return _qml(
        f'<renderer-v2 type="graduatedSymbol" attr={quoteattr(column)} graduatedMethod="GraduatedColor" '
        f'symbollevels="0"><ranges>{ranges}</ranges><symbols>{symbols}</symbols></renderer-v2>'
    )


def _qml(renderer: str) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22" styleCategories="Symbology">{renderer}</qgis>'
    )


def headroom_label(lower: float | None, upper: float | None) -> str:
    """Return the legend text of one class of headroom left."""
    if lower is None:
        return _("used up (< {upper:g} MVA)").format(upper=upper)
    if upper is None:
        return _("{lower:g} MVA and more").format(lower=lower)
    return _("{lower:g} to {upper:g} MVA").format(lower=lower, upper=upper)


def ring(colour: str, width: str) -> Symbol:
    """Return an empty circle around a station; `width` of its line in millimetres."""
    options = (
        ("name", "circle"),
        ("color", rgb("#FFFFFF", 0)),
        ("outline_color", rgb(colour)),
        ("outline_width", width),
        ("size", "6"),
        ("size_unit", "MM"),
    )
    return Symbol("SimpleMarker", options)


def _loading_classes(symbol: Callable[[str, str], Symbol]) -> list[tuple[float, float, str, Symbol]]:
    """Return the classes of loading (percent of what is allowed); elements without a figure are the first one."""
    unknown = (-FAR_MVA, NO_FIGURE, _("no figure"), symbol(UNKNOWN_LOADING_COLOUR, "0.2"))
    return [
        unknown,
        *(
            (
                NO_FIGURE if lower is None else lower,
                FAR_MVA if upper is None else upper,
                loading_label(lower, upper),
                symbol(colour, f"{width / PIXELS_PER_MM:.1f}"),
            )
            for (lower, upper), colour, width in zip(loading_bounds(), LOADING_COLOURS, LOADING_WIDTHS, strict=True)
        ),
    ]


def layer_styles() -> dict[str, str]:
    """Return the QML of every styled layer by its table name."""
    by_size = 'max(2.5, 0.9 * sqrt("it_mw"))'
    technologies = [
        (key, technology_name(key), marker(colour, size_expression=by_size))
        for key, colour in TECHNOLOGY_COLOURS.items()
    ]
    others = ("", _("other"), marker(OTHER_COLOUR, size_expression=by_size))
    classes = [
        (
            -FAR_MVA if lower is None else lower,
            FAR_MVA if upper is None else upper,
            headroom_label(lower, upper),
            marker(colour, shape="square", size_expression='if("voltage_kv" >= 500, 4.0, 2.6)'),
        )
        for (lower, upper), colour in zip(headroom_bounds(), HEADROOM_COLOURS, strict=True)
    ]
    feeds = [
        (f"{kv:g}", _("{kv:g} kV feed").format(kv=kv), line(colour, width="0.8" if kv >= 220 else "0.5"))  # noqa: PLR2004
        for kv, colour in FEED_COLOURS.items()
    ]
    candidates = [
        ("candidate", _("candidate"), fill(CANDIDATE_COLOURS["candidate"], alpha=120)),
        ("excluded", _("excluded"), fill(CANDIDATE_COLOURS["excluded"], alpha=90)),
        ("", _("other"), fill(CANDIDATE_COLOURS["excluded"], alpha=60)),
    ]
    return {
        "sites": categorised("cooling_main", [*technologies, others]),
        "substations": graduated("left_mva", classes),
        "feeds": categorised("voltage_kv", feeds),
        "pipes": single(line(PIPE_COLOUR, style="dash")),
        "candidates": categorised("status", candidates),
        "reclaimed_plants": single(marker(PLANT_COLOUR, shape="triangle")),
        "stock": single(marker(STOCK_COLOUR, shape="diamond")),
        "districts": single(fill("#FBF9F4", outline="#8C8577")),
        "grid_lines": graduated(KNOWN_SHARE, _loading_classes(lambda colour, width: line(colour, width=width))),
        "grid_stations": graduated(KNOWN_SHARE, _loading_classes(ring)),
    }
