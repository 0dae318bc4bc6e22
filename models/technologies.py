"""The seven cooling technologies: what each plant is made of, new build and as found in the stock.

A technology rejects its heat through an air plant and, if it is liquid-cooled, a liquid plant. A plant has one of four
ways to the outdoor air:

    dry       coil or dry cooler, sink is the dry bulb; air-cooled chiller behind it
    tower     open cooling tower, sink is the wet bulb; water-cooled chiller behind it
    airside   outdoor air blown through the hall, wetted when it is warm
    indirect  air-to-air exchanger, dry while the air is cool, sprayed when it is warm; trim chiller behind it

Values are engineering assumptions for large new plants of 2025 (assumed, medium), the same for every place; levels were
compared with the trial values of the formulation notes, and with published ranges in `planner/calibrate.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

PlantKind = Literal["dry", "tower", "airside", "indirect"]

STOCK_LOAD_FACTOR = 0.6  # drawn over installed IT in the stock; constant-speed fans and pumps run for the installed
STOCK_CARNOT_SHARE = 0.85  # chillers of 2010 to 2020 against those of 2025
STOCK_WATER_SUPPLY_DEGC = 12.0  # chilled water 12/18 degC instead of 18/24


@dataclass(frozen=True)
class Plant:
    """One way from the heat to the outdoor air; fans and pumps as shares of the heat moved."""

    kind: PlantKind
    supply_degc: float  # coldest temperature the loop must deliver: chilled water, hall air or liquid
    range_k: float  # return less supply
    approach_k: float | None  # free cooling: supply above the sink; None without an economiser
    dry_approach_k: float  # indirect only: supply above the dry bulb while not sprayed
    condenser_lift_k: float  # condensing temperature above the sink
    carnot_share: float  # chiller COP over the Carnot COP
    hall_fan_share: float  # fans in the hall: their power becomes heat of the hall
    pump_share: float
    rejection_fan_share: float
    evaporator_approach_k: float = 3.0
    tower_approach_k: float = 4.0  # tower only: cold water above the wet bulb
    drift_share: float = 5e-5  # tower only: of the water that goes round


# assumed [15-25]: what air can take with closed aisles; a policy pack may allow less (15: facts F091)
AIR_MAX_KW_PER_RACK = 20.0


@dataclass(frozen=True)
class Technology:
    """A cooling technology as a planner chooses it for a block."""

    id: str
    name_en: str
    name_zh: str
    is_wet: bool
    is_liquid: bool
    min_density_kw_per_rack: float
    max_density_kw_per_rack: float
    liquid_share: float  # of the IT heat; the rest goes to air
    land_factor: float  # area per MW IT against a plain hall
    air: Plant
    liquid: Plant | None = None
    is_admissible_default: bool = True


_AIR_CHILLER = Plant(
    kind="dry", supply_degc=18.0, range_k=6.0, approach_k=10.0, dry_approach_k=0.0, condenser_lift_k=13.0,
    carnot_share=0.48, hall_fan_share=0.045, pump_share=0.025, rejection_fan_share=0.03,
)  # fmt: skip
_TOWER_CHILLER = Plant(
    kind="tower", supply_degc=18.0, range_k=6.0, approach_k=6.0, dry_approach_k=0.0, condenser_lift_k=11.0,
    carnot_share=0.55, hall_fan_share=0.045, pump_share=0.035, rejection_fan_share=0.012,
)  # fmt: skip
_AIRSIDE = Plant(
    kind="airside", supply_degc=23.0, range_k=12.0, approach_k=1.0, dry_approach_k=1.0, condenser_lift_k=13.0,
    carnot_share=0.45, hall_fan_share=0.05, pump_share=0.001, rejection_fan_share=0.0,
)  # fmt: skip
_INDIRECT = Plant(
    kind="indirect", supply_degc=25.0, range_k=12.0, approach_k=6.0, dry_approach_k=6.0, condenser_lift_k=20.0,
    carnot_share=0.40, hall_fan_share=0.035, pump_share=0.002, rejection_fan_share=0.025,
)  # fmt: skip
_LIQUID_DRY = Plant(
    kind="dry", supply_degc=40.0, range_k=8.0, approach_k=8.0, dry_approach_k=0.0, condenser_lift_k=13.0,
    carnot_share=0.48, hall_fan_share=0.0, pump_share=0.015, rejection_fan_share=0.015,
)  # fmt: skip
_LIQUID_TOWER = Plant(
    kind="tower", supply_degc=35.0, range_k=8.0, approach_k=7.0, dry_approach_k=0.0, condenser_lift_k=11.0,
    carnot_share=0.55, hall_fan_share=0.0, pump_share=0.015, rejection_fan_share=0.008,
)  # fmt: skip

_ALL = (
    Technology(
        "air_chiller", "Air-cooled chiller with dry free cooling", "风冷冷水机组（带干式自然冷却）",
        is_wet=False, is_liquid=False, min_density_kw_per_rack=0.0, max_density_kw_per_rack=AIR_MAX_KW_PER_RACK,
        liquid_share=0.0, land_factor=1.0, air=_AIR_CHILLER,
    ),
    Technology(
        "tower_economiser", "Water-cooled chiller with cooling tower and economiser", "水冷冷水机组（冷却塔自然冷却）",
        is_wet=True, is_liquid=False, min_density_kw_per_rack=0.0, max_density_kw_per_rack=AIR_MAX_KW_PER_RACK,
        liquid_share=0.0, land_factor=1.0, air=_TOWER_CHILLER,
    ),
    Technology(
        "airside_adiabatic", "Direct outdoor air with adiabatic cooling", "直接新风（绝热加湿）",
        is_wet=True, is_liquid=False, min_density_kw_per_rack=0.0, max_density_kw_per_rack=AIR_MAX_KW_PER_RACK,
        liquid_share=0.0, land_factor=1.3, air=_AIRSIDE, is_admissible_default=False,
    ),
    Technology(
        "indirect_evaporative", "Indirect evaporative cooling", "间接蒸发冷却",
        is_wet=True, is_liquid=False, min_density_kw_per_rack=0.0, max_density_kw_per_rack=AIR_MAX_KW_PER_RACK,
        liquid_share=0.0, land_factor=1.5, air=_INDIRECT,
    ),
    Technology(
        "cold_plate_dry", "Cold plate with dry coolers", "冷板液冷（干冷器）",
        is_wet=False, is_liquid=True, min_density_kw_per_rack=15.0, max_density_kw_per_rack=130.0,
        liquid_share=0.8, land_factor=1.0, air=_AIR_CHILLER, liquid=_LIQUID_DRY,
    ),
    Technology(
        "cold_plate_tower", "Cold plate with cooling towers", "冷板液冷（冷却塔）",
        is_wet=True, is_liquid=True, min_density_kw_per_rack=15.0, max_density_kw_per_rack=130.0,
        liquid_share=0.8, land_factor=1.0, air=_TOWER_CHILLER, liquid=_LIQUID_TOWER,
    ),
    Technology(
        "immersion", "Immersion with dry coolers", "浸没式液冷（干冷器）",
        is_wet=False, is_liquid=True, min_density_kw_per_rack=15.0, max_density_kw_per_rack=250.0,
        liquid_share=0.95, land_factor=1.0, air=_AIR_CHILLER, liquid=_LIQUID_DRY,
    ),
)  # fmt: skip

TECHNOLOGIES: dict[str, Technology] = {technology.id: technology for technology in _ALL}


def as_in_stock(technology: Technology) -> Technology:
    """Return an air-cooled technology as existing centres have it; liquid cooling is new build in any centre.

    Chilled water at 12/18 degC, chillers 15 % less efficient, fans and pumps of constant speed sized for the installed
    load and so 1/0.6 of the share of the drawn one, no dry free cooling behind air-cooled chillers. These rules were
    fixed from how such centres were built (assumed, low) and not changed afterwards; the new-build values they start
    from were still adjusted to the trial levels of new build, which moved the stock's mean PUE by about 0.01.
    """
    if technology.id not in ("air_chiller", "tower_economiser"):
        return technology
    plant = technology.air
    old = replace(
        plant,
        supply_degc=STOCK_WATER_SUPPLY_DEGC,
        carnot_share=STOCK_CARNOT_SHARE * plant.carnot_share,
        hall_fan_share=plant.hall_fan_share / STOCK_LOAD_FACTOR,
        pump_share=plant.pump_share / STOCK_LOAD_FACTOR,
        approach_k=None if plant.kind == "dry" else plant.approach_k,
    )
    return replace(technology, air=old)


STOCK_TECHNOLOGIES: dict[str, Technology] = {key: as_in_stock(value) for key, value in TECHNOLOGIES.items()}
