"""One user's folder: the draft, own regions, plans. What belongs to one user lies in one folder, named by a secret.

desk.json              what is open: language, region, draft scenario, plan in view, pinned plan, list of sites, page jobs
regions/<name>/        own regions, written by the reader child only
plans/<id>/            plan.json, meta.json, files/<lang>/ (exports)
jobs/<id>/             request.json, status.json, result.json, cancel
worker/                lock of the living worker, log
damaged/               what could not be read and was put aside; gone/: what is being deleted
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner.bundled import REFERENCE, ROOT
from planner.desk.files import cannot_write, read_record, write_json
from planner.desk.settings import settings
from planner.errors import DamagedError, InputProblems, UsageError
from planner.i18n import gettext as _

_PRIVATE = 0o700
_PARTS_OF_A_PLAN = {"region", "scenario", "status", "security", "objective", "sites"}
_OPEN = {"lang": str, "region": str, "scenario": dict, "shown_plan": str, "pinned": str, "site_rows": list}
_writing = threading.Lock()


@dataclass(frozen=True)
class RegionRef:
    """A region that a user may plan: where it is, and its scenario files, the reference first."""

    id: str
    path: Path
    is_bundled: bool
    name: Mapping[str, str]
    scenarios: tuple[Path, ...]


@dataclass(frozen=True)
class PlanMeta:
    """What a list of plans shows; `kind` is solve (own plan) or why (a counterfactual)."""

    id: str
    name: str
    name_zh: str
    region: str
    made_at: str
    status: str
    security: str
    value: float | None
    unit: str
    gap: float | None
    kind: str
    fingerprint: str = ""  # of region and scenario, as the plan's record has it


class Workspace:
    """The folder of one user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            for name in ("", "regions", "plans", "jobs", "worker", "views"):
                (folder / name).mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(error) from error

    @classmethod
    def of(cls, token: str) -> Workspace:
        """Return the folder of the user who knows the token; the folder's name does not tell it."""
        if not token:
            raise ValueError("a desk needs a token")
        return cls(settings().root / hashlib.sha256(token.encode()).hexdigest()[:40])

    def load(self) -> dict[str, Any]:
        """Return what is open on the desk; a damaged file is put aside, and nothing is open then."""
        try:
            found = read_record(self.folder / "desk.json") or {}
        except DamagedError:
            self.put_aside(self.folder / "desk.json")
            return {}
        return {key: value for key, value in found.items() if isinstance(value, _OPEN.get(key, object))}

    def put_aside(self, path: Path) -> None:
        """Move what cannot be read out of the way, so that the rest of the desk goes on."""
        aside = self.folder / "damaged" / f"{path.name}-{secrets.token_hex(4)}"
        try:
            aside.parent.mkdir(mode=_PRIVATE, exist_ok=True)
            path.rename(aside)
        except FileNotFoundError:
            return  # somebody else did
        except OSError as error:
            raise cannot_write(error) from error

    def damaged(self) -> list[str]:
        """Return the names of what was put aside."""
        folder = self.folder / "damaged"
        return sorted(path.name.rpartition("-")[0] for path in folder.iterdir()) if folder.is_dir() else []

    def clear_damaged(self) -> None:
        """Delete what was put aside."""
        self._delete(self.folder / "damaged")

    def _delete(self, folder: Path) -> None:
        """Delete a folder: it goes at once as a whole, then its files; nobody sees half of it."""
        gone = self.folder / "gone"
        try:
            gone.mkdir(mode=_PRIVATE, exist_ok=True)
            folder.rename(gone / secrets.token_hex(8))
        except FileNotFoundError:
            return  # deleted in another window
        except OSError as error:
            raise cannot_write(error) from error
        shutil.rmtree(gone, ignore_errors=True)

    def save(self, **changes: Any) -> None:
        """Change what is open on the desk."""
        with _writing:
            write_json(self.folder / "desk.json", {**self.load(), **changes})

    def regions(self) -> list[RegionRef]:
        """Return bundled regions that have a reference scenario, then the user's own; a damaged one is put aside."""
        own = []
        for path in sorted((self.folder / "regions").iterdir()):
            if not (path / REFERENCE).is_file():
                continue
            try:
                own.append(_region_ref(path, is_bundled=False))
            except (InputProblems, DamagedError):
                self.put_aside(path)
        return [*bundled_regions(), *own]

    def region(self, region_id: str) -> RegionRef:
        """Return one region; raise `UsageError` where there is none of that id."""
        for found in self.regions():
            if found.id == region_id:
                return found
        raise UsageError(_("There is no region {region} on this desk.").format(region=region_id))

    def delete_region(self, region_id: str) -> None:
        """Delete one of the user's own regions."""
        found = self.region(region_id)
        if found.is_bundled:
            raise UsageError(_("Region {region} comes with the program and stays.").format(region=region_id))
        self._delete(found.path)

    def plan_folder(self, plan_id: str) -> Path:
        """Return the folder of a plan; raise `UsageError` where there is none of that id."""
        folder = self.folder / "plans" / plan_id
        if not plan_id or Path(plan_id).name != plan_id or not (folder / "meta.json").is_file():
            raise UsageError(_("There is no plan {plan} on this desk.").format(plan=plan_id))
        return folder

    def plans(self) -> list[PlanMeta]:
        """Return the plans, newest first; a damaged one is put aside."""
        metas = []
        for path in (self.folder / "plans").glob("*/meta.json"):
            try:
                metas.append(_meta_of(path))
            except DamagedError:
                self.put_aside(path.parent)
        return sorted((meta for meta in metas if meta), key=lambda meta: meta.id, reverse=True)

    def plan(self, plan_id: str) -> dict[str, Any]:
        """Return a plan as plain data; a damaged one is put aside and refused with a sentence."""
        folder = self.plan_folder(plan_id)
        try:
            found = read_record(folder / "plan.json")
        except DamagedError:
            found = None
        if found is None or not found.keys() >= _PARTS_OF_A_PLAN:
            self.put_aside(folder)
            raise DamagedError(
                _("The plan {plan} is damaged. It was put aside; all others are there.").format(plan=plan_id)
            )
        return found

    def put_plan(
        self,
        plan_id: str,
        plan: Mapping[str, Any],
        *,
        made_at: str,
        kind: str,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Write a plan and what a list shows of it; a plan of the same id is replaced, with its exports.

        `names` by language: what the list calls it, instead of its scenario's name.
        """
        folder = self.folder / "plans" / plan_id
        try:
            folder.mkdir(mode=_PRIVATE, exist_ok=True)
        except OSError as error:
            raise cannot_write(error) from error
        shutil.rmtree(folder / "files", ignore_errors=True)
        objective = plan["objective"]
        meta = PlanMeta(
            id=plan_id,
            name=str((names or plan["name"])["en"]),
            name_zh=str((names or plan["name"])["zh"]),
            region=str(plan["region"]["id"]),
            made_at=made_at,
            status=str(plan["status"]),
            security=str(plan["security"]),
            value=objective["value"],
            unit=str(objective["unit"]),
            gap=plan["gap"],
            kind=kind,
            fingerprint=str((plan.get("record") or {}).get("fingerprint") or ""),
        )
        write_json(folder / "plan.json", dict(plan))
        write_json(folder / "meta.json", asdict(meta))

    def rename_plan(self, plan_id: str, name: str) -> None:
        """Give a plan another name, in both languages."""
        path = self.plan_folder(plan_id) / "meta.json"
        write_json(path, {**(read_record(path) or {}), "name": name, "name_zh": name})

    def delete_plan(self, plan_id: str) -> None:
        """Delete a plan and its exports."""
        self._delete(self.plan_folder(plan_id))


def bundled_regions() -> list[RegionRef]:
    """Return the regions that come with the program and have a reference scenario."""
    return [_region_ref(path, is_bundled=True) for path in sorted(ROOT.iterdir()) if (path / REFERENCE).is_file()]


def _meta_of(path: Path) -> PlanMeta | None:
    """Return what a list shows of a plan, None where it was deleted meanwhile; what a newer program added is left out."""
    told = read_record(path)
    if told is None:
        return None
    known = {key: told[key] for key in told.keys() & PlanMeta.__dataclass_fields__.keys()}
    numbers, texts = ("value", "gap"), known.keys() - {"value", "gap"}
    is_sound = all(isinstance(known[key], str) for key in texts) and all(
        known.get(key) is None or (isinstance(known[key], (int, float)) and not isinstance(known[key], bool))
        for key in numbers
    )
    if not is_sound or known.keys() | {"fingerprint"} != PlanMeta.__dataclass_fields__.keys():
        raise DamagedError(str(path))
    return PlanMeta(**{**known, "id": path.parent.name})


def _region_ref(path: Path, *, is_bundled: bool) -> RegionRef:
    reference = path / REFERENCE
    others = sorted(file for file in reference.parent.glob("*.yaml") if file != reference)
    manifest = path / "region.yaml"
    _declared, name = _declared_of(manifest, manifest.stat().st_mtime_ns)
    return RegionRef(path.name, path, is_bundled, dict(name), (reference, *others))


def declared_id(ref: RegionRef) -> str:
    """Return the id that a region gives itself; plans of it bear this one."""
    manifest = ref.path / "region.yaml"
    return _declared_of(manifest, manifest.stat().st_mtime_ns)[0]


@lru_cache(maxsize=256)
def _declared_of(manifest: Path, _changed_at: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    from planner.read_yaml import read_yaml

    content = read_yaml(manifest)
    name = content.get("name") or {}
    if not content.get("id") or not isinstance(name, dict):
        raise DamagedError(str(manifest))
    return str(content["id"]), tuple((str(key), str(text)) for key, text in name.items())
