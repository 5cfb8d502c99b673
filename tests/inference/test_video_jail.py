"""What a child in the jail cannot do. ``sh`` stands in for an ffmpeg that an upload has taken over."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import time

import pytest

from inference import video
from inference.errors import Code, InferenceError
from inference.video import arguments, jail
from inference.video.child import Allowance, find_program, open_scratch, run, start

ALLOWANCE = Allowance(wall_s=10, stall_s=10, memory_bytes=1 << 30, file_bytes=1 << 20)


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "upload.mp4"
    path.write_bytes(b"clip")
    return path


def shell(clip, script, allowance=ALLOWANCE):
    with open_scratch(clip) as scratch:
        return run(["/bin/sh", "-c", script], scratch, allowance, 1 << 16)


def has_landlock():
    return ctypes.CDLL(None).syscall(444, None, 0, 1) >= 1


def test_it_reads_the_clip_under_a_neutral_name(clip):
    assert shell(clip, "cat clip; ls")[:2] == (0, b"clipclip\n")


@pytest.mark.skipif(not has_landlock(), reason="the kernel offers no Landlock")
def test_it_writes_in_its_scratch_only(clip, tmp_path):
    status, output, _ = shell(clip, f"echo a > here && cat here; echo b > {tmp_path}/there || echo refused")
    assert (status, output) == (0, b"a\nrefused\n")
    assert not (tmp_path / "there").exists()


@pytest.mark.skipif(not has_landlock(), reason="the kernel offers no Landlock")
def test_it_reads_no_neighbour_and_cannot_change_the_clip(clip, tmp_path):
    (tmp_path / "secret").write_text("secret")
    assert shell(clip, f"cat {tmp_path}/secret")[1] == b""
    assert shell(clip, "echo changed > clip || echo refused")[1] == b"refused\n"
    assert clip.read_bytes() == b"clip"


@pytest.mark.skipif(not has_landlock(), reason="the kernel offers no Landlock")
@pytest.mark.parametrize("place", ["bin", "."])
def test_it_reads_nothing_of_a_site_that_lies_around_the_program(clip, tmp_path, place):
    home = tmp_path / "home"
    for name, content in {"var/secret_key": "secret", ".env": "secret", "lib/libx.so.1": "x", "libz.so": "z"}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content)
    program = home / place / "sh"
    program.parent.mkdir(exist_ok=True)
    shutil.copy(os.path.realpath("/bin/sh"), program)
    with open_scratch(clip) as scratch:
        script = f"cat {home}/lib/libx.so.1; cat {home}/var/secret_key {home}/.env || echo refused"
        assert run([str(program), "-c", script], scratch, ALLOWANCE, 1 << 16)[1] == b"xrefused\n"


def test_it_has_no_right_to_folders_where_sites_are_installed():
    assert not {"/opt", "/srv", "/home", "/var", "/"} & set(jail.SYSTEM_PATHS)


def test_its_scratch_lies_where_the_caller_wants(clip, tmp_path):
    with open_scratch(clip, tmp_path) as scratch:
        assert scratch.parent == tmp_path.resolve()
        assert run(["/bin/sh", "-c", "cat clip; pwd"], scratch, ALLOWANCE, 1 << 16)[1].startswith(b"clip")


def test_it_cannot_fill_the_disk(clip):
    _, output, _ = shell(clip, "dd if=/dev/zero of=big bs=1M count=5 2>/dev/null; wc -c < big")
    assert int(output) <= 1 << 20


def test_it_cannot_eat_the_memory(clip):
    assert shell(clip, "dd if=/dev/zero of=/dev/null bs=2G count=1")[0] != 0


def test_it_sees_no_secret_of_the_environment(clip, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    assert b"hunter2" not in shell(clip, "env")[1]


def test_too_much_output_is_refused(clip):
    with pytest.raises(InferenceError) as caught:
        shell(clip, "yes")
    assert caught.value.code is Code.TOO_LARGE


@pytest.mark.parametrize("script", ["sleep 60", "while :; do :; done", "yes >&2", "trap '' TERM; sleep 60 & wait"])
def test_it_ends_in_time_with_all_it_started(clip, script):
    began = time.monotonic()
    with pytest.raises(InferenceError) as caught:
        shell(clip, script, Allowance(wall_s=1, stall_s=0.5, memory_bytes=1 << 30))
    assert caught.value.code is Code.TIMED_OUT
    assert time.monotonic() - began < 8


def test_nothing_is_left_of_the_scratch(clip):
    with open_scratch(clip) as scratch:
        run(["/bin/sh", "-c", "mkdir a; echo b > a/c"], scratch, ALLOWANCE, 100)
    assert not scratch.exists()
    assert clip.exists()


def test_an_error_of_the_consumer_ends_the_child(clip):
    with open_scratch(clip) as scratch, pytest.raises(RuntimeError):
        with start(["/bin/sh", "-c", "sleep 60"], scratch, ALLOWANCE) as child:
            raise RuntimeError
    assert child._process.poll() is not None


def test_a_program_that_is_missing_is_our_own_fault(clip, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InferenceError) as caught:
        find_program("ffmpeg")
    assert caught.value.code is Code.INTERNAL


def test_a_program_that_is_named_is_found_with_its_folder(monkeypatch):
    monkeypatch.setenv("DEUKGEUN_FFMPEG", "ffprobe")
    assert find_program("ffmpeg") == find_program("ffprobe") != "ffprobe"
    monkeypatch.setenv("DEUKGEUN_FFMPEG", "/no/where")
    with pytest.raises(InferenceError):
        find_program("ffmpeg")


@pytest.mark.parametrize(
    "source",
    ["http://127.0.0.1:9/a.mp4", "concat:clip|clip", "data:video/mp4;base64,AAAA", "tcp://127.0.0.1:9", "subfile:clip"],
)
def test_protocols_beyond_files_are_refused(clip, monkeypatch, source):
    monkeypatch.setattr(arguments, "SOURCE", source)
    with open_scratch(clip) as scratch:
        status, _, log = run(arguments.probe_command("-show_format"), scratch, ALLOWANCE, 1 << 16)
    assert status != 0
    assert any("not on whitelist" in line for line in log)


@pytest.mark.slow
def test_hostile_files_end_with_a_code_or_a_result(shared_data, tmp_path):
    outcomes = {}
    for path in sorted((shared_data / "hostile").iterdir()):
        if path.suffix == ".md":
            continue
        began = time.monotonic()
        outcomes[path.name] = probe_and_read(path, tmp_path)
        assert time.monotonic() - began < 30, path.name
    assert len(outcomes) > 100
    assert Code.INTERNAL not in outcomes.values()


def probe_and_read(path, tmp_path):
    try:
        info = video.probe(path)
        frames = sum(1 for _ in video.read_frames(path, info, rate_hz=15, max_side_px=320))
        video.write_rendition(path, info, tmp_path / "out.mp4")
    except InferenceError as error:
        return error.code
    assert frames > 0
    return "analysed"


def test_a_killed_worker_takes_its_decoder_with_it(clip):
    script = (
        "import sys; from pathlib import Path; from inference.video.child import *\n"
        "with open_scratch(Path(sys.argv[1])) as scratch:\n"
        "    with start(['/bin/sleep', '61.5'], scratch, Allowance(99, 99, 1 << 30)) as child:\n"
        "        print(child._process.pid, flush=True); child.finish()"
    )
    import sys

    worker = subprocess.Popen([sys.executable, "-c", script, clip], stdout=subprocess.PIPE, text=True)
    pid = int(worker.stdout.readline())
    time.sleep(0.3)
    worker.kill()
    worker.wait()
    time.sleep(0.3)
    assert not is_running(pid)


def is_running(pid):
    from pathlib import Path

    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
