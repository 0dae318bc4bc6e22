"""Existing centres per hall: MVA, energy, water, and what each option changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.cooling import TECHNOLOGIES
from planner.assemble_costs import Prices
from planner.assemble_physics import Physics
from planner.fits import STOCK_PRICES
from planner.policy import PolicyPack
from planner.region import Region
from planner.scenario import Scenario
from planner.units import HOURS_PER_YEAR


@dataclass(frozen=True)
class StockFrames:
    """Frames of `SitingData` about existing centres, and their present use."""

    stock: pd.DataFrame
    options: pd.DataFrame
    mva: pd.DataFrame
    plant: pd.DataFrame
    displaced: pd.DataFrame
    capacity: pd.DataFrame
    plant_use: pd.DataFrame  # plant, month, m3_per_day today on the peak day
    yearly_m3: float
    yearly_mwh: float


def present_use(region: Region, scenario: Scenario, physics: Physics, climate: pd.Series) -> pd.DataFrame:
    """Return per hall and stock: peak_mw, pue, pue_design, m3_per_mwh by month (wide 1..12)."""
    mix = region["stock_cooling"].merge(climate.rename("climate").rename_axis("stock").reset_index(), on="stock")
    annual = mix.merge(physics.stock_annual, on=["climate", "technology"])
    share = annual["it_share"].astype(float)
    sums = (
        annual.assign(
            pue=share * (annual["pue_variable"] + annual["pue_fixed"]),
            pue_design=share * (annual["pue_variable_design"] + annual["pue_fixed"]),
        )
        .groupby("stock")[["pue", "pue_design"]]
        .sum()
    )
    monthly = mix.merge(physics.stock_monthly, on=["climate", "technology"])
    factor = makeup(scenario.water.cycles_of_concentration)
    monthly = monthly.assign(m3=monthly["it_share"].astype(float) * monthly["evaporation_m3_per_mwh"] * factor)
    water = monthly.pivot_table(index="stock", columns="month", values="m3", aggfunc="sum")
    return sums.join(water)


def tariff(policy: PolicyPack, pue: float, year: int) -> float:
    """Return the differential tariff in CNY per MWh of IT energy: on the excess of PUE above the limit.

    Up to twice the limit the low rate, above it the high rate. Source: rows differential_* of the policy pack.
    """
    if not policy.has("differential_tariff_pue", year, applies_to="stock"):
        return 0.0
    limit, low, high = (
        policy.value(q, year, applies_to="stock")
        for q in ("differential_tariff_pue", "differential_tariff_cny_per_mwh", "differential_tariff_high_cny_per_mwh")
    )
    first, second = max(0.0, min(pue, 2 * limit) - limit), max(0.0, pue - 2 * limit)
    return low * first + high * second


def makeup(cycles: float) -> float:
    """Return make-up per m3 evaporated: blowdown is 1/cycles of the make-up."""
    return 1.0 / (1.0 - 1.0 / cycles)


def _nodes(region: Region) -> pd.DataFrame:
    """Return stock, node, share: the stations of the centre's node in equal shares, and the zones above them."""
    subs = region["substations"]
    label = subs["node"].fillna(subs["substation"])
    stations = pd.DataFrame({"label": label, "node": subs["substation"], "zone": subs["parent"]})
    served = region["stock"][["stock", "node"]].rename(columns={"node": "label"}).merge(stations, on="label")
    served = served.assign(share=1.0 / served.groupby("stock")["node"].transform("size"))
    zones = served.dropna(subset=["zone"]).groupby(["stock", "zone"], as_index=False)["share"].sum()
    return pd.concat([served[["stock", "node", "share"]], zones.rename(columns={"zone": "node"})], ignore_index=True)


def _after(option: str, scenario: Scenario, physics: Physics, climate: str) -> tuple[float, float, np.ndarray]:
    """Return pue, pue_design and monthly make-up m3 per MWh of a hall after the option (0 when vacated)."""
    if option == "vacate":
        return 0.0, 0.0, np.zeros(12)
    name = scenario.stock.retrofit_technology if option == "retrofit" else scenario.stock.convert_technology
    annual, monthly = physics.annual, physics.stock_monthly
    row = annual[(annual["climate"] == climate) & (annual["technology"] == name)].iloc[0]
    monthly = monthly[(monthly["climate"] == climate) & (monthly["technology"] == name)].sort_values("month")
    factor = makeup(scenario.water.cycles_of_concentration)
    return (
        float(row["pue_variable"] + row["pue_fixed"]),
        float(row["pue_variable_design"] + row["pue_fixed"]),
        monthly["evaporation_m3_per_mwh"].to_numpy(float) * factor,
    )


