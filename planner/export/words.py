"""What the algebra's names are called in front of a planner; one place for report, workbook and map."""

from __future__ import annotations

import re

from planner.i18n import gettext as _
from planner.i18n import language

LOWER_VOLTAGE = re.compile(r"\s*(?:330|220|110)\s*(?:kV|千伏)站?\s*")


def technology_name(technology: str) -> str:
    """Return the name of a cooling technology."""
    names = {
        "air_chiller": _("Chilled air (mechanical)"),
        "tower_economiser": _("Chilled water, tower with economiser"),
        "airside_adiabatic": _("Direct outside air, adiabatic"),
        "indirect_evaporative": _("Indirect evaporative"),
        "cold_plate_dry": _("Cold plate, dry cooler"),
        "cold_plate_tower": _("Cold plate, cooling tower"),
        "immersion": _("Immersion"),
    }
    return names.get(technology, technology)


def workload_name(workload: str) -> str:
    """Return the name of a class of demand."""
    names = {
        "realtime_inference": _("Real-time inference (air)"),
        "inference_liquid": _("Inference (liquid)"),
        "general": _("General computing"),
        "training": _("Training"),
    }
    return names.get(workload, workload)


def term_name(term: str) -> str:
    """Return the name of a cost term."""
    names = {
        "building": _("Buildings"),
        "cooling_plant": _("Cooling plant"),
        "land": _("Land"),
        "connection": _("Grid connection"),
        "pipes": _("Water pipes"),
        "energy": _("Electricity"),
        "demand_charge": _("Demand charge"),
        "water": _("Water"),
        "green_power": _("Green power"),
        "certificates": _("Green certificates"),
        "carbon": _("Carbon"),
        "stock": _("Changes of existing centres"),
        "outside": _("Service from outside the region"),
        "unserved": _("Penalty for unserved demand"),
        "reinforcement": _("Grid reinforcement"),
        "flexibility": _("Interruptible load"),
        "network": _("Data network"),
        "heat_links": _("Heat mains"),
        "heat_revenue": _("Heat sold"),
    }
    return names.get(term, term.replace("_", " "))


def family_name(family: str) -> str:
    """Return the name of a family of limits."""
    names = {
        "power": _("Power"),
        "feeding": _("Power feeds"),
        "water": _("Water"),
        "workload": _("Demand and latency"),
        "cooling": _("Cooling"),
        "green": _("Green power"),
        "carbon": _("Carbon"),
        "land": _("Land"),
        "clusters": _("Clusters"),
        "stock": _("Existing centres"),
        "network": _("Network"),
        "phasing": _("Phasing"),
        "epsilon": _("Own limit"),
        "reinforcement": _("Grid reinforcement"),
        "flexibility": _("Interruptible load"),
        "hubs": _("Hubs and markets"),
        "heat": _("Waste heat"),
        "budget": _("Budget"),
    }
    return names.get(family, family)


def limit_name(constraint: str) -> str:
    """Return what a limit limits, in a planner's words; an unknown limit keeps its own name, readable."""
    names = {
        "substation_headroom": _("Firm headroom"),
        "node_headroom": _("Firm headroom"),
        "network_cut": _("Limit learned from the check"),
        "flexible_share": _("Interruptible load"),
        "feeder_bays": _("Free feeder bays"),
        "node_max_share": _("Largest share of the new load"),
        "plant_supply": _("Reclaimed water"),
        "city_water": _("Cooling water of the city"),
        "in_city_share": _("Load that may stay in the city"),
        "green_share": _("Green power required"),
        "resource_share": _("Largest share of one green resource"),
        "green_channel": _("Green power on offer"),
        "carbon_cap": _("Carbon cap"),
        "usable_land": _("Usable land"),
        "largest_site": _("Largest size of a site"),
        "number_of_sites": _("Number of sites"),
        "occupancy": _("Occupancy of installed capacity"),
        "hall_switches_once": _("Halls of an existing centre"),
        "liquid_stock": _("Existing halls that may turn liquid"),
        "epsilon": _("Own limit"),
        "demand_met": _("Capacity for the demand"),
        "smallest_site": _("Smallest size of a site"),
        "wished_site": _("Wished site"),
        "green_within_use": _("Green power within use"),
        "own_access": _("Grid access of the area"),
        "hub_cap": _("Limit of a hub"),
        "mean_pue": _("Mean PUE of a market"),
        "hub_occupancy": _("Occupancy of a hub"),
        "no_new_blocks": _("No more of a technology"),
        "recovered_heat": _("Heat that can be recovered"),
        "heat_sink": _("Heat that users take"),
        "heat_share": _("Waste heat to be used"),
        "investment": _("Budget of a period"),
    }
    return names.get(constraint, constraint.replace("_", " "))


