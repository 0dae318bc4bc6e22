"""The desk's frame: navigation, language, what is open, and the cookie that finds the desk again after a reload."""

from __future__ import annotations

import streamlit as st

from planner.desk import jobs, prewarm
from planner.desk.settings import settings
from planner.desk.titles import title
from planner.errors import DeskError
from planner.i18n import LANGUAGES, use_language
from planner.i18n import gettext as _
from planner.ui import state, take_away
from planner.ui.markdown import plain
from planner.ui.state import PAGES, Key
from planner.ui.words import region_name

NAMES = {"en": "English", "zh": "中文"}
COOKIE_DAYS = 90
ASKING = ("scenario", "solve", "why")  # pages from which a question is soon asked
ICON = PAGES.parent / "icon.png"  # a named icon would be fetched from outside
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 2rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; }
</style>"""


def navigate() -> None:
    """Show the chosen page in its frame. All of `app.py`."""
    st.set_page_config(page_title="Site by Power", layout="wide", page_icon=str(ICON))
    prepare_server()
    with use_language(state.lang()):
        check_desk()
        chosen = st.navigation(pages(), position="top")
        st.html(STYLE)
        keep_cookie()
        with st.sidebar:
            choose_language()
    with state.page(), st.sidebar:
        show_trouble()
        show_open()
        if chosen.url_path in ASKING:
            state.warm_up()
    chosen.run()


def check_desk() -> None:
    """Stop with a sentence where the user's folder cannot be made or read: nothing else can be shown then."""
    try:
        state.desk().load()
    except DeskError as error:
        st.error(plain(str(error)))
        st.stop()


def show_trouble() -> None:
    """Tell what could not be kept, and what was found damaged and put aside."""
    unsaved = st.session_state.get(Key.UNSAVED)
    if unsaved:
        st.error(plain(unsaved))
    ws = state.desk()
    ws.plans()  # what is damaged among plans and regions is put aside when they are listed
    ws.regions()
    damaged = ws.damaged()
    if damaged:
        names = ", ".join(plain(name) for name in damaged)
        st.warning(_("Damaged and put aside: {names}. Everything else on your desk is there.").format(names=names))
        st.button(_("Delete what is damaged"), key="desk_clear_damaged", on_click=ws.clear_damaged)


@st.cache_resource(show_spinner=False)
def prepare_server() -> bool:
    """Do once in the life of the server what makes the first page fast; no user's data is touched."""
    prewarm.start()
    return True


def pages() -> list[st.Page]:
    """Return the pages in the order of the work."""
    titles = {
        "map": (_("Map"), ":material/map:"),
        "scenario": (_("Scenario"), ":material/tune:"),
        "solve": (_("Solve"), ":material/play_circle:"),
        "plan": (_("Plan"), ":material/assignment:"),
        "compare": (_("Compare"), ":material/compare_arrows:"),
        "why": (_("Why"), ":material/help:"),
        "data": (_("Data"), ":material/upload_file:"),
    }
    return [
        st.Page(PAGES / f"{name}.py", title=title, icon=icon, default=name == "map")
        for name, (title, icon) in titles.items()
    ]


def keep_cookie() -> None:
    """Let the browser remember which desk is its own; with a sign-in at the proxy there is no cookie."""
    if settings().user_header is None:
        rules = f"path=/; SameSite=Strict; max-age={COOKIE_DAYS * 86400}"
        secure = "(location.protocol==='https:'?'; Secure':'')"
        script = f"<script>document.cookie='{state.COOKIE}={state.token()}; {rules}'+{secure}</script>"
        st.html(script, unsafe_allow_javascript=True)


def choose_language() -> None:
    """Offer the languages; the choice is kept."""
    st.radio(
        "Language / 语言",
        LANGUAGES,
        format_func=NAMES.__getitem__,
        key=Key.LANGUAGE,
        horizontal=True,
        on_change=lambda: state.keep(lang=st.session_state[Key.LANGUAGE]),
    )


def show_open() -> None:
    """Tell what is open: region, scenario, a running job, and offer what can be taken away."""
    ref, scenario = state.region_ref(), state.draft()
    st.markdown(
        _("**Region:** {region}  \n**Scenario:** {scenario}").format(
            region=plain(region_name(ref)),
            scenario=plain(title(state.reference(), scenario, state.lang())),
        )
    )
    show_running()
    take_away.show()


@st.fragment(run_every=2.0)
def show_running() -> None:
    """Tell on every page that a job is running."""
    with use_language(state.lang()):
        solves = [job for job in jobs.running(state.desk()) if job.kind != "warm"]
        for job in solves:
            st.caption(_(":material/hourglass_top: A solve is running, {seconds:.0f} s").format(seconds=job.elapsed_s))
