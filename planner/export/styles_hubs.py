"""QGIS styles (QML) of the layers of a plan of areas: sites and hubs by hub, flows by MW, what stands today."""

from __future__ import annotations

from planner.export.facts import PlanDict, last_year
from planner.export.hub_facts import has_hubs, hub_names, hub_palette
from planner.export.palette import FLOW_COLOUR, OTHER_COLOUR, STOCK_COLOUR
from planner.export.styles import categorised, graduated, line, marker, single
from planner.i18n import gettext as _
from planner.i18n import language

FLOW_MW = ((0.0, 50.0, "0.2"), (50.0, 200.0, "0.5"), (200.0, 500.0, "1.0"), (500.0, 1.0e9, "1.8"))


def area_styles(plan: PlanDict) -> dict[str, str]:
    """Return the QML by table name, {} for a plan of stations."""
    if not has_hubs(plan):
        return {}
    names, colours = hub_names(plan, language()), hub_palette(plan)
    by_size = 'max(2.5, 0.3 * sqrt("it_mw"))'
    sites = [(hub, names[hub], marker(code, size_expression=by_size)) for hub, code in colours.items()]
    of_year = f'max(3.5, 0.3 * sqrt(coalesce("it_mw_{last_year(plan)}", 0)))'
    hubs = [(hub, names[hub], marker(code, shape="square", size_expression=of_year)) for hub, code in colours.items()]
    flows = [
        (low, high, _("{low:g} MW and more").format(low=low), line(FLOW_COLOUR, width=width))
        for low, high, width in FLOW_MW
    ]
    return {
        "sites": categorised("hub", [*sites, ("", _("other"), marker(OTHER_COLOUR, size_expression=by_size))]),
        "hubs": categorised("hub", [*hubs, ("", _("other"), marker(OTHER_COLOUR))]),
        "flows": graduated("it_mw", flows),
        "existing": single(marker(STOCK_COLOUR, shape="diamond")),
    }
