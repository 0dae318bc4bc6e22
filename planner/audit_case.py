"""A stored plan as frames, beside the numbers it must follow from.

The plan's lists become one frame each; maps by year become rows. Nothing here looks at the model: what a plan uses is
added up from its loads, blocks, feeds and halls with the coefficients of the assembled tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from models.siting.data import SitingData
from planner.audit_compare import YEAR_LIKE, cast_to
from planner.region import Region
from planner.scenario import Scenario

DRY = ""  # plant of a load that needs no water
ALL = "all"  # the only market of a region without markets
TEXT = {
    "site", "climate", "reach", "technology", "workload", "availability", "plant", "substation", "group", "node",
    "district", "outside", "resource", "kind", "stock", "option", "quantity", "term", "place", "constraint",
    "cut", "state", "before", "market", "hub", "sink",
}  # fmt: skip


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with one type per column name, so that empty frames join like full ones."""
    types = {}
    for column in frame.columns:
        if column in YEAR_LIKE:
            types[column] = "int64"
        elif column in TEXT:
            types[column] = "object"
        elif not column.startswith("is_") or not len(frame):
            types[column] = "bool" if column.startswith("is_") else "float64"
    return cast_to(frame, types)


def _rows(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame of the fields `columns` (name in the plan -> name here); an absent field is an error."""
    records = [tuple(row[c] for c in columns) for row in rows]
    return typed(pd.DataFrame(records, columns=list(columns.values())))


def _mapped(rows: Iterable[tuple[Sequence[Any], Mapping[str, float]]], keys: Sequence[str]) -> pd.DataFrame:
    """Return keys, year, value of maps by year."""
    records = [(*key, int(y), v) for key, values in rows for y, v in values.items()]
    return typed(pd.DataFrame(records, columns=[*keys, "year", "value"]))


@dataclass(frozen=True, eq=False)
class Case:
    """A plan, the region and scenario it claims to answer, and the assembled tables."""

    plan: Mapping[str, Any]
    region: Region
    scenario: Scenario
    data: SitingData
    candidates: pd.DataFrame
    stock_mwh: float  # energy of existing centres today [MWh/year]

    @property
    def years(self) -> tuple[int, ...]:
        """Planning years of the scenario."""
        return self.scenario.years

    def is_on(self, family: str) -> bool:
        """Return whether the scenario keeps a family of limits."""
        return family not in self.scenario.families_off

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Assembled tables with one type per column name."""
        return {name: typed(frame) for name, frame in self.data.frames.items()}

    @cached_property
    def place_of(self) -> pd.DataFrame:
        """Return market and hub of every climate (index): one market "all" and no hub where the region has none."""
        climates = pd.unique(self.tables["sites"]["climate"])
        given = self.tables["climates"].drop_duplicates("climate").set_index("climate")[["market", "hub"]]
        return given.reindex(climates).fillna({"market": ALL, "hub": ""})

    @property
    def has_markets(self) -> bool:
        """Return whether the region has electricity markets of its own."""
        return len(self.tables["markets"]) > 0

    @cached_property
    def own_limit_mva(self) -> pd.Series[float]:
        """Limit of each site's own access by site [MVA]; a site without one is fed from substations."""
        return self.tables["sites"].set_index("site")["own_limit_mva"].dropna()

    @cached_property
    def sites(self) -> pd.DataFrame:
        """Chosen sites: site, place and what the plan says of the whole site."""
        names = ("name", "name_zh", "lon", "lat", "district", "open_year", "is_dual_fed", "is_position_uncertain")
        columns = {"id": "site", **{n: n for n in (*names, "climate")}}
        records = [tuple(row[c] for c in columns) for row in self.plan["sites"]]
        frame = pd.DataFrame(records, columns=list(columns.values()))
        return frame.astype({"open_year": "int64", "lon": float, "lat": float, "site": object, "climate": object})

    def of_sites(self, field: str) -> pd.DataFrame:
        """Return site, year, value of a site's map by year."""
        return _mapped((([s["id"]], s[field]) for s in self.plan["sites"]), ["site"])

    def _inside(self, field: str) -> Iterator[dict[str, Any]]:
        for site in self.plan["sites"]:
            for row in site[field]:
                yield {**row, "site": site["id"]}

    @cached_property
    def loads(self) -> pd.DataFrame:
        """IT load: site, year, technology, plant, workload, it_mw with climate and the coefficients of the load."""
        columns = {c: c for c in ("site", "year", "technology", "plant", "workload", "it_mw")}
        frame = _rows(self._inside("loads"), columns)
        frame["plant"] = frame["plant"].where(frame["plant"].notna(), DRY).astype(object)
        frame = frame.merge(self.tables["sites"][["site", "climate"]], on="site", how="left")
        frame = frame.merge(self.tables["performance"], on=["climate", "technology", "workload"], how="left")
        frame = frame.merge(self.tables["workloads"][["workload", "availability"]], on="workload", how="left")
        return frame.assign(
            mva=frame["it_mw"] * frame["mva_per_mw"],
            class_a_mva=(frame["it_mw"] * frame["mva_per_mw"]).where(frame["availability"] == "A", 0.0),
            mwh=frame["it_mw"] * frame["mwh_per_mw_year"],
            kw=frame["it_mw"] * frame["peak_kw_per_mw"],
        )

    @cached_property
    def blocks(self) -> pd.DataFrame:
        """Installed blocks: site, year, technology, n, mw, ha and the fixed load that comes with them."""
        frame = _rows(self._inside("blocks"), {c: c for c in ("site", "year", "technology", "n")})
        sites = self.tables["sites"][["site", "climate", "land_cny_per_ha_year"]]
        frame = frame.merge(sites, on="site", how="left").merge(
            self.tables["technologies"], on="technology", how="left"
        )
        frame = frame.merge(self.tables["overheads"], on=["climate", "technology"], how="left")
        mw = frame["n"] * frame["block_mw"]
        return frame.assign(
            mw=mw,
            ha=mw * frame["area_ha_per_mw"],
            mva=mw * frame["mva_per_mw"],
            mwh=mw * frame["mwh_per_mw_year"],
            kw=mw * frame["peak_kw_per_mw"],
        )

    @cached_property
    def site_years(self) -> pd.DataFrame:
        """Every chosen site and planning year: is_open, drawn_mw, installed_mw, mva, class_a_mva, mwh, ha.

        Without phasing a site is open in the years in which it has blocks.
        """
        frame = self.sites[["site", "open_year"]].merge(pd.DataFrame({"year": list(self.years)}), how="cross")
        sums = {
            "drawn_mw": (self.loads, "it_mw"),
            "load_mva": (self.loads, "mva"),
            "class_a_mva": (self.loads, "class_a_mva"),
            "load_mwh": (self.loads, "mwh"),
            "installed_mw": (self.blocks, "mw"),
            "fixed_mva": (self.blocks, "mva"),
            "fixed_mwh": (self.blocks, "mwh"),
            "ha": (self.blocks, "ha"),
            "n": (self.blocks, "n"),
        }
        for name, (table, column) in sums.items():
            part = table.groupby(["site", "year"], as_index=False)[column].sum().rename(columns={column: name})
            frame = frame.merge(part, on=["site", "year"], how="left").fillna({name: 0.0})
        return frame.assign(
            is_open=frame["year"] >= frame["open_year"] if self.is_on("phasing") else frame["n"] > 0,
            mva=frame["load_mva"] + frame["fixed_mva"],
            mwh=frame["load_mwh"] + frame["fixed_mwh"],
        )

    @cached_property
    def feeds(self) -> pd.DataFrame:
        """Feeds of the plan: site, substation and what the plan says of each."""
        columns = ("site", "substation", "name", "name_zh", "voltage_kv", "mw", "km", "built_year", "bus", "parent")
        records = [tuple(row[c] for c in (*columns, "is_position_uncertain")) for row in self._inside("feeds")]
        frame = pd.DataFrame(records, columns=[*columns, "is_position_uncertain"])
        return frame.astype(
            {"site": object, "substation": object, "built_year": "int64", "voltage_kv": float, "mw": float, "km": float}
        )

    @cached_property
    def feed_years(self) -> pd.DataFrame:
        """Every feed in every year it stands: site, substation, group, year, mva (0 where the plan names none)."""
        said = _mapped(
            (([f["site"], f["substation"]], f["mva"]) for f in self._inside("feeds")), ["site", "substation"]
        )
        frame = self.feeds[["site", "substation", "built_year"]].merge(
            pd.DataFrame({"year": list(self.years)}), how="cross"
        )
        frame = frame.merge(said.rename(columns={"value": "mva"}), on=["site", "substation", "year"], how="left")
        groups = self.tables["feeds"][["site", "substation", "group"]]
        frame = frame.merge(groups, on=["site", "substation"], how="left").fillna({"mva": 0.0})
        stands = frame["year"] >= frame["built_year"] if self.is_on("phasing") else frame["mva"] > 0
        return frame.assign(is_built=stands)

    @cached_property
    def pipes(self) -> pd.DataFrame:
        """Pipes of the plan: site, plant, km, built_year (the first year of use; a pipe without water is none)."""
        rows = []
        for pipe in self._inside("water"):
            used = [int(y) for y, m3 in pipe["by_year"].items() if m3 > 0]
            rows.append((pipe["site"], pipe["plant"], pipe["km"], min(used, default=self.years[-1])))
        return typed(pd.DataFrame(rows, columns=["site", "plant", "km", "built_year"]))

    @cached_property
    def pipe_years(self) -> pd.DataFrame:
        """Every pipe in every year it stands: site, plant, year."""
        frame = self.pipes.merge(pd.DataFrame({"year": list(self.years)}), how="cross")
        if self.is_on("phasing"):
            return frame[frame["year"] >= frame["built_year"]]
        used = self.of_pipes("by_year").loc[lambda f: f["value"] > 0, ["site", "plant", "year"]]
        return frame.merge(used, on=["site", "plant", "year"])

    def of_pipes(self, field: str) -> pd.DataFrame:
        """Return site, plant, year, value of a pipe's map by year."""
        return _mapped((([w["site"], w["plant"]], w[field]) for w in self._inside("water")), ["site", "plant"])

    @cached_property
    def halls(self) -> pd.DataFrame:
        """Halls that have left "keep" by the year: stock, option, year, n."""
        rows = [(s["id"], o, s["year"], n) for s in self.plan["stock"] for o, n in s["options"].items()]
        return typed(pd.DataFrame(rows, columns=["stock", "option", "year", "n"]))

    @cached_property
    def served(self) -> pd.DataFrame:
        """Load of converted halls: stock, option, workload, year, it_mw."""
        rows = [
            (s["id"], r["option"], r["workload"], s["year"], r["it_mw"])
            for s in self.plan["stock"]
            for r in s["served"]
        ]
        return typed(pd.DataFrame(rows, columns=["stock", "option", "workload", "year", "it_mw"]))

    @cached_property
    def hall_changes(self) -> pd.DataFrame:
        """`halls` with the yearly change of energy and water and the cost of each option in that year, per hall."""
        options = self.tables["stock_options"]
        return self.halls.merge(options, on=["stock", "option", "year"], how="left")

    @cached_property
    def water_loads(self) -> pd.DataFrame:
        """Wet loads by month: site, plant, year, month, m3_per_day (mean), peak_m3_per_day, m3 (of the month)."""
        wet = self.loads.loc[
            self.loads["plant"] != DRY, ["site", "climate", "technology", "plant", "workload", "year", "it_mw"]
        ]
        use = wet.merge(self.tables["water_use"], on=["climate", "technology", "workload"])
        use = use.merge(self.tables["plants"], on="plant").merge(self.tables["months"], on="month")
        mean = use["it_mw"] * use["m3_per_day_per_mw"] * use["makeup_factor"]
        return use.assign(m3_per_day=mean, peak_m3_per_day=mean * use["peak_day_factor"], m3=mean * use["days"])

    def listed(self, name: str, columns: Sequence[str], **renamed: str) -> pd.DataFrame:
        """Return one of the plan's flat lists as a frame; `renamed` gives field -> column."""
        return _rows(self.plan[name], {c: renamed.get(c, c) for c in columns})

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """Who serves whom: district, workload, year, place, it_mw."""
        return self.listed("assignments", ["district", "workload", "year", "site", "it_mw"], site="place")

    @cached_property
    def outside(self) -> pd.DataFrame:
        """Load sent outside: outside, workload, year, it_mw."""
        return self.listed("outside", ["id", "workload", "year", "it_mw"], id="outside")

    @cached_property
    def unserved(self) -> pd.DataFrame:
        """Demand left unserved: district, workload, year, it_mw."""
        return self.listed("unserved", ["district", "workload", "year", "it_mw"])

    @cached_property
    def green(self) -> pd.DataFrame:
        """Green power and certificates: resource, market, year, mwh, kind, premium, channel, largest share, open_to.

        `open_to`: the market that the resource may serve, "" for every one. Without markets there is one, "all".
        """
        frame = self.listed("green", ["resource", "year", "mwh"])
        market = [str(row.get("market", ALL)) for row in self.plan["green"]]
        offers = self.tables["green"].rename(columns={"market": "open_to"})
        return typed(frame.assign(market=market)).merge(offers, on=["resource", "year"], how="left")

    @cached_property
    def energy_mwh(self) -> pd.Series[float]:
        """Energy of new sites by planning year [MWh]."""
        sums = self.site_years.groupby("year")["mwh"].sum()
        return sums.reindex(list(self.years), fill_value=0.0)
