"""Ways to falsify a plan of `tests/cases/small_areas` in one place, and the check that must notice it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tests.falsified_plans import limit, scale, term

Data = dict[str, Any]


def market(plan: Data, name: str = "WE", year: int = 2035) -> Data:
    return next(row for row in plan["markets"] if (row["market"], row["year"]) == (name, year))


def hub(plan: Data, name: str = "plain", year: int = 2035) -> Data:
    return next(row for row in plan["hubs"] if (row["hub"], row["year"]) == (name, year))


def bought(plan: Data, resource: str) -> Data:
    return max((row for row in plan["green"] if row["resource"] == resource), key=lambda row: row["mwh"])


def site(plan: Data, name: str = "A2") -> Data:
    return next(row for row in plan["sites"] if row["id"] == name)


def banned_block(plan: Data) -> None:
    """Build a block of a technology that has ended."""
    site(plan)["blocks"].append({"year": 2035, "technology": "air_chiller", "n": 1})


def invented_feed(plan: Data) -> None:
    station = {"substation": "S1", "name": "S", "name_zh": "S", "voltage_kv": 220.0, "mw": 0.0, "km": 1.0, "mva": {},
               "built_year": 2030, "bus": None, "parent": None, "is_position_uncertain": False}  # fmt: skip
    site(plan)["feeds"].append(station)


def invented_lack(plan: Data) -> None:
    row = {"market": "EA", "year": 2035, "lacking_mwh": 1000.0}
    plan["missing"].append(row)


Change = Callable[[Data], Any]
FALSIFICATIONS: dict[str, tuple[str, Change]] = {
    "energy of a market": ("market_energy_mwh", lambda p: scale(market(p), "energy_mwh", 0.99)),
    "IT energy of a market": ("market_it_mwh", lambda p: scale(market(p), "it_mwh", 1.01)),
    "green power of a market": ("market_green_mwh", lambda p: scale(market(p), "green_mwh", 1.01)),
    "certificates of a market": ("market_certificate_mwh", lambda p: market(p).update(certificate_mwh=5000.0)),
    "emissions of a market": ("market_emissions_t", lambda p: scale(market(p, "EA"), "emissions_t", 0.9)),
    "REF of a market": ("market_ref", lambda p: scale(market(p, "EA"), "ref", 1.01)),
    "REF above 1": ("market_ref", lambda p: market(p).update(ref=1.2)),
    "CUE of a market": ("market_cue_kg_per_kwh", lambda p: scale(market(p, "EA"), "cue_kg_per_kwh", 0.9)),
    "PUE of a market": ("market_pue", lambda p: scale(market(p), "pue", 0.99)),
    "required share": ("market_required_share", lambda p: market(p).update(required_share=0.1)),
    "price of a market": ("market_energy_cny_per_mwh", lambda p: scale(market(p), "energy_cny_per_mwh", 0.9)),
    "a market left out": ("market_listed", lambda p: p["markets"].remove(market(p))),
    "a market twice": ("unique", lambda p: p["markets"].append(copy.deepcopy(market(p)))),
    "load of a hub": ("hub_it_mw", lambda p: scale(hub(p), "it_mw", 1.01)),
    "capacity of a hub": ("hub_installed_mw", lambda p: scale(hub(p), "installed_mw", 0.9)),
    "energy of a hub": ("hub_energy_mwh", lambda p: scale(hub(p), "energy_mwh", 0.99)),
    "IT energy of a hub": ("hub_it_mwh", lambda p: scale(hub(p), "it_mwh", 0.99)),
    "green power of a hub": ("hub_green_mwh", lambda p: scale(hub(p), "green_mwh", 0.99)),
    "certificates of a hub": ("hub_certificate_mwh", lambda p: scale(hub(p, "coast"), "certificate_mwh", 0.9)),
    "emissions of a hub": ("hub_emissions_t", lambda p: scale(hub(p, "coast"), "emissions_t", 0.9)),
    "water of a hub": ("hub_water_m3", lambda p: scale(hub(p), "water_m3", 0.9)),
    "PUE of a hub": ("hub_pue", lambda p: scale(hub(p), "pue", 0.99)),
    "REF of a hub": ("hub_ref", lambda p: scale(hub(p, "coast"), "ref", 0.99)),
    "CUE of a hub": ("hub_cue_kg_per_kwh", lambda p: scale(hub(p, "coast"), "cue_kg_per_kwh", 0.99)),
    "ERF of a hub": ("hub_erf", lambda p: hub(p).update(erf=0.1)),
    "latency of a hub": ("hub_rtt_ms", lambda p: scale(hub(p), "rtt_ms", 0.9)),
    "racks of a hub": ("hub_existing_racks", lambda p: hub(p, "coast").update(existing_racks=90_000.0)),
    "unknown racks told as none": ("hub_existing_racks", lambda p: hub(p).update(existing_racks=0.0)),
    "computing power of a hub": ("hub_compute_pflops", lambda p: hub(p).update(compute_pflops=100.0)),
    "computing power of a site": ("compute_pflops", lambda p: site(p).update(compute_pflops={"2035": 100.0})),
    "a hub left out": ("hub_listed", lambda p: p["hubs"].remove(hub(p))),
    "market of a site": ("site_market", lambda p: site(p).update(market="EA")),
    "hub of a site": ("site_hub", lambda p: site(p).update(hub="coast")),
    "a fact": ("existing", lambda p: p["existing"][0].update(racks_std=0.0)),
    "green power of another market": ("green_market", lambda p: bought(p, "wind_west").update(market="EA")),
    "certificates in another market": ("green_share", lambda p: bought(p, "cert").update(market="WE")),
    "a purchase twice": ("unique", lambda p: p["green"].append(copy.deepcopy(bought(p, "cert")))),
    "a banned block": ("banned_blocks", banned_block),
    "a feed of an area": ("own_access", invented_feed),
    "an early site": ("first_year", lambda p: site(p).update(open_year=2028)),
    "use of a hub's limit": ("limit_used", lambda p: scale(limit(p, "hub_cap"), "used", 0.9)),
    "a hub's limit": ("limit_limit", lambda p: scale(limit(p, "hub_cap"), "limit", 1.1)),
    "a hub's limit left out": ("limit_missing", lambda p: p["limits"].remove(limit(p, "hub_cap"))),
    "a hub's limit that binds": ("limit_binding", lambda p: limit(p, "hub_cap").update(is_binding=False)),
    "own access": ("limit_limit", lambda p: scale(limit(p, "own_access"), "limit", 2.0)),
    "occupancy of a hub": ("limit_used", lambda p: scale(limit(p, "hub_occupancy"), "used", 0.9)),
    "mean PUE": ("limit_used", lambda p: scale(limit(p, "mean_pue"), "used", 0.9)),
    "a channel over markets": ("limit_used", lambda p: scale(limit(p, "green_channel"), "used", 0.9)),
    "required share of a market": ("limit_limit", lambda p: scale(limit(p, "green_share"), "limit", 1.1)),
    "price of energy": ("ledger_cny_per_year", lambda p: scale(term(p, "energy"), "cny_per_year", 0.99)),
    "price of the network": ("ledger_cny", lambda p: scale(term(p, "network"), "cny", 0.9)),
    "name of a hub's water": ("plant_name", lambda p: site(p)["water"][0].update(name="Elsewhere")),
    "way to a hub's water": ("pipe_km", lambda p: site(p)["water"][0].update(km=1.0)),
    "an invented lack": ("missing", invented_lack),
    "national share": ("energy_required_share", lambda p: scale(p["energy"][1], "required_share", 1.1)),
}  # fmt: skip
