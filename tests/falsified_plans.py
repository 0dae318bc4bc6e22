"""Ways to falsify a plan of `tests/cases/small_plan` in one place, and the check that must notice it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Data = dict[str, Any]


def biggest(plan: Data) -> Data:
    """Return the site with the most load and water."""
    return max((s for s in plan["sites"] if s["water"]), key=lambda s: s["it_mw"]["2035"])


def dual(plan: Data) -> Data:
    """Return the site with two feeds and the most load."""
    return max((s for s in plan["sites"] if s["is_dual_fed"]), key=lambda s: s["it_mw"]["2035"])


def class_a(site: Data) -> Data:
    return next(load for load in site["loads"] if load["workload"] == "general" and load["year"] == 2035)


def limit(plan: Data, name: str) -> Data:
    return max((r for r in plan["limits"] if r["constraint"] == name), key=lambda r: r["used"])


def term(plan: Data, name: str) -> Data:
    return next(r for r in plan["ledger"] if r["term"] == name and r["year"] == 2035)


def assigned(plan: Data, workload: str) -> Data:
    return max((a for a in plan["assignments"] if a["workload"] == workload), key=lambda a: a["it_mw"])


def scale(row: Data, key: str, factor: float) -> None:
    row[key] *= factor


def far_assignment(plan: Data) -> None:
    row = assigned(plan, "realtime")
    row["district"] = "D2" if row["district"] == "D1" else "D1"


def far_site(plan: Data) -> None:
    biggest(plan)["lat"] += 0.3


def far_feed(plan: Data) -> None:
    feed = biggest(plan)["feeds"][0]
    feed["substation"] = "S3" if feed["substation"] == "S1" else "S1"


def single_feed(plan: Data) -> None:
    site = dual(plan)
    kept, dropped = site["feeds"]
    for year in kept["mva"]:
        kept["mva"][year] += dropped["mva"][year]
    site["feeds"] = [kept]


def same_station(plan: Data) -> None:
    first, second = dual(plan)["feeds"]
    second["substation"] = first["substation"]


def starved_feed(plan: Data) -> None:
    """Move the reserve of one feed to the other: the sum holds, class A on either feed does not."""
    first, second = dual(plan)["feeds"]
    small, large = sorted((first, second), key=lambda f: f["mva"]["2035"])
    large["mva"]["2035"] += 0.5 * small["mva"]["2035"]
    small["mva"]["2035"] *= 0.5


def hidden_unserved(plan: Data) -> None:
    row = assigned(plan, "training")
    row["it_mw"] -= 5.0


def unserved_removed(plan: Data) -> None:
    plan["unserved"] = []


def shrunk_blocks(plan: Data) -> None:
    site = biggest(plan)
    row = next(b for b in site["blocks"] if b["year"] == 2030)
    row["n"] += 10


def other_technology(plan: Data) -> None:
    """Cool a load of dense racks with air, which does not hold their density."""
    next(load for site in plan["sites"] for load in site["loads"] if load["workload"] == "ai")["technology"] = (
        "air_chiller"
    )


def dry_to_wet(plan: Data) -> None:
    next(load for load in dual(plan)["loads"] if load["plant"] is None)["plant"] = "P2"


def other_plant(plan: Data) -> None:
    pipe = biggest(plan)["water"][0]
    pipe["plant"] = "P1" if pipe["plant"] == "P2" else "P2"


def switched_back(plan: Data) -> None:
    row = next(s for s in plan["stock"] if s["year"] == 2035)
    row["options"] = {}


def extra_hall(plan: Data) -> None:
    row = next(s for s in plan["stock"] if s["year"] == 2035)
    row["options"]["convert"] += 1


def dropped_limit(plan: Data) -> None:
    plan["limits"].remove(limit(plan, "substation_headroom"))


def dropped_site(plan: Data) -> None:
    plan["sites"].remove(biggest(plan))


def twice(plan: Data) -> None:
    plan["sites"].append(copy.deepcopy(biggest(plan)))


def certificate(plan: Data) -> None:
    plan["green"][0]["resource"] = "cert"


def all_worth(plan: Data) -> None:
    limit(plan, "plant_supply")["worth"] = -1.0


Change = Callable[[Data], Any]
FALSIFICATIONS: dict[str, tuple[str, Change]] = {
    "it_mw of a site": ("site_it_mw", lambda p: scale(biggest(p)["it_mw"], "2035", 1.001)),
    "a load": ("assignments", lambda p: scale(biggest(p)["loads"][0], "it_mw", 1.001)),
    "a class A load": ("reserved", lambda p: scale(class_a(dual(p)), "it_mw", 0.999)),
    "a negative load": ("not_negative", lambda p: scale(biggest(p)["loads"][0], "it_mw", -1.0)),
    "installed MW": ("site_installed_mw", lambda p: scale(biggest(p)["installed_mw"], "2030", 2.0)),
    "facility MVA": ("site_facility_mva", lambda p: scale(biggest(p)["facility_mva"], "2035", 0.99)),
    "facility MW": ("site_facility_mw", lambda p: scale(biggest(p)["facility_mw"], "2035", 0.99)),
    "energy of a site": ("site_energy_mwh", lambda p: scale(biggest(p)["energy_mwh"], "2035", 0.99)),
    "land of a site": ("site_land_ha", lambda p: scale(biggest(p)["land_ha"], "2035", 0.5)),
    "cooling of a site": ("site_cooling", lambda p: scale(biggest(p)["cooling"][0], "it_mw", 1.1)),
    "MVA of a feed": ("reserved", lambda p: scale(biggest(p)["feeds"][0]["mva"], "2035", 0.9)),
    "class A on each feed": ("class_a_on_each_feed", starved_feed),
    "one feed for class A": ("class_a_dual", single_feed),
    "two feeds of one station": ("unique", same_station),
    "an unreachable station": ("feed_in_reach", far_feed),
    "MW of a feed": ("feed_mw", lambda p: scale(biggest(p)["feeds"][0], "mw", 0.9)),
    "km of a feed": ("feed_km", lambda p: scale(biggest(p)["feeds"][0], "km", 0.9)),
    "voltage of a feed": ("feed_voltage", lambda p: scale(biggest(p)["feeds"][0], "voltage_kv", 0.5)),
    "year of a feed": ("feed_built", lambda p: biggest(p)["feeds"][0].update(built_year=2035)),
    "dual feed flag": ("dual_fed", lambda p: dual(p).update(is_dual_fed=False)),
    "place of a site": ("place", far_site),
    "district of a site": ("district", lambda p: biggest(p).update(district="D9")),
    "opening year": ("open_year", lambda p: biggest(p).update(open_year=2035)),
    "an unknown site": ("known_site", lambda p: biggest(p).update(id="C999-999")),
    "a site twice": ("unique", twice),
    "a site left out": ("assignments", dropped_site),
    "block count": ("whole", lambda p: biggest(p)["blocks"][0].update(n=2.5)),
    "blocks that shrink": ("blocks_stay", shrunk_blocks),
    "technology of a load": ("density", other_technology),
    "plant of a dry load": ("wet_needs_plant", dry_to_wet),
    "water by year": ("site_water", lambda p: scale(biggest(p)["water"][0]["by_year"], "2035", 0.9)),
    "water of the last year": ("site_water", lambda p: scale(biggest(p)["water"][0], "m3_per_year", 0.9)),
    "peak water": ("site_peak_water", lambda p: scale(biggest(p)["water"][0]["peak_m3_per_day"], "2035", 0.9)),
    "plant of the water": ("pipe_in_reach", other_plant),
    "km of a pipe": ("pipe_km", lambda p: scale(biggest(p)["water"][0], "km", 0.5)),
    "use of a plant": ("plant_water", lambda p: scale(p["plant_water"][6], "limit_m3_per_day", 2.0)),
    "city water": ("water_totals", lambda p: scale(p["water_totals"][1], "new_m3", 0.9)),
    "hidden unserved": ("demand_met", hidden_unserved),
    "unserved removed": ("demand_met", unserved_removed),
    "assignment too far": ("latency", far_assignment),
    "assignment of a class that stays": ("outside_class", lambda p: assigned(p, "realtime").update(site="O1")),
    "load outside": ("assignments", lambda p: scale(p["outside"][0], "it_mw", 0.5)),
    "a hall more": ("halls_kept", extra_hall),
    "halls that come back": ("halls_stay", switched_back),
    "halls of a centre": ("n_halls", lambda p: p["stock"][0].update(n_halls=80)),
    "load of converted halls": ("converted_capacity", lambda p: scale(p["stock"][1]["served"][0], "it_mw", 1.2)),
    "green MWh": ("green_share", lambda p: scale(p["green"][0], "mwh", 0.9)),
    "certificates for power": ("resource_share", certificate),
    "share of green power": ("energy_green_share", lambda p: scale(p["energy"][0], "green_share", 1.01)),
    "emissions": ("energy_emissions_t", lambda p: scale(p["energy"][0], "emissions_t", 0.9)),
    "a cost term": ("ledger_cny", lambda p: scale(term(p, "building"), "cny", 0.99)),
    "a yearly cost": ("ledger_cny_per_year", lambda p: scale(term(p, "connection"), "cny_per_year", 0.99)),
    "year of a cost": ("ledger_cny", lambda p: term(p, "water").update(year=2030)),
    "weight of a year": ("year_weights", lambda p: scale(p["year_weights"], "2035", 0.9)),
    "objective": ("objective", lambda p: scale(p["objective"], "value", 0.9999)),
    "bound": ("bound", lambda p: scale(p, "bound", 1.2)),
    "gap": ("gap", lambda p: scale(p, "gap", 0.5)),
    "use of a limit": ("limit_used", lambda p: scale(limit(p, "substation_headroom"), "used", 0.9)),
    "a limit": ("limit_limit", lambda p: scale(limit(p, "node_headroom"), "limit", 1.1)),
    "slack of a limit": ("limit_slack", lambda p: limit(p, "city_water").update(slack=1e6)),
    "binding": ("limit_binding", lambda p: limit(p, "substation_headroom").update(is_binding=True)),
    "a limit left out": ("limit_missing", dropped_limit),
    "negative worth": ("limit_worth", all_worth),
    "another region": ("region_fingerprint", lambda p: p["region"].update(fingerprint="0")),
    "another scenario": ("scenario", lambda p: p["scenario"]["water"].update(availability_share=0.5)),
    "years": ("years", lambda p: p.update(years=[2030])),
    "not a number": ("finite", lambda p: biggest(p)["it_mw"].update({"2035": float("nan")})),
    "a field missing": ("form", lambda p: biggest(p).pop("loads")),
}

# falsified in the whole audit; the others with their own check only, which is quicker
WHOLE = (
    "it_mw of a site", "a load", "MVA of a feed", "class A on each feed", "one feed for class A", "an unreachable station",
    "km of a feed", "opening year", "a site left out", "technology of a load", "water by year", "hidden unserved",
    "assignment too far", "a hall more", "green MWh", "a cost term", "objective", "a field missing",
)  # fmt: skip
