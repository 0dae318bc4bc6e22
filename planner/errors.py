"""Everything the planner can refuse, as one tree.

    PlannerError
    ├── InputProblems     files or values that cannot be used; holds every problem found, not the first one
    ├── UsageError        a command or a call that contradicts itself
    ├── SolveError        the solver stopped for a reason that is neither a plan nor "infeasible"
    ├── GridError         the AC network cannot be built or checked
    ├── AuditError        a plan does not follow from its inputs
    ├── ExportError       a file cannot be written
    └── DeskError         a file of a desk cannot be read or written
        └── DamagedError  its content is not what was written

"Infeasible" and "stopped at the time limit with a plan" are answers, so they are not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planner.i18n import gettext as _


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in the input: where, what, why it matters and what to do.

    `row` is the line of the file (the header of a CSV is line 1) or the number of the feature, from 1;
    when several rows share the problem it is the first of them, `rows` holds all and `count` says how many there are.
    `code` is stable and meant for programs; `message` and `remedy` are sentences in the user's language.
    """

    file: str
    layer: str | None
    row: int | None
    column: str | None
    value: str | None
    code: str
    message: str
    remedy: str
    names: tuple[str, ...] = ()
    count: int = 1
    rows: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """Return the file and, when known, the row."""
        if self.row is None:
            return self.file
        return _("{file}, row {row}").format(file=self.file, row=self.row)

    def __str__(self) -> str:
        """Return the whole sentence: place, message, remedy."""
        return f"{self.place}: {self.message} {self.remedy}".rstrip()


@dataclass(frozen=True)
class Notice:
    """Something the reader did or left out that changes no number but should be known."""

    file: str
    layer: str | None
    code: str
    message: str

    def __str__(self) -> str:
        """Return the place and the sentence."""
        return f"{self.file}: {self.message}"


class PlannerError(Exception):
    """The base of all refusals; never raised itself."""


class InputProblems(PlannerError):  # noqa: N818  (it holds problems, and says so)
    """The input cannot be used; `problems` lists everything that was found."""

    def __init__(self, problems: Iterable[Problem], *, notices: Iterable[Notice] = ()) -> None:
        self.problems: list[Problem] = list(problems)
        self.notices: list[Notice] = list(notices)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return one numbered line per problem."""
        n = len(self.problems)
        head = _("1 problem in the input") if n == 1 else _("{n} problems in the input").format(n=n)
        return "\n".join([head, *(f"{i:>3}. {problem}" for i, problem in enumerate(self.problems, start=1))])


class UsageError(PlannerError):
    """A command or a call contradicts itself."""


class SolveError(PlannerError):
    """The solver stopped without an answer."""


class GridError(PlannerError):
    """The AC network cannot be built or checked."""


class AuditError(PlannerError):
    """A plan does not follow from its inputs."""


class ExportError(PlannerError):
    """A file cannot be written."""


class DeskError(PlannerError):
    """A file of a user's desk cannot be read or written."""


class DamagedError(DeskError):
    """A file of a user's desk holds something else than was written."""
