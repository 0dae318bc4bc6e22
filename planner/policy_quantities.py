"""What a policy rule may rule: its quantities with their units, the words of those that choose, and who a rule speaks to."""

from __future__ import annotations

from typing import Literal

YES_NO = "yes_no"
CHOICE = "choice"
PUE = "1"  # no other quantity is without a unit
QUANTITIES: dict[str, str] = {
    "ai_share_target": "share",
    "air_cooling_max_kw_per_rack": "kW/rack",
    "coal_equivalent_kg_per_kwh": "kg/kWh",
    "coal_equivalent_primary_kg_per_kwh": "kg/kWh",
    "differential_tariff_cny_per_mwh": "CNY/MWh",
    "differential_tariff_high_cny_per_mwh": "CNY/MWh",
    "differential_tariff_pue": "1",
    "green_share": "share",
    "green_share_preferred": "share",
    "heat_share_min": "share",
    "heat_use": CHOICE,
    "hub_new_share": "share",
    "is_220_110_kv_expandable": YES_NO,
    "is_conversion_energy_neutral": YES_NO,
    "is_drinking_water_allowed": YES_NO,
    "is_hub_cluster_required": YES_NO,
    "is_near_500_kv_required": YES_NO,
    "liquid_ready_share": "share",
    "mean_pue_cap": "1",
    "near_range_500_kv_km": "km",
    "occupancy_min_share": "share",
    "pue_cap": "1",
    "pue_preferred": "1",
    "pue_scope": CHOICE,
    "retrofit_grant_max_cny": "CNY",
    "stock_credit_max_pue": "1",
    "stock_plan_threshold_mwh_per_year": "MWh/year",
    "training_in_city_max_share": "share",
    "water_cap_m3_per_year": "m3/year",
    "water_scarcity": CHOICE,
    "workload_role": CHOICE,
    "wue_denominator": CHOICE,
}
CHOICES: dict[str, tuple[str, ...]] = {
    "heat_use": ("raised",),
    "pue_scope": ("block", "site"),
    "water_scarcity": ("conservation_area", "not_abundant"),
    "workload_role": ("medium_high_latency_goes_west", "offline_backup_batch"),
    "wue_denominator": ("it_energy", "total_energy"),
}
PRICED = ("differential_tariff_pue", "differential_tariff_cny_per_mwh", "differential_tariff_high_cny_per_mwh")
Audience = Literal["all", "city", "hub_new", "hub_start_area", "new_build", "public_procurement", "stock"]
Effect = Literal["hard", "price", "label"]
Label = Literal["admissible", "conditional", "rejected"]
LABEL = "label"
PACK_SUFFIXES = (".yaml", ".yml")


def is_pack_file(name: str) -> bool:
    """Return whether a policy pack is named by its file, not by the name of a bundled one."""
    return name.endswith(PACK_SUFFIXES)