def assemble_stock(
    region: Region, scenario: Scenario, physics: Physics, *, prices: Prices, policy: PolicyPack, reach: pd.Series,
    climate: pd.Series, days: pd.Series,
) -> StockFrames:  # fmt: skip
    """Return all frames about existing centres; an empty stock gives empty frames."""
    stock, pf = region["stock"], scenario.power.power_factor
    today = present_use(region, scenario, physics, climate)
    convert = scenario.workloads.get(scenario.stock.convert_workload)
    options, mva, plant, displaced, capacity, use = [], [], [], [], [], []
    nodes = _nodes(region)
    months = np.arange(1, 13)
    total_m3 = total_mwh = 0.0
    for row in stock.itertuples(index=False):
        mean = float(row.it_mw) / int(row.n_halls)
        peak = mean / float(row.load_factor)
        now = today.loc[row.stock]
        per_mwh = now[list(months)].to_numpy(float)
        g_now = peak * now["pue_design"] * scenario.stock.coincidence / pf
        total_mwh += float(row.it_mw) * HOURS_PER_YEAR * now["pue"]
        yearly_now = float((per_mwh * 24.0 * days.to_numpy(float)).sum()) * mean
        total_m3 += yearly_now * int(row.n_halls)
        reclaimed = float(row.reclaimed_share) * scenario.water.peak_day_factor  # plants must cover the peak day
        if isinstance(row.plant, str):
            use += [
                (row.plant, m, w * 24.0 * float(row.it_mw) * reclaimed) for m, w in zip(months, per_mwh, strict=True)
            ]
        for option in () if "stock" in scenario.families_off else scenario.stock.options:
            pue, pue_design, after = _after(option, scenario, physics, climate[row.stock])
            it_after = 0.0 if option == "vacate" else mean
            if option == "convert" and convert is not None:
                it_after = mean * min(1.0, now["pue"] / pue)
                drawn = it_after / convert.load_factor
                capacity.append((row.stock, option, scenario.stock.convert_workload, drawn))
                g_after = drawn * pue_design * convert.coincidence / pf
            else:
                g_after = it_after / float(row.load_factor) * pue_design * scenario.stock.coincidence / pf
            if option == "convert" and convert is None:
                continue
            invest = prices.yearly(STOCK_PRICES[option], "plant") * peak
            yearly_after = float((after * 24.0 * days.to_numpy(float)).sum()) * it_after
            is_liquid = (
                option != "vacate"
                and TECHNOLOGIES[
                    scenario.stock.retrofit_technology if option == "retrofit" else scenario.stock.convert_technology
                ].is_liquid
            )
            for year in _possible_years(scenario, option, region.base_year):
                saved = tariff(policy, now["pue"], year) * mean - tariff(policy, pue, year) * it_after
                options.append(
                    (row.stock, option, year, invest - HOURS_PER_YEAR * saved, HOURS_PER_YEAR * (it_after * pue - mean * now["pue"]),
                     yearly_after - yearly_now, is_liquid)
                )  # fmt: skip
            for node, share in nodes.loc[nodes["stock"] == row.stock, ["node", "share"]].itertuples(index=False):
                mva.append((row.stock, option, node, (g_after - g_now) * share))
            if isinstance(row.plant, str):
                change = (after * it_after - per_mwh * mean) * 24.0 * reclaimed
                plant += [(row.stock, option, row.plant, m, c) for m, c in zip(months, change, strict=True)]
            if option != "retrofit" and scenario.stock.displaced_workload in scenario.workloads:
                displaced.append((row.stock, option, scenario.stock.displaced_workload, peak))
    frame = stock[["stock", "n_halls", "district"]].assign(reach=stock["stock"].map(reach))
    plant_use = pd.DataFrame(use, columns=["plant", "month", "m3_per_day"])
    return StockFrames(
        stock=frame,
        options=pd.DataFrame(options, columns=["stock", "option", "year", "cny_per_year", "mwh_change_per_year",
                                               "water_change_m3_per_year", "is_liquid"]),
        mva=pd.DataFrame(mva, columns=["stock", "option", "node", "mva_change"]),
        plant=pd.DataFrame(plant, columns=["stock", "option", "plant", "month", "m3_per_day_change"]),
        displaced=pd.DataFrame(displaced, columns=["stock", "option", "workload", "it_mw"]),
        capacity=pd.DataFrame(capacity, columns=["stock", "option", "workload", "it_mw"]),
        plant_use=plant_use.groupby(["plant", "month"], as_index=False)["m3_per_day"].sum(),
        yearly_m3=total_m3,
        yearly_mwh=total_mwh,
    )  # fmt: skip


def _possible_years(scenario: Scenario, option: str, base_year: int) -> list[int]:
    """Return planning years by which a switch started after the year before can be complete."""
    before = [base_year, *scenario.years[:-1]]
    lead = scenario.stock.lead_years.get(option, 0)
    return [y for y, b in zip(scenario.years, before, strict=True) if y - b >= lead]
