"""Set-up tells a newcomer what is missing and what to type, and does nothing twice."""

import subprocess
import sys

import pytest
from dotenv import dotenv_values

from deploy import bootstrap


@pytest.fixture(autouse=True)
def stamps(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path / "stamps")


def test_a_step_runs_again_only_when_its_key_changes():
    done = []
    for key in ("a", "a", "b"):
        bootstrap.once("step", key, lambda: done.append(1))
    assert len(done) == 2


def test_a_failed_step_leaves_no_stamp():
    def fail():
        raise bootstrap.SetupError("no network")

    done = []
    with pytest.raises(bootstrap.SetupError):
        bootstrap.once("step", "a", fail)
    bootstrap.once("step", "a", lambda: done.append(1))
    assert done == [1]


def test_without_root_the_command_to_type_is_named(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda *_a, **_k: "/usr/bin/apt-get")
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    with pytest.raises(bootstrap.SetupError, match=r"sudo apt-get install .*ffmpeg"):
        bootstrap.install_system_packages(["ffmpeg"])


def test_without_apt_the_packages_are_named(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda *_a, **_k: None)
    with pytest.raises(bootstrap.SetupError, match="Missing: ffmpeg"):
        bootstrap.install_system_packages(["ffmpeg"])


def test_only_missing_programs_are_installed(monkeypatch):
    asked = []
    monkeypatch.setattr(bootstrap, "find_program", lambda name: None if name == "ffprobe" else name)
    monkeypatch.setattr(bootstrap, "install_system_packages", asked.append)
    bootstrap.ensure_programs({"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "chromium": "chromium"})
    assert asked == [["ffmpeg"]]


def test_programs_are_looked_for_where_the_settings_say(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(bootstrap, "install_system_packages", asked.append)
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "elsewhere"
    program.touch(mode=0o700)
    for name in ("DEUKGEUN_FFMPEG", "DEUKGEUN_FFPROBE"):
        monkeypatch.setenv(name, str(program))
    bootstrap.ensure_programs(bootstrap.FFMPEG)
    assert asked == []
    monkeypatch.setenv("DEUKGEUN_FFPROBE", "/no/where")
    with pytest.raises(bootstrap.SetupError, match="DEUKGEUN_FFPROBE names /no/where"):
        bootstrap.ensure_programs(bootstrap.FFMPEG)


DOTENV = """
# DEUKGEUN_OFF=1
DEUKGEUN_PLAIN=var/weights
  export DEUKGEUN_COMMENT = a b   # not c
DEUKGEUN_HASH=a#b
DEUKGEUN_SINGLE='x # y'   # z
DEUKGEUN_DOUBLE="Deukgeun Diary <diary@localhost>"
DEUKGEUN_EMPTY=
DEUKGEUN_BLANK=    # nothing
DEUKGEUN_SET=file
SECRET_KEY=not ours
"""


def test_settings_of_the_file_are_read_as_the_site_reads_them(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text(DOTENV)
    expected = {name: value for name, value in dotenv_values(tmp_path / ".env").items() if name != "SECRET_KEY"}
    environment = {"DEUKGEUN_SET": "environment"}
    monkeypatch.setattr(bootstrap.os, "environ", environment)
    bootstrap.read_dotenv(tmp_path / ".env")
    bootstrap.read_dotenv(tmp_path / "none")
    assert environment == {**expected, "DEUKGEUN_SET": "environment"}


def test_weights_are_fetched_again_for_another_folder(monkeypatch):
    fetched = []
    monkeypatch.setattr(bootstrap, "run", lambda *command, remedy: fetched.append(command[1:]))
    for folder in ("/a", "/a", "/b"):
        monkeypatch.setenv("DEUKGEUN_WEIGHTS_DIR", folder)
        bootstrap.ensure_weights()
    assert fetched == [("-m", "inference", "weights")] * 2


def test_old_python_is_refused_with_a_remedy(monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    with pytest.raises(bootstrap.SetupError, match=r"make PYTHON=python3\.11"):
        bootstrap.bootstrap(with_tests=False)


def test_a_command_that_fails_carries_its_remedy():
    with pytest.raises(bootstrap.SetupError, match="free some disk"):
        bootstrap.run(sys.executable, "-c", "raise SystemExit(3)", remedy="free some disk")


def test_locks_name_exact_versions():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (bootstrap.ROOT / "deploy" / name).read_text().splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        assert pins
        assert all(line.count("==") == 1 for line in pins)


def test_repeating_the_setup_is_quick_and_silent():
    command = [sys.executable, "deploy/bootstrap.py", "--tests"]
    done = subprocess.run(command, cwd=bootstrap.ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")
