"""Wishes on the map: click a site, then say that it must be built, must not, or how large it must be at least."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from planner.errors import InputProblems
from planner.i18n import gettext as _
from planner.map_view.selection import Selection, name_of, place_of, row_of
from planner.ui import state
from planner.ui.cards import card
from planner.ui.data_keys import DataKey
from planner.ui.deck import region_map
from planner.ui.markdown import plain
from planner.ui.waiting import view_or_wait
from planner.ui.words import spoken
from planner.wishes import Wish, all_wishes, wish_of, with_wish

LAYERS_ON = ("candidates", "sites", "districts")  # stations would lie over the cells
SITES = ("sites", "candidates", "marks")
HEIGHT_PX = 560


def show_wishes() -> None:
    """Show the map with the wishes as marks, what was picked, and the list of all wishes."""
    st.markdown(
        _("Click a candidate or a site of the plan, then say what shall become of it. The next solve keeps to it.")
    )
    view = view_or_wait()
    if view is not None:
        wish_on_map(view, state.shown_plan())


@st.fragment
def wish_on_map(view: Mapping[str, Any], plan: Mapping[str, Any] | None) -> None:
    """Show map, picked site and list; a click runs this part only."""
    with state.page():
        picture, side = st.columns([7, 3])
        with picture:
            clicked = region_map(
                view, plan=plan, layers_on=LAYERS_ON, marks=marks(view, plan), key=DataKey.WISH_MAP, height=HEIGHT_PX
            )
        with side:
            site = picked_site(view, plan, clicked)
            if site is None:
                st.info(_("Click a site on the map, or choose one here."), icon=":material/touch_app:")
            else:
                say_wish(view, plan, site)
            list_wishes(view, plan)


def marks(view: Mapping[str, Any], plan: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the wishes as marks of the map: fixed, forbidden, sized."""
    out = []
    for site, wish, _least in all_wishes(state.draft()):
        place = place_of(view, site_selection(plan, site), plan=plan)
        if place is not None:
            label = f"{site_name(view, plan, site)}: {wish_text(wish)}"
            out.append({"id": site, "lon": place[0], "lat": place[1], "label": label, "kind": wish})
    return out


def site_selection(plan: Mapping[str, Any] | None, site: str) -> Selection:
    """Return a site as the map knows it: one of the plan, else a candidate."""
    ids = {str(row["id"]) for row in (plan or {}).get("sites") or []}
    return Selection("sites" if site in ids else "candidates", site)


def site_name(view: Mapping[str, Any], plan: Mapping[str, Any] | None, site: str) -> str:
    """Return what a site is called."""
    return name_of(view, site_selection(plan, site), lang=state.lang(), plan=plan)


def wish_text(wish: Wish) -> str:
    """Return a wish in words."""
    words: dict[Wish, str] = {
        "fixed": _("must be built"),
        "forbidden": _("must not be built"),
        "sized": _("must have at least"),
        "none": _("no wish"),
    }
    return words[wish]


def picked_site(view: Mapping[str, Any], plan: Mapping[str, Any] | None, clicked: Selection | None) -> str | None:
    """Return the site that was picked last, on the map or in the list of candidates."""
    if clicked is not None and clicked.layer in SITES and clicked != st.session_state.get(DataKey.WISH_SEEN):
        st.session_state[spoken(DataKey.WISH_SITE)] = clicked.id
    st.session_state[DataKey.WISH_SEEN] = clicked
    district = clicked.id if clicked is not None and clicked.layer == "districts" else None
    if district is not None:
        where = name_of(view, Selection("districts", district), lang=state.lang())
        st.caption(
            _("Only sites in {district} are listed. Zoom in to click a single one.").format(district=plain(where))
        )
    free = free_sites(view, district)
    known = [*free, *(name for name, _wish, _least in all_wishes(state.draft()) if name not in free)]
    now = st.session_state.get(spoken(DataKey.WISH_SITE))
    if now is not None and now not in known:
        known.insert(0, now)
    found: str | None = st.selectbox(
        _("Site"),
        known,
        index=None,
        format_func=lambda site: site_name(view, plan, site),
        key=spoken(DataKey.WISH_SITE),
        placeholder=_("type a name or number"),
    )
    return found


def free_sites(view: Mapping[str, Any], district: str | None) -> list[str]:
    """Return the candidates that may be built, of one district or of all."""
    columns = view["layers"]["candidates"]["columns"]
    rows = zip(columns["id"], columns["status"], columns["district"], strict=True)
    return [str(i) for i, status, where in rows if status == "candidate" and district in (None, where)]


def say_wish(view: Mapping[str, Any], plan: Mapping[str, Any] | None, site: str) -> None:
    """Offer the wishes for one site, with its card below; an excluded cell can have none."""
    row = row_of(view, "candidates", site) or {}
    if row.get("status") == "excluded":
        st.warning(_("This cell is excluded, so nothing can be built there."))
    else:
        now, least_mw = wish_of(state.draft(), site)
        kinds: list[Wish] = ["fixed", "sized", "forbidden"]
        words = {kind: wish_text(kind) for kind in kinds}
        wish = st.radio(
            _("This site"),
            kinds,
            index=None if now == "none" else kinds.index(now),
            format_func=words.__getitem__,
            key=spoken(f"{DataKey.WISH_KIND}_{site}"),
        )
        size = least_mw or float(state.draft().clusters.min_site_mw)
        if wish == "sized":
            size = st.number_input(
                _("Least size (MW IT)"), min_value=1.0, value=max(1.0, size), step=5.0, key=f"{DataKey.WISH_MW}_{site}"
            )
        if st.button(_("Set this wish"), key=DataKey.WISH_SET, type="primary", disabled=wish is None):
            set_wish(site, wish or "none", size)
    with st.expander(_("Facts of this site")):
        card(view, plan, site_selection(plan, site))


def set_wish(site: str, wish: Wish, least_mw: float = 0.0) -> None:
    """Change the draft; where the scenario refuses, say why and leave it."""
    try:
        changed = with_wish(state.draft(), site, wish, least_mw=least_mw)
    except InputProblems as wrong:
        for problem in wrong.problems:
            st.error(plain(f"{problem.message} {problem.remedy}"))
        return
    state.set_draft(changed)
    st.rerun()


def list_wishes(view: Mapping[str, Any], plan: Mapping[str, Any] | None) -> None:
    """List all wishes, each with a button that takes it back, and the way to the solve."""
    wishes = all_wishes(state.draft())
    if not wishes:
        st.caption(_("There are no wishes yet."))
        return
    st.markdown(f"**{_('Wishes ({n})').format(n=len(wishes))}**")
    for site, wish, least_mw in wishes:
        line, action = st.columns([5, 1], vertical_alignment="center")
        size = f" {least_mw:g} MW" if wish == "sized" else ""
        line.markdown(f"{plain(site_name(view, plan, site))}: {wish_text(wish)}{size}")
        if action.button("✕", key=f"{DataKey.WISH_CLEAR}_{site}", help=_("Take this wish back"), type="tertiary"):
            st.session_state.pop(spoken(f"{DataKey.WISH_KIND}_{site}"), None)
            set_wish(site, "none")
    if st.button(_("Solve with these wishes"), key=DataKey.WISH_SOLVE):
        state.go("solve")
