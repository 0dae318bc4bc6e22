"""A user of the desk in a real browser: goes from page to page, presses keys, clicks on the map; every request is noted."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

from planner.map_view.frame import fitted
from planner.ui.deck import USUAL_WIDTH_PX
from planner.ui.state import COOKIE

PAGES = ("map", "scenario", "solve", "plan", "compare", "why", "data")
PATIENCE_S = 180.0  # a machine that others use too may be slow; a test that passes does not wait for it
PRESS_MS = 90  # an instant click selects nothing on a deck.gl map
POLL_MS, CLICKS = 200, 15
RUNS = "[data-testid=stApp]:not([data-test-script-state=notRunning])"
RESTS = "[data-testid=stApp][data-test-script-state=notRunning]"
SELF = ("data:", "blob:")


@dataclass
class Visit:
    """One browser of one user on the desk."""

    page: Any
    url: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """Return the requests that left the machine."""
        own = urlparse(self.url).netloc
        return [url for url in self.requests if not url.startswith(SELF) and urlparse(url).netloc != own]

    def open(self, name: str = "map") -> Visit:
        """Open a page by its address, as a bookmark does."""
        self.page.goto(self.url if name == "map" else f"{self.url}/{name}")
        self.page.get_by_test_id("stTopNavLink").nth(len(PAGES) - 1).wait_for()
        self.settle()
        return self

    def go(self, name: str) -> None:
        """Go to another page through the navigation, in any language."""
        self.page.get_by_test_id("stTopNavLink").nth(PAGES.index(name)).click()
        self.arrives(name)

    def arrives(self, name: str) -> None:
        """Wait until a page is there."""
        path = "/" if name == "map" else f"/{name}"
        self.page.wait_for_url(lambda url: urlparse(url).path == path)
        self.settle()

    def settle(self) -> None:
        """Wait until no script runs."""
        self.page.wait_for_selector(RESTS)

    def reload(self) -> None:
        """Press F5."""
        self.page.reload()
        self.page.get_by_test_id("stTopNavLink").nth(len(PAGES) - 1).wait_for()
        self.settle()

    def speak(self, lang: str) -> None:
        """Choose a language."""
        self.page.locator(".st-key-language label", has_text={"en": "English", "zh": "中文"}[lang]).last.click()
        word = {"en": "Map", "zh": "地图"}[lang]
        self.page.get_by_test_id("stTopNavLink").first.filter(has_text=word).wait_for()
        self.settle()

    def widget(self, key: str) -> Any:
        """Return the widget of a key."""
        return self.page.locator(f".st-key-{key}").first

    def press(self, key: str) -> None:
        """Press the button of a key."""
        self.page.locator(f".st-key-{key} button").first.click()

    def can_press(self, key: str) -> None:
        """Wait until the button of a key is there and may be pressed."""
        self.page.locator(f".st-key-{key} button:not([disabled])").first.wait_for()

    def text(self) -> str:
        """Return what is to be read on the page."""
        return str(self.page.inner_text("[data-testid=stMain]"))

    def shows(self, text: str) -> None:
        """Wait until a text is to be read on the page; else tell what is there instead."""
        from playwright.sync_api import TimeoutError as NothingCameError

        try:
            self.page.get_by_test_id("stMain").get_by_text(text).first.wait_for()
        except NothingCameError as error:
            there = f"{self.page.url}: {self.text()[:3000]}\nerrors: {self.errors} {self.crashes()}"
            raise AssertionError(f"{text!r} was not to be read at {there}") from error

    def crashes(self) -> list[str]:
        """Return the boxes in which Streamlit tells of an error that nobody caught."""
        return list(self.page.get_by_test_id("stException").all_inner_texts())

    def click_on_map(
        self, key: str, place: Mapping[str, Any], *, bounds: list[float], height_px: float, until: Any
    ) -> None:
        """Click on a place {name, lon, lat} of a map of the whole region when the map tells that it is there.

        `until`: what shall appear then; a map that was drawn anew just then has not seen the click, so it is clicked again.
        """
        canvas = self.page.locator(f".st-key-{key} canvas").first
        canvas.scroll_into_view_if_needed()
        tip = self.page.locator(f".st-key-{key} .deck-tooltip", has_text=str(place["name"]))
        across, down = offset_px(place, bounds, height_px)

        def is_below_the_mouse() -> bool:
            box = canvas.bounding_box()
            x, y = box["x"] + box["width"] / 2 + across, box["y"] + box["height"] / 2 + down
            self.page.mouse.move(x - 3, y - 3)
            self.page.mouse.move(x, y)
            self.page.wait_for_timeout(POLL_MS)
            return bool(tip.is_visible())

        for _try in range(CLICKS):
            awaited(is_below_the_mouse, "the map never told of the place")
            self.page.mouse.down()
            self.page.wait_for_timeout(PRESS_MS)
            self.page.mouse.up()
            with suppress(AssertionError):
                awaited(until.is_visible, "", within_s=PATIENCE_S / CLICKS)
                return
        raise AssertionError("the map took no click")

    def download(self, key: str) -> Any:
        """Press a button that downloads until a file comes: one made on demand may be gone before it was fetched."""
        from playwright.sync_api import TimeoutError as NothingCameError

        for _try in range(CLICKS):
            self.settle()
            with suppress(NothingCameError):
                with self.page.expect_download(timeout=1000 * PATIENCE_S / CLICKS) as download:
                    self.press(key)
                if download.value.failure() is None:
                    return download.value
        raise AssertionError("no file came")


def offset_px(place: Mapping[str, Any], bounds: list[float], height_px: float) -> tuple[float, float]:
    """Return how far right of and below its middle a map shows a place (Web Mercator, 512 px for the whole earth)."""
    frame = fitted(bounds, width_px=USUAL_WIDTH_PX, height_px=height_px)
    scale = 512.0 * 2.0 ** frame["zoom"] / (2.0 * math.pi)

    def north(lat: float) -> float:
        return math.log(math.tan(math.pi / 4.0 + math.radians(lat) / 2.0))

    across = scale * math.radians(place["lon"] - frame["longitude"])
    return across, -scale * (north(place["lat"]) - north(frame["latitude"]))


def awaited(holds: Callable[[], Any], else_: str, *, within_s: float = PATIENCE_S) -> Any:
    """Wait until something holds and return what it is."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(POLL_MS / 1000)
    raise AssertionError(else_)


@contextmanager
def visitor(chromium: Any, url: str, *, token: str | None = None, locale: str = "en-US") -> Iterator[Visit]:
    """Come with a fresh browser; `token` is that of the desk's owner, a new user has none."""
    context = chromium.new_context(viewport={"width": 1500, "height": 1000}, locale=locale, accept_downloads=True)
    if token is not None:
        context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
    context.set_default_timeout(1000 * PATIENCE_S)
    page = context.new_page()
    found = Visit(page, url)
    context.on("request", lambda request: found.requests.append(request.url))
    page.on("websocket", lambda socket: found.requests.append(socket.url))
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    yield found
    context.close()
