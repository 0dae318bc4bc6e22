"""Data: bring your own region, wishes on the map, and check your own list of sites."""

from __future__ import annotations

import streamlit as st

from planner.i18n import gettext as _
from planner.ui import state
from planner.ui.data_keys import DataKey
from planner.ui.own_sites import show_own_sites
from planner.ui.uploads import show_own_regions, show_templates, show_upload
from planner.ui.wish_map import show_wishes

BRING, WISHES, CHECK = "bring", "wishes", "check"


def show() -> None:
    """Show one of the three things that a planner may bring: data, wishes, a list of sites."""
    st.title(_("Data"))
    names = {BRING: _("Bring your region"), WISHES: _("Wishes on the map"), CHECK: _("Check your own sites")}
    chosen = st.segmented_control(
        _("What do you want to do?"),
        names,
        default=BRING,
        required=True,
        format_func=names.__getitem__,
        key=DataKey.SECTION,
    )
    {BRING: show_bring, WISHES: show_wishes, CHECK: show_own_sites}[chosen or BRING]()


def show_bring() -> None:
    """Show how a region is brought, step by step."""
    st.caption(_("What you upload stays in your own folder on this server; no other user sees it."))
    show_templates()
    show_upload()
    show_own_regions()


with state.page():
    show()
