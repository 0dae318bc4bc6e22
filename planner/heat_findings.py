"""Published waste heat of a centre in Harbin beside the model's own heat: deviations are findings, nothing is fitted.

    area     = heat output / design heat load per m2
    saving   = area x design heat load x full-load hours of the season x price of bought heat
    revenue  = heat output x hours of the season x price of heat at the fence, what the siting model would count

Inputs are one published figure each (the heat output, or the area) and values of standard practice that were fixed before
comparing. The two published figures are never divided by each other. Offices and hot water are heated with the heat of
the first stage; what else the figure holds (height of halls, hot water, reserve) is not published.

Source
    F050-F052: heat output, area and saving of 2024. Design heat load: CJJ 34-2010 table 3.1.2-1, offices with energy-saving
    measures 50 to 70 W/m2, without 60 to 80; Harbin is the coldest large city of the table's three regions, so the upper
    end (recalled, medium). Season: GB 50736-2012 appendix A, Harbin (recalled, medium). Prices: assumed.
"""

from __future__ import annotations

from typing import Any

from models.heat import HeatingSeason, heat_of_area_mwh, heated_area_m2
from planner.i18n import gettext as _
from planner.units import HOURS_PER_DAY, KW_PER_MW

HEAT_KW, AREA_M2, SAVING_CNY = 10_327.0, 87_117.0, 2.09e6  # F050, F051, F052
HARBIN = HeatingSeason(days=176.0, mean_degc=-9.4)
DESIGN_DEGC = -24.2
DESIGN_W_PER_M2, DESIGN_RANGE = 70.0, (60.0, 80.0)
MWH_PER_GJ = 1.0 / 3.6
BOUGHT_CNY_PER_MWH, BOUGHT_RANGE = 35.0 / MWH_PER_GJ, (25.0 / MWH_PER_GJ, 50.0 / MWH_PER_GJ)
FENCE_CNY_PER_MWH, FENCE_RANGE = 60.0, (30.0, 120.0)
MILLION = 1e6
Row = dict[str, Any]


def saving_cny(area_m2: float, w_per_m2: float, cny_per_mwh: float) -> float:
    """Return what a floor area in Harbin saves a year when its heat need not be bought [CNY]."""
    return heat_of_area_mwh(area_m2, w_per_m2, HARBIN.full_load_hours(DESIGN_DEGC)) * cny_per_mwh


def revenue_cny(heat_kw: float, cny_per_mwh: float) -> float:
    """Return what a heat output brings in Harbin's season, used in every hour of it [CNY]."""
    return heat_kw / KW_PER_MW * HOURS_PER_DAY * HARBIN.days * cny_per_mwh


def _row(
    quantity: str, unit: str, fact: str, *, model: float, published: float, low: float, high: float, note: str
) -> Row:
    range_text = _("{low} to {high} over the range of the assumptions").format(low=_short(low), high=_short(high))
    return {
        "quantity": quantity,
        "unit": unit,
        "fact": fact,
        "model": model,
        "published": published,
        "deviation": model / published - 1.0,
        "low": low,
        "high": high,
        "note": f"{note}; {range_text}",
    }


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= KW_PER_MW else f"{value:.2f}"


def heat_findings() -> list[Row]:
    """Return quantity, unit, fact, model, published, deviation (model over published, less 1), low, high, note."""
    area = [heated_area_m2(HEAT_KW, w) for w in (DESIGN_W_PER_M2, *DESIGN_RANGE)]
    saved = [
        saving_cny(AREA_M2, w, price) / MILLION
        for w, price in ((DESIGN_W_PER_M2, BOUGHT_CNY_PER_MWH), *zip(DESIGN_RANGE, BOUGHT_RANGE, strict=True))
    ]
    sold = [revenue_cny(HEAT_KW, price) / MILLION for price in (FENCE_CNY_PER_MWH, *FENCE_RANGE)]
    million = _("million CNY/year")
    return [
        _row(_("Harbin: floor area heated by the recovered heat"), "m2", "F050, F051", model=area[0], published=AREA_M2,
             low=area[2], high=area[1],
             note=_("{w:g} W/m2 for offices in the severe cold; the published area takes more per m2 than standards give, "
                    "perhaps with hot water or a reserve").format(w=DESIGN_W_PER_M2)),
        _row(_("Harbin: saving on the published floor area"), million, "F051, F052", model=saved[0],
             published=SAVING_CNY / MILLION, low=saved[1], high=saved[2],
             note=_("{hours:,.0f} full-load hours, heat bought at {price:,.0f} CNY/MWh (assumed), so that closeness proves little").format(
                 hours=HARBIN.full_load_hours(DESIGN_DEGC), price=BOUGHT_CNY_PER_MWH)),
        _row(_("Harbin: heat of the whole season at the fence"), million, "F050, F052", model=sold[0],
             published=SAVING_CNY / MILLION, low=sold[1], high=sold[2],
             note=_("{days:g} days at full output, {price:g} CNY/MWh (assumed), as the siting model counts it").format(
                 days=HARBIN.days, price=FENCE_CNY_PER_MWH)),
    ]  # fmt: skip
