"""What the items of a region's price table are called; an unknown item keeps its own name."""

from __future__ import annotations

import re

from planner.export.words import technology_name
from planner.i18n import gettext as _

VOLTAGE = re.compile(r"^(cable|bay|user_substation)_(\d+)_cny(?:_per_km)?$")
COOLING = re.compile(r"^cooling_(\w+)_cny_per_mw_it$")


def price_name(item: str) -> str:
    """Return the name of a price."""
    names = {
        "building_cny_per_mw_it": _("Building and electrical works"),
        "retrofit_cny_per_mw_it": _("Retrofit of existing halls"),
        "convert_cny_per_mw_it": _("Conversion to liquid cooling"),
        "vacate_cny_per_mw_it": _("Emptying of existing halls"),
        "pipe_cny_per_km": _("Water pipe"),
        "reclaimed_water_cny_per_m3": _("Reclaimed water, bought"),
        "drinking_water_cny_per_m3": _("Drinking water, bought"),
        "energy_cny_per_mwh": _("Electricity"),
        "demand_charge_cny_per_kw_month": _("Demand charge"),
        "carbon_cny_per_t": _("Carbon"),
        "outside_service_cny_per_mw_year": _("Service from outside the region"),
        "unserved_cny_per_mw_year": _("Penalty for unserved demand"),
        "land_cny_per_ha": _("Land"),
        "network_cny_per_mw_km_year": _("Data network"),
        "certificate_cny_per_mwh": _("Green certificates"),
        "heat_main_cny_per_km": _("Heat mains"),
        "heat_station_cny": _("Heat station"),
    }
    if item in names:
        return names[item]
    if found := COOLING.match(item):
        return _("Cooling: {technology}").format(technology=technology_name(found[1]))
    if found := VOLTAGE.match(item):
        kinds = {
            "cable": _("Cable, {kv} kV"),
            "bay": _("Feeder bay, {kv} kV"),
            "user_substation": _("User substation, {kv} kV"),
        }
        return kinds[found[1]].format(kv=found[2])
    return item