def quantity_word(quantity: str) -> str:
    """Return what a limit of a hub is about; anything else stays as it is."""
    names = {"energy_mwh": _("electricity"), "it_mw": _("IT load"), "water_m3": _("cooling water")}
    return names.get(quantity, quantity)


def unit_name(unit: str) -> str:
    """Return a unit as it is written for a reader."""
    names = {
        "m3/day": _("m³/day"),
        "m3/year": _("m³/year"),
        "m3": _("m³"),
        "MWh/year": _("MWh/year"),
        "t/year": _("t/year"),
        "bays": _("bays"),
        "halls": _("halls"),
        "blocks": _("blocks"),
        "sites": _("sites"),
        "CNY": _("CNY"),
    }
    return names.get(unit, unit)


def one_of(unit: str) -> str:
    """Return one more unit in words: "MVA", "m³ per day", "bay"."""
    names = {
        "m3/day": _("m³ a day"),
        "m3/year": _("m³ a year"),
        "MWh/year": _("MWh a year"),
        "t/year": _("tonne a year"),
        "bays": _("bay"),
        "halls": _("hall"),
        "blocks": _("block"),
        "sites": _("site"),
    }
    return names.get(unit, unit_name(unit))


def short_technology_name(technology: str) -> str:
    """Return the name of a cooling technology for a narrow column."""
    names = {
        "air_chiller": _("Chilled air"),
        "tower_economiser": _("Chilled water/tower"),
        "airside_adiabatic": _("Outside air, adiabatic"),
        "indirect_evaporative": _("Indirect evap."),
        "cold_plate_dry": _("Cold plate/dry"),
        "cold_plate_tower": _("Cold plate/tower"),
        "immersion": _("Immersion"),
    }
    return names.get(technology, technology)


def station_name(name: str) -> str:
    """Return a station's name without its 220 kV, which the voltage of the feed already tells."""
    return LOWER_VOLTAGE.sub(" ", name).strip()


def outage_status_name(status: str) -> str:
    """Return what one outage led to."""
    names = {
        "ok": _("ok"),
        "violated": _("limit exceeded"),
        "islands": _("supply lost"),
        "not_converged": _("not converged (not secure)"),
    }
    return names.get(status, status)


def objective_name(name: str) -> str:
    """Return what the plan was asked to be best at."""
    names = {
        "cost": _("least cost"),
        "it_mw": _("most IT load"),
        "carbon": _("least carbon"),
        "water": _("least reclaimed water"),
    }
    return names.get(name, name)


def confidence_name(confidence: str) -> str:
    """Return how far a row can be trusted."""
    names = {
        "high": _("high"),
        "medium": _("medium"),
        "low": _("low"),
        "assumed": _("ASSUMED"),
        "synthetic": _("SYNTHETIC"),
    }
    return names.get(confidence, confidence)


def in_a_row(*sentences: str) -> str:
    """Return whole sentences one after the other, as the language in use spaces them; empty ones are left out."""
    return ("" if language() == "zh" else " ").join(text for text in sentences if text)


def number(value: float | None, decimals: int = 1) -> str:
    """Return a number with thousands separators, "–" for an unknown one."""
    return "–" if value is None or value != value else f"{value:,.{decimals}f}"  # noqa: PLR0124 (NaN)


def amount(value: float | None) -> str:
    """Return a number with about four significant digits and no needless decimals."""
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return "–"
    size = abs(value)
    decimals = 0 if size >= 1000 or value == round(value) else 1 if size >= 10 else 3  # noqa: PLR2004
    return f"{value:,.{decimals}f}"


def rounded(value: float) -> str:
    """Return a number rounded to three significant digits: 79,135 as 79,100."""
    return f"{float(f'{value:.3g}'):,.15g}"


def money(value: float | None) -> str:
    """Return CNY in millions with unit."""
    return "–" if value is None else _("{value} million CNY").format(value=f"{value / 1e6:,.1f}")
