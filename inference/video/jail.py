"""Run a program with little to lose: ``python -I -S jail.py '{"cpu_s": …}' program argument …``.

A separate process rather than ``preexec_fn``: the parent has threads (torch, LiteRT), and code between fork and exec
may deadlock there. Only the standard library, for speed of start.

Resource limits always hold. The rest is taken where the kernel offers it: no network (a network namespace of its own),
no file outside the scratch directory writable and none readable but the clip and the system's libraries (Landlock).
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
EVERYTHING_ABI1 = (1 << 13) - 1
SYSTEM_PATHS = ("/usr", "/lib", "/lib64", "/bin", "/nix/store", "/etc/ld.so.cache", "/proc", "/sys", "/dev")

CANNOT_START = 126


class _Ruleset(ctypes.Structure):
    _fields_ = [("handled_access_fs", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def main(argv: list[str]) -> int:
    """Give up rights, then become the program."""
    limits, program = json.loads(argv[0]), argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    # A worker that is killed takes its decoder with it.
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)  # may be forbidden; the protocol allow-list holds either way
    _restrict_files(libc, limits, program[0])
    _limit_resources(limits)
    try:
        os.execvp(program[0], program)  # noqa: S606 - no shell is what is wanted
    except OSError as error:
        print(f"cannot start {program[0]}: {error}", file=sys.stderr)
        return CANNOT_START


def _limit_resources(limits: dict[str, Any]) -> None:
    for kind, value in (
        (resource.RLIMIT_CPU, limits["cpu_s"]),
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))


def _restrict_files(libc: ctypes.CDLL, limits: dict[str, Any], program: str) -> None:
    abi = libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)
    if abi < 1:  # an old kernel, or one that has it switched off
        return
    everything = EVERYTHING_ABI1 | (TRUNCATE if abi >= 3 else 0)
    attributes = _Ruleset(everything)
    ruleset = libc.syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    if ruleset < 0:
        return
    for path in (*SYSTEM_PATHS, *_list_parts(os.path.realpath(program))):
        _allow(libc, ruleset, path, EXECUTE | READ_FILE | READ_DIR)
    _allow(libc, ruleset, "/dev/null", READ_FILE | WRITE_FILE)
    _allow(libc, ruleset, limits["clip"], READ_FILE)
    _allow(libc, ruleset, limits["scratch"], everything & ~EXECUTE)
    libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _list_parts(program: str) -> list[str]:
    """The program and its libraries, no folder that may hold more: the site and its secrets may lie beside it."""
    folder = os.path.dirname(program)  # noqa: PTH120 - pathlib is slow to import
    prefix = os.path.dirname(folder)  # noqa: PTH120
    names = os.listdir(folder) if os.access(folder, os.R_OK) else []  # noqa: PTH208
    beside = [f"{folder}/{name}" for name in names if name.endswith(".so") or ".so." in name]
    return [program, *beside, *(f"{base}/{name}" for base in (folder, prefix) for name in ("lib", "lib64"))]


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, access: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):  # noqa: PTH112
        access &= EXECUTE | WRITE_FILE | READ_FILE  # the rights that a file can have
    rule = _PathBeneath(access, handle)
    libc.syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    os.close(handle)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
