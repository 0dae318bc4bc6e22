"""What an installation may set, from environment variables that start with SITE_BY_POWER_."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from planner.errors import UsageError
from planner.i18n import gettext as _

PREFIX = "SITE_BY_POWER_"
APPLICATION = "site-by-power"


@dataclass(frozen=True)
class Settings:
    """Where desks are kept and what they may use.

    `max_solves` counts solves of all users at once; `idle_minutes` after its last job a worker ends and frees its memory.
    `user_header` names the request header in which a proxy in front gives the signed-in user; None: a cookie of the browser.
    """

    root: Path
    max_solves: int
    upload_limit_mb: int
    idle_minutes: float
    user_header: str | None


def settings() -> Settings:
    """Return the settings; raise `UsageError` for a value that is no number in its range."""
    root = os.environ.get(f"{PREFIX}DESKS")
    return Settings(
        root=Path(root) if root else _state_folder() / "desks",
        max_solves=int(_number("MAX_SOLVES", max(1, (os.cpu_count() or 2) - 1), at_least=1)),
        upload_limit_mb=int(_number("UPLOAD_MB", 50, at_least=1)),
        idle_minutes=_number("IDLE_MINUTES", 60, at_least=0.02),
        user_header=os.environ.get(f"{PREFIX}USER_HEADER") or None,
    )


def _state_folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path(APPLICATION, appauthor=False)


def _number(name: str, default: float, *, at_least: float) -> float:
    text = os.environ.get(PREFIX + name, "")
    try:
        value = float(text) if text else float(default)
    except ValueError as error:
        raise UsageError(_("{name} is {value}, not a number.").format(name=PREFIX + name, value=text)) from error
    if not value >= at_least:
        raise UsageError(
            _("{name} is {value}; it must be at least {least}.").format(name=PREFIX + name, value=text, least=at_least)
        )
    return value
