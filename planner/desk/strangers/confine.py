"""Take rights away from the process itself, for good, before it opens a stranger's file.

Three layers, each of the operating system: limits on memory, processor time, written bytes and open files (POSIX); no
network (a network namespace of its own, Linux); files outside given folders cannot be opened (Landlock, Linux 5.13 and
later). `leave_network` and `confine` say which of them hold; a layer that the system does not offer is missing from the
answer, so that a test and the page can tell. The network is left first, before a library starts a thread: a namespace is
refused to a process with threads.

Source: Linux man pages landlock(7), unshare(2), setrlimit(2); the numbers of the calls are the same on all architectures
since Linux 5.1.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from planner.desk.strangers import limits

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVS = 38
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1, 2, 4, 8, 0x4000
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF}
_NETWORK_SINCE, _CONNECT_AND_BIND = 4, 3
_SYSTEM = (
    *(
        "/usr",
        "/lib",
        "/lib64",
        "/bin",
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/etc/mime.types",
        "/nix",
        "/dev/urandom",
    ),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu", "/etc/nsswitch.conf"),
)
LIMITS, NETWORK, FILES = "limits", "network", "files"


def leave_network() -> list[str]:
    """Take this process, which has one thread, out of every network; return [network] where the system lets it."""
    if sys.platform != "linux":
        return []
    return [NETWORK] if ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER | _NEW_NET) == 0 else []


def confine(*, read: Iterable[Path], write: Path) -> list[str]:
    """Confine this process; return which of limits and files hold from now on.

    `read`: what may be opened besides the program itself and the system's libraries. `write`: the one folder to write in.
    """
    held = [LIMITS] if _set_limits() else []
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if _close_files(libc, read=[*_program(), *read], write=write):
            held.append(FILES)
    return held


def _set_limits() -> bool:
    if sys.platform == "win32":
        return False
    import resource

    wanted = {
        resource.RLIMIT_AS: limits.MEMORY_BYTES,
        resource.RLIMIT_CPU: limits.CPU_SECONDS,
        resource.RLIMIT_FSIZE: limits.WRITTEN_BYTES,
        resource.RLIMIT_NOFILE: limits.OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (value, value))
    return True


def _program() -> list[Path]:
    """Return where the program's own files are: Python, its packages, ours."""
    here = Path(__file__).resolve().parents[3]
    parts = [here / name for name in ("planner", "models", "gis_data")]
    packages = [Path(entry) for entry in sys.path if entry and "-packages" in entry]
    return [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent, *packages, *parts]


def _close_files(libc: ctypes.CDLL, *, read: Iterable[Path], write: Path) -> bool:
    """Let Landlock refuse every file but these, and every TCP connection where the kernel can; return whether it holds."""
    version = libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    if version < 1:
        return False
    rights = _RIGHTS[min(version, max(_RIGHTS))]
    rules = struct.pack("QQ", rights, _CONNECT_AND_BIND) if version >= _NETWORK_SINCE else struct.pack("Q", rights)
    ruleset = libc.syscall(_CREATE_RULESET, rules, len(rules), 0)
    if ruleset < 0:
        return False
    try:
        for path in [*map(Path, _SYSTEM), *read]:
            _allow(libc, ruleset, path, _READ & rights)
        _allow(libc, ruleset, write, rights & ~_EXECUTE)
        _allow(libc, ruleset, Path(os.devnull), (_READ_FILE | _WRITE_FILE | _TRUNCATE) & rights)
        if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    """Allow rights beneath a path; one that is not there needs none."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            granted = rights if path.is_dir() else rights & _ON_FILES
            rule = struct.pack("=Qi", granted, handle)
            if libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))
        finally:
            os.close(handle)
