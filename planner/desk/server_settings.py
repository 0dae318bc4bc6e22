"""How the server of the pages is set: the one home of its safe defaults, for `planner app` and `streamlit run app.py`.

`.streamlit/config.toml` says the same for the latter (a test compares them). The server listens on this machine only, tells
nobody that it is used, refuses requests from other sites and under other names, and shows no inner details of errors.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from planner.desk.settings import PREFIX, settings

LOCAL_HOSTS = ("localhost", "127.0.0.1")
Value = str | int | bool | tuple[str, ...]

SETTINGS: Mapping[str, Value] = {
    "server.address": "127.0.0.1",  # other machines come through a proxy, see docs/deploy.md
    "server.allowedHosts": LOCAL_HOSTS,  # a foreign page cannot reach the desk under a name of its own (DNS rebinding)
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.xsrfCookieSameSite": "strict",
    "server.maxUploadSize": 50,  # MB
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.allowRunOnSave": False,
    "server.showEmailPrompt": False,  # else the first start waits for an e-mail address at the keyboard
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",  # the log has them
    "client.showErrorLinks": False,
    "client.toolbarMode": "viewer",  # no "Deploy"
    "logger.hideWelcomeMessage": True,
    "theme.base": "light",
    "theme.primaryColor": "#1F5FA8",  # red would read as an alarm
}


def flags(options: Mapping[str, Value] | None = None) -> list[str]:
    """Return the command-line flags of the server: the safe defaults, what the environment sets, then `options`.

    Where the server listens for other machines without a proxy and nobody said under which names, the names are open.
    """
    chosen: dict[str, Value] = {**SETTINGS, "server.maxUploadSize": settings().upload_limit_mb, **(options or {})}
    if "server.allowedHosts" not in (options or {}):
        names = hosts()
        is_local = chosen["server.address"] in LOCAL_HOSTS
        chosen["server.allowedHosts"] = (*LOCAL_HOSTS, *names) if is_local or names else ()
    return [
        f"--{key}={_text(item)}"
        for key, value in chosen.items()
        for item in (value if isinstance(value, tuple) else (value,))
    ]


def hosts() -> tuple[str, ...]:
    """Return the names under which a proxy shows the desk, from SITE_BY_POWER_HOSTS (comma between)."""
    return tuple(name.strip() for name in os.environ.get(f"{PREFIX}HOSTS", "").split(",") if name.strip())


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
