"""What was read, what is missing and what was changed when a network was imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.i18n import gettext as _

COUNTED = (
    "bus", "line", "trafo", "trafo3w", "impedance", "dcline", "switch", "load", "sgen", "gen", "ext_grid", "shunt",
    "ward", "xward", "motor", "storage", "asymmetric_load", "asymmetric_sgen",
)  # fmt: skip
_VOLTAGE_AT = {
    "line": "from_bus",
    "impedance": "from_bus",
    "dcline": "from_bus",
    "trafo": "hv_bus",
    "trafo3w": "hv_bus",
}


@dataclass(frozen=True)
class Remark:
    """One thing worth knowing; `code` is for programs, `text` in the user's language."""

    code: str
    text: str


@dataclass(frozen=True)
class BaseCase:
    """The power flow of the network as it is; the numbers are None where it did not converge."""

    is_converged: bool
    max_loading_percent: float | None
    min_vm_pu: float | None
    max_vm_pu: float | None
    losses_mw: float | None


@dataclass(frozen=True)
class GridReport:
    """The report of one import. `elements` has a row for each kind of element and nominal voltage."""

    source: str
    format: str
    elements: tuple[dict[str, Any], ...]
    load_mw: float
    load_mvar: float
    generation_mw: float
    base_case: BaseCase
    coordinates: str
    crs: str | None
    rating_problems: tuple[str, ...]
    missing: tuple[Remark, ...]
    changed: tuple[Remark, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        from dataclasses import asdict

        return asdict(self)

    def to_text(self) -> str:
        """Return the report as lines for people."""
        lines = [_("Network from {source} ({format}).").format(source=self.source, format=self.format)]
        for row in self.elements:
            line = f"  {row['element']} {row['vn_kv']:g} kV: {row['n']}"
            lines.append(line)
        text = _("Load {load:.1f} MW and {mvar:.1f} Mvar, generation {generation:.1f} MW.")
        lines.append(text.format(load=self.load_mw, mvar=self.load_mvar, generation=self.generation_mw))
        lines += [_base_text(self.base_case), _coordinates_text(self.coordinates)]
        for head, remarks in ((_("Missing or doubtful"), self.missing), (_("Changed"), self.changed)):
            if remarks:
                lines.append(head + ":")
                lines += [f"  - {remark.text}" for remark in remarks]
        return "\n".join(lines)


def make_report(
    net: Any, *, source: str, format_: str, coordinates: str, missing: list[Remark], changed: list[Remark]
) -> GridReport:
    """Return the report of a network; solves its base case."""
    from models.grid.quality import rating_problems

    base = base_case(net)
    loads, served = net.load, net.load["in_service"].astype(bool)
    scale = loads["scaling"] * served
    made = sum(float((net[t]["p_mw"] * net[t]["scaling"] * net[t]["in_service"]).sum()) for t in ("gen", "sgen"))
    return GridReport(
        source=source,
        format=format_,
        elements=tuple(_elements(net)),
        load_mw=float((loads["p_mw"] * scale).sum()),
        load_mvar=float((loads["q_mvar"] * scale).sum()),
        generation_mw=made,
        base_case=base,
        coordinates=coordinates,
        crs=net.get("crs"),
        rating_problems=tuple(rating_problems(net)),
        missing=(*missing, *_missing(net, base, coordinates)),
        changed=tuple(changed),
    )


def base_case(net: Any) -> BaseCase:
    """Solve the network as it is, from a DC start and, where that fails, from a flat one."""
    import pandapower as pp

    for init in ("dc", "flat"):
        try:
            pp.runpp(net, init=init)
        except (pp.LoadflowNotConverged, UserWarning, ValueError, FloatingPointError, np.linalg.LinAlgError):
            continue
        from models.grid.quality import largest_loading_percent

        losses = sum(float(net[t]["pl_mw"].sum()) for t in ("res_line", "res_trafo", "res_trafo3w", "res_impedance"))
        vm = net.res_bus["vm_pu"]
        return BaseCase(True, largest_loading_percent(net), float(vm.min()), float(vm.max()), losses)
    return BaseCase(False, None, None, None, None)


def _elements(net: Any) -> list[dict[str, Any]]:
    rows = []
    for table in COUNTED:
        frame = net[table]
        if len(frame):
            buses = frame.index if table == "bus" else frame[_VOLTAGE_AT.get(table, "bus")]
            counts = net.bus["vn_kv"].reindex(buses).value_counts().sort_index(ascending=False)
            rows += [{"element": table, "vn_kv": float(kv), "n": int(n)} for kv, n in counts.items()]
    return rows


def _missing(net: Any, base: BaseCase, coordinates: str) -> list[Remark]:
    """Return what a planner must know before using the network."""
    from models.grid.quality import LOW_LOADING_PERCENT, looks_like_kw

    found = _rating_remarks(net)
    if not has_source(net):
        found.append(Remark("no_source", _("No external source is in service: nothing balances the network.")))
    elif not base.is_converged:
        found.append(Remark("not_converged", _("The power flow of the network as it is did not converge.")))
    elif base.max_loading_percent is not None and base.max_loading_percent < LOW_LOADING_PERCENT:
        text = _("No branch is loaded above {percent:.1f} % in the base case: the ratings may be placeholders.")
        found.append(Remark("low_loading", text.format(percent=base.max_loading_percent)))
    for kv in looks_like_kw(net):
        text = _("Loads at {kv:g} kV are so large that kW may have been given as MW.")
        found.append(Remark("kw", text.format(kv=kv)))
    if coordinates == "drawing":
        text = _("Coordinates are a drawing layout or of an undeclared system: declare them with --crs EPSG:number.")
        found.append(Remark("coordinates_drawing", text))
    elif coordinates == "none":
        found.append(Remark("coordinates_none", _("Buses have no coordinates.")))
    return found


def has_source(net: Any) -> bool:
    """Return whether an external grid or a generator marked as slack is in service."""
    is_slack = net.gen["in_service"].astype(bool) & net.gen["slack"].astype(bool)
    return bool(net.ext_grid["in_service"].astype(bool).any() or is_slack.any())


def _rating_remarks(net: Any) -> list[Remark]:
    from models.grid.quality import rating_counts

    found = []
    for c in rating_counts(net):
        if c.kind == "impedance":
            text = _("{n} impedance elements have no thermal limit: nothing is checked there.")
            found.append(Remark("no_limit", text.format(n=c.n)))
        elif c.n_missing:
            text = _("{n} of {total} {kind} elements have no rating.")
            found.append(Remark("rating_missing", text.format(n=c.n_missing, total=c.n, kind=c.kind)))
        if c.n_placeholder:
            text = _("{n} of {total} {kind} elements have a placeholder instead of a rating: they never limit.")
            found.append(Remark("rating_placeholder", text.format(n=c.n_placeholder, total=c.n, kind=c.kind)))
    return found


def _base_text(base: BaseCase) -> str:
    if not base.is_converged:
        return _("Base case: did not converge.")
    loading = "-" if base.max_loading_percent is None else f"{base.max_loading_percent:.1f} %"
    text = _("Base case: highest loading {loading}, voltage {low:.3f} to {high:.3f} pu, losses {losses:.1f} MW.")
    return text.format(loading=loading, low=base.min_vm_pu, high=base.max_vm_pu, losses=base.losses_mw)


def _coordinates_text(coordinates: str) -> str:
    return {
        "real": _("Coordinates: longitude and latitude (WGS 84)."),
        "declared": _("Coordinates: brought to longitude and latitude (WGS 84) from the declared system."),
        "drawing": _("Coordinates: a drawing layout, not used."),
        "none": _("Coordinates: none."),
    }[coordinates]
