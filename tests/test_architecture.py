"""The house's law: who imports whom, how heavy an import is, one file per family, every sentence in both languages."""

from __future__ import annotations

import ast
import string
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.source import ROOT, functions, imports, modules, name, said, texts, tree

# package -> where it may be imported, and why only there
ONLY_IN = {
    "pyomo": (("models/siting/",), "the algebra is written in one place"),
    "highspy": (("models/siting/",), "the solver is driven in one place"),
    "pandapower": (("models/grid/", "planner/grids/"), "it is by far the slowest import"),
    "streamlit": (("app.py", "planner/ui/"), "calculation runs without the web library"),
    "geopandas": (("planner/",), "geometry stays in planner; the algebra sees names and numbers"),
    "typer": (("planner/cli",), "only the command line knows about commands"),
    "pulp": ((), "CBC is a second opinion for tests, not a part of the product"),
    "ortools": ((), "its own HiGHS library breaks highspy"),
}
NEVER_AT_START = {"pandapower": "it is imported late, inside the functions that need it"}
HEAVY = ("pandapower", "pyomo", "highspy", "geopandas", "pandas", "streamlit", "bokeh", "shapely", "numba", "babel")
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
LONG_FUNCTIONS_SHARE = 0.1
# Tables of facts may be long.
LONG_FILES = {"planner/tables_region.py", "planner/export/words.py"}


def _package(imported: str) -> str:
    return imported.split(".", 1)[0]


@pytest.mark.parametrize("package", ONLY_IN)
def test_packages_are_imported_only_where_they_belong(package: str) -> None:
    places, reason = ONLY_IN[package]

    strangers = [
        name(path)
        for path in modules()
        if package in map(_package, imports(path)) and not name(path).startswith(places or ("-",))
    ]

    assert not strangers, f"{package} belongs in {places or 'tests'}: {reason}"


def test_models_import_nothing_of_the_planner() -> None:
    strangers = [
        name(path)
        for path in modules()
        if name(path).startswith("models/") and {"planner", "app", "gis_data"} & set(map(_package, imports(path)))
    ]

    assert not strangers, "models is numbers in, numbers out"


def test_nothing_imports_the_pages_but_the_app() -> None:
    strangers = [
        name(path)
        for path in modules()
        if not name(path).startswith(("app.py", "planner/ui/"))
        and any(imported.startswith("planner.ui") for imported in imports(path))
    ]

    assert not strangers


@pytest.mark.parametrize("package", NEVER_AT_START)
def test_slow_packages_are_imported_late(package: str) -> None:
    early = [name(path) for path in modules() if package in map(_package, imports(path, at_start_only=True))]

    assert not early, NEVER_AT_START[package]


@pytest.mark.parametrize(
    "statement",
    ["import planner", "from planner.cli import main; main(['--help'])", "from planner.cli import main; main([])"],
)
def test_help_is_light(statement: str) -> None:
    program = f"""
import atexit, sys
heavy = {HEAVY!r}
atexit.register(lambda: print("HEAVY", sorted(set(heavy) & set(sys.modules))))
{statement}
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)

    assert done.stdout.rstrip().endswith("HEAVY []"), done.stdout[-300:] + done.stderr


def test_reading_and_solving_need_no_grid_package_and_no_web_library() -> None:
    program = "import sys, planner.pipeline; print(sorted({'pandapower', 'streamlit', 'bokeh'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "[]"


def test_every_family_is_a_file_with_add_and_a_docstring() -> None:
    from models.siting import FAMILIES

    for family in FAMILIES:
        assert callable(getattr(family, "add", None)), f"{family.__name__} has no add(m, data)"
        assert family.__doc__, f"{family.__name__} has no docstring"
        assert Path(str(family.__file__)).parent == ROOT / "models" / "siting"


def test_every_file_with_add_is_a_family() -> None:
    from models.siting import FAMILIES

    registered = {str(family.__name__).rsplit(".", 1)[-1] for family in FAMILIES}

    having = {
        path.stem
        for path in (ROOT / "models" / "siting").glob("*.py")
        if any(isinstance(node, ast.FunctionDef) and node.name == "add" for node in tree(path).body)
    }

    assert having == registered


def _catalogue() -> dict[str, dict[str, str]]:
    from babel.messages.pofile import read_po

    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted((ROOT / "planner" / "locale" / "zh").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                text = message.string if isinstance(message.string, str) else message.string[0]
                for msgid in ids:
                    if msgid and text and not message.fuzzy:
                        found[msgid][path.name] = text
    return found


def _fields(text: str) -> set[str]:
    return {field for _text, field, _spec, _conversion in string.Formatter().parse(text) if field}


def test_every_sentence_has_a_chinese_one() -> None:
    known = _catalogue()

    missing = {text: f"{name(path)}:{line}" for path in modules() for text, line in said(path) if text not in known}

    assert not missing


def test_translations_keep_the_fields_and_agree_with_each_other() -> None:
    for msgid, found in _catalogue().items():
        assert len(set(found.values())) == 1, f"{msgid!r} is translated in two ways: {found}"
        for text in found.values():
            assert _fields(text) == _fields(msgid), msgid


def test_no_translation_is_left_without_a_sentence() -> None:
    used = {text for path in modules() for text in texts(path)}
    other = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "planner" / "policies").glob("*.yaml"))

    assert not sorted(text for text in set(_catalogue()) - used if text not in other), (
        "delete these from planner/locale/zh"
    )


def test_files_are_short() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}

    assert not {path: n for path, n in lengths.items() if n > MAX_FILE_LINES and path not in LONG_FILES}


def test_nine_in_ten_functions_are_short() -> None:
    lengths = [(n, f"{name(path)} {function}") for path in modules() for function, n in functions(path)]

    long = sorted((item for item in lengths if item[0] > MAX_FUNCTION_LINES), reverse=True)

    assert len(long) <= LONG_FUNCTIONS_SHARE * len(lengths), long


def test_no_file_names_this_machine_or_a_registry() -> None:
    signs = ("/ro" + "ot/", "/wo" + "rk/", "extra-" + "index", "find-" + "links", "/tm" + "p/")
    kept = [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "constraints.txt", ROOT / ".ci" / "run", *modules()]

    named = [name(path) for path in kept if any(sign in path.read_text(encoding="utf-8") for sign in signs)]

    assert not named
