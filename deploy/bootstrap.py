"""Make this checkout runnable: system packages, virtual environment, Python packages, torch, weights.

Called by the Makefile with the machine's own Python and nothing installed, so it uses the standard library only. Every
step leaves a stamp named after what it depends on and is skipped while that has not changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
MINIMUM = (3, 11)
TORCH = "torch==2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
FFMPEG = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg"}
FOR_TESTS = {**FFMPEG, "chromium": "chromium", "redis-server": "redis-server", "pg_ctl": "postgresql"}
# NAME=value, bare or in quotes, with a comment behind it.
DOTENV_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|([^\n]*?))[ \t]*(?:(?<=\s)\#[^\n]*)?$""",
    re.MULTILINE,
)
# Debian keeps the server programs of PostgreSQL off the PATH.
EXTRA_BINARIES = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]


class SetupError(Exception):
    """A step that failed: what happened, and what to do about it."""


def say(text: str) -> None:
    """One line of progress for the person in front of the terminal."""
    print(f"==> {text}", flush=True)


def read_dotenv(path: Path) -> None:
    """Put our settings of a `.env` file into the environment, as the site does; what is already set wins."""
    if not path.exists():
        return
    for name, *values in DOTENV_LINE.findall(path.read_text()):
        if name.startswith("DEUKGEUN_"):
            os.environ.setdefault(name, next((value for value in values if value), ""))


def run(*command: str, remedy: str) -> None:
    """Run a step with its output visible; a failure carries its remedy."""
    try:
        subprocess.run(command, check=True, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"'{' '.join(command[:4])} …' failed ({error}).\n    {remedy}") from error


def once(name: str, key: str, step: Callable[[], None]) -> None:
    """Do a step unless it was done with the same key before."""
    stamp = STAMPS / name
    digest = hashlib.sha256(key.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    step()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


def find_program(name: str) -> str | None:
    """Path of a program, also where Debian hides it."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *EXTRA_BINARIES]))


def install_system_packages(packages: list[str]) -> None:
    """Install Debian packages when root; otherwise say exactly what to type."""
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise SetupError(f"Missing: {', '.join(packages)}.\n    Install them with your system's package manager.")
    if os.geteuid() != 0:
        raise SetupError(f"Missing: {', '.join(packages)}.\n    Type: sudo {command}")
    say(f"Installing system packages: {', '.join(packages)}")
    remedy = f"Check the network, then type: apt-get update && {command}"
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    run("apt-get", "update", "-qq", remedy=remedy)
    run(*command.split(), "-qq", remedy=remedy)


def is_there(program: str) -> bool:
    """Whether a program can be started; one whose place is a setting is looked for there only."""
    name = f"DEUKGEUN_{program.upper()}"
    wanted = os.environ.get(name)
    if wanted and not find_program(wanted):
        raise SetupError(f"{name} names {wanted}, which is no program.\n    Correct it, or leave it out.")
    return bool(wanted or find_program(program))


def ensure_programs(programs: dict[str, str]) -> None:
    """See to it that every program is there, by installing the package that has it."""
    missing = sorted({package for program, package in programs.items() if not is_there(program)})
    if missing:
        install_system_packages(missing)


def ensure_venv() -> None:
    """Create .venv/; Debian splits the needed module off into a package of its own."""
    if PYTHON.exists():
        return
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        install_system_packages([f"python{sys.version_info.major}.{sys.version_info.minor}-venv"])
    say("Creating the virtual environment in .venv/")
    run(sys.executable, "-m", "venv", str(VENV), remedy="Remove .venv/ and try again.")


def pip_install(*arguments: str) -> None:
    """Run pip inside .venv/, with its progress bars."""
    remedy = "Check the network and the free disk space, then repeat the command; what was fetched is kept."
    run(str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", *arguments, remedy=remedy)


def cpu_index_answers() -> bool:
    """Whether PyTorch's index of CPU builds can be reached from here."""
    try:
        with urllib.request.urlopen(f"{TORCH_CPU_INDEX}/torch/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, OSError):
        return False


def install_torch() -> None:
    """The CPU build where one can be had: it is a tenth of the size of the default one."""
    if cpu_index_answers():
        say(f"Installing {TORCH}, the CPU build from PyTorch's own index (about 200 MB)")
        pip_install(TORCH, "--index-url", TORCH_CPU_INDEX)
    else:
        say(f"Installing {TORCH} as pip finds it (PyTorch's CPU index does not answer; this may be a large download)")
        pip_install(TORCH)


def ensure_packages(name: str) -> None:
    """Install one lock file."""
    path = ROOT / "deploy" / name
    pins = path.read_text()

    def install() -> None:
        say(f"Installing Python packages of deploy/{name} ({pins.count('==')})")
        pip_install("--quiet", "--progress-bar", "on", "-r", str(path))

    once(name, pins, install)


def ensure_weights() -> None:
    """Fetch and verify the model files that are not in the repository."""
    records = (ROOT / "inference" / "weights.py").read_text()
    fetch = lambda: run(str(PYTHON), "-m", "inference", "weights", remedy="Check the network, then repeat.")  # noqa: E731
    once("weights", records + os.environ.get("DEUKGEUN_WEIGHTS_DIR", ""), fetch)


def bootstrap(*, with_tests: bool) -> None:
    """All steps in order."""
    if sys.version_info < MINIMUM:
        raise SetupError(
            f"Python {sys.version.split()[0]} is too old.\n    Install 3.11, then: make PYTHON=python3.11 …"
        )
    read_dotenv(ROOT / ".env")
    ensure_programs(FOR_TESTS if with_tests else FFMPEG)
    ensure_venv()
    ensure_packages("requirements.txt")
    once("torch", TORCH, install_torch)
    if with_tests:
        ensure_packages("requirements-dev.txt")
    ensure_weights()


def main() -> int:
    """Entry point; exit status 1 with a sentence and a remedy when a step fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what the tests and checks need")
    arguments = parser.parse_args()
    try:
        bootstrap(with_tests=arguments.tests)
    except SetupError as error:
        print(f"\nSet-up stopped: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
