"""The hover cards of the map: which columns, with which words and units.

Bokeh escapes the values that it puts in for `@{column}`; only our own words are HTML here.
"""

from __future__ import annotations

from html import escape

from planner.i18n import gettext as _


def card(kind: str) -> str:
    """Return the HTML of one hover card."""
    title, rows = _content()[kind]
    lines = "".join(f"<tr><th>{escape(label)}</th><td>{value}</td></tr>" for label, value in rows)
    style = "text-align:left;padding:1px 8px 1px 0;font-weight:normal;color:#666;vertical-align:top"
    table = lines.replace("<th>", f'<th style="{style}">')
    return f'<div style="max-width:340px;font-size:13px"><b>{title}</b><table>{table}</table></div>'


def _content() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    origin = [
        (_("Confidence"), "@{confidence}"),
        (_("Source"), "@{origin}"),
        (_("Position"), "± @{precision} km"),
    ]
    return {
        "site": (
            "@{name} @{position}",
            [
                (_("IT load"), "@{it_mw} MW"),
                (_("Facility load"), "@{facility} MW"),
                (_("Cooling"), "@{cooling}"),
                (_("Fed from"), "@{feeds}"),
                (_("Watered from"), "@{water}"),
                (_("Opens"), "@{opens}"),
                (_("District"), "@{district}"),
            ],
        ),
        "area": (
            "@{name}",
            [
                (_("Hub"), "@{hub}"),
                (_("Electricity market"), "@{market}"),
                (_("IT load"), "@{it_mw} MW"),
                (_("Facility load"), "@{facility} MW"),
                (_("Cooling"), "@{cooling}"),
                (_("PUE of the hub"), "@{pue}"),
                (_("Green share of the hub"), "@{share} %"),
                (_("Round trip, mean of the hub"), "@{rtt} ms"),
                (_("Opens"), "@{opens}"),
            ],
        ),
        "flow": (
            "@{name}",
            [
                (_("IT load served"), "@{amount} MW"),
                (_("Classes of demand"), "@{classes}"),
                (_("Distance"), _("@{km} km (drawn straight)")),
                (_("Round trip"), "@{rtt} ms"),
            ],
        ),
        "substation": (
            "@{name} (@{id})",
            [
                (_("Station"), _("@{kv} kV, feeds sites at @{feed_kv} kV")),
                (_("Headroom before"), "@{before} MVA"),
                (_("Used by the plan"), "@{used} MVA"),
                (_("Headroom left"), "<b>@{left} MVA</b>"),
                (_("Zone"), "@{zone}"),
                *origin,
            ],
        ),
        "plant": ("@{name}", [(_("Capacity"), _("@{capacity} m³/day")), *origin]),
        "stock": (
            "@{name}",
            [
                (_("IT load today"), "@{it_mw} MW"),
                (_("Halls kept"), "@{halls}"),
                (_("Halls changed"), "@{changed}"),
                *origin,
            ],
        ),
        "feed": (
            _("Feed @{site} – @{end}"),
            [
                (_("Voltage"), "@{kv} kV"),
                (_("Length"), _("@{km} km (drawn straight)")),
                (_("Reserved"), "@{amount} MVA"),
            ],
        ),
        "pipe": (
            _("Water pipe @{site} – @{end}"),
            [(_("Length"), _("@{km} km (drawn straight)")), (_("Water"), _("@{amount} m³/year"))],
        ),
        "grid_line": (
            "@{name}",
            [
                (_("Voltage"), "@{kv} kV"),
                (_("Circuits"), "@{circuits}"),
                *_loading(),
                (_("Confidence"), "@{confidence}"),
                (_("Source"), "@{origin}"),
            ],
        ),
        "grid_station": (
            "@{name}",
            [(_("Buses"), "@{buses}"), (_("Transformer"), "@{element}"), *_loading(), (_("Voltage"), "@{voltage}")],
        ),
        "candidate": (
            _("Candidate @{site}"),
            [
                (_("Usable area"), "@{area_ha} ha"),
                (_("District"), "@{district}"),
                (_("Stations in reach"), "@{n_feeds}"),
                (_("Plants in reach"), "@{n_plants}"),
                (_("Excluded because"), "@{reasons_text}"),
                (_("Note"), "@{notes_text}"),
            ],
        ),
    }


def _loading() -> list[tuple[str, str]]:
    return [
        (_("Worst loading"), _("<b>@{share} %</b> of what is allowed")),
        (_("When"), "@{when}"),
        (_("Outage"), "@{out}"),
        (_("Rule"), "@{rule}"),
    ]
