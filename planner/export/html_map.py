"""Write the plan as one HTML page that works without any network: map, figures, bottlenecks, security first."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
from bokeh.core.types import ID
from bokeh.embed import json_item
from bokeh.resources import Resources
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from planner.export.atomic import write_text
from planner.export.extent import bounds_of, plan_bounds
from planner.export.facts import PlanDict
from planner.export.layers import plan_layers
from planner.export.map_figure import draw
from planner.export.map_panel import panel
from planner.export.sentences import names_of
from planner.i18n import use_language

if TYPE_CHECKING:
    from planner.region import Region

MODEL_ID = re.compile(r'"(p\d+)"')
LAYER_COUNTS = {
    "feeds",
    "pipes",
    "sites",
    "substations",
    "reclaimed_plants",
    "stock",
    "candidates",
    "grid_lines",
    "grid_stations",
    "hubs",
    "flows",
}


def write_html_map(
    plan: PlanDict, region: Region, path: Path, *, candidates: gpd.GeoDataFrame | None = None, lang: str
) -> Path:
    """Write the page in `lang` (en or zh), whole or not at all."""
    return write_text(path, html_map(plan, region, candidates=candidates, lang=lang))


def html_map(plan: PlanDict, region: Region, *, candidates: gpd.GeoDataFrame | None = None, lang: str) -> str:
    """Return the page as text: one file, scripts and styles inside, the same plan gives the same text."""
    with use_language(lang):
        return _page(plan, region, candidates, lang=lang)


def _page(plan: PlanDict, region: Region, candidates: gpd.GeoDataFrame | None, *, lang: str) -> str:
    layers = plan_layers(plan, region, candidates=candidates)
    figure = draw(layers, plan, crs=region.projected_crs, lang=lang, names=names_of(plan, region, lang=lang))
    item = _with_stable_ids(json.dumps(json_item(figure, ID("map")), ensure_ascii=False))
    content = panel(plan, region, lang=lang)
    facts = {
        "counts": {name: len(layer) for name, layer in layers.items() if name in LAYER_COUNTS},
        "security": content["level"],
        "bounds": {"plan": plan_bounds(layers, region), "region": bounds_of([layers["districts"]], region)},
        "years": [int(year) for year in plan.get("years") or []],
        "fingerprint": (plan.get("record") or {}).get("fingerprint"),
    }
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_text_of("map_template.html"))
    return template.render(
        page=content,
        style=Markup(_text_of("map.css")),  # noqa: S704 (our own file)
        script=Markup(_text_of("map.js")),  # noqa: S704 (our own file)
        library=Markup(Resources(mode="inline", components=["bokeh"]).render_js()),  # noqa: S704 (Bokeh's own)
        item=Markup(_in_script(item)),  # noqa: S704 (escaped for a script element)
        facts=Markup(_in_script(json.dumps(facts, ensure_ascii=False, sort_keys=True))),  # noqa: S704
        has_candidates="candidates" in layers,
        has_grid="grid_lines" in layers,
    )


def _text_of(name: str) -> str:
    return (resources.files("planner.export") / name).read_text(encoding="utf-8")


def _in_script(text: str) -> str:
    """Escape JSON so that no value can end the script element it stands in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _with_stable_ids(text: str) -> str:
    """Renumber Bokeh's model ids in order of appearance: they depend on what the process drew before."""
    ids: dict[str, str] = {}
    known = set(re.findall(r'"id": "(p\d+)"', text)) | set(re.findall(r'"root_id": "(p\d+)"', text))

    def renumber(match: re.Match[str]) -> str:
        if match.group(1) not in known:
            return match.group(0)
        return '"' + ids.setdefault(match.group(1), f"p{1001 + len(ids)}") + '"'

    return MODEL_ID.sub(renumber, text)
