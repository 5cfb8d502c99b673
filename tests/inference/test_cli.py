from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest

from inference import __main__ as cli
from inference import pipeline, sentences, weights
from inference.errors import Code, InferenceError
from tests.inference.fakes import FakeEstimator, FakeRecogniser, squat_set

ROOT = Path(__file__).parents[2]


def run_python(*arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture
def fakes(monkeypatch):
    monkeypatch.setattr(pipeline, "_load_estimator", lambda options: FakeEstimator(dip_px=30))
    monkeypatch.setattr(pipeline, "_load_recogniser", lambda options: FakeRecogniser(squat_set()))


def test_analyse_prints_one_json_object(fakes, make_clip, capsys):
    assert cli.main(["analyse", str(make_clip("a.mp4")), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["exercise"], found["reps"]) == ("squat", 2)


def test_analyse_for_people(fakes, make_clip, capsys):
    assert cli.main(["analyse", str(make_clip("a.mp4"))]) == 0
    assert "squat × 2" in capsys.readouterr().out


def test_analyse_writes_the_files_of_the_diary(fakes, make_clip, tmp_path, capsys):
    assert cli.main(["analyse", str(make_clip("a.mp4")), "--json", "--out-dir", str(tmp_path / "out")]) == 0
    assert json.loads(capsys.readouterr().out)["timings_s"]["rendition"] > 0
    assert (tmp_path / "out" / "rendition.mp4").exists()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InferenceError(Code.TIMED_OUT), "Reading the film took too long."),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
def test_what_is_known_is_printed_when_only_the_rendition_fails(
    error, sentence, fakes, make_clip, tmp_path, monkeypatch, capsys
):
    def fail(*_):
        raise error

    monkeypatch.setattr(pipeline.video, "write_rendition", fail)
    command = ["analyse", str(make_clip("a.mp4")), "--out-dir", str(tmp_path / "out")]
    assert cli.main([*command, "--json"]) == 3
    told = capsys.readouterr()
    assert json.loads(told.out)["reps"] == 2
    assert told.err == f"The rendition could not be made, all else was. {sentence}\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"keypoints.npz", "poster.jpg"}
    assert cli.main(command) == 3
    assert "squat × 2" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["analyse", "--json"], ["keypoints", "--out", "k.npz"]])
def test_bad_input_ends_with_two_and_its_code(tmp_path, command):
    clip = tmp_path / "a.mp4"
    clip.touch()
    run = run_python("-m", "inference", *command, str(clip))
    assert run.returncode == 2
    assert json.loads(run.stdout) == {"error": {"code": "empty_file"}}
    assert "Traceback" not in run.stderr


def test_keypoints_writes_the_file_it_was_told(fakes, make_clip, tmp_path):
    out = tmp_path / "track.keypoints"
    assert cli.main(["keypoints", str(make_clip("a.mp4")), "--out", str(out)]) == 0
    with np.load(out) as saved:
        assert set(saved.files) == {"keypoints", "times_s", "size"}


def test_missing_weights_end_with_a_remedy(monkeypatch, make_clip, capsys):
    def missing(options):
        raise weights.WeightError("it.tflite is missing. Type: make setup")

    monkeypatch.setattr(pipeline, "_load_estimator", missing)
    assert cli.main(["analyse", str(make_clip("a.mp4"))]) == 1
    assert "make setup" in capsys.readouterr().err


@pytest.mark.parametrize(("argv", "status"), [([], 2), (["--help"], 0), (["train"], 2), (["nonsense"], 2)])
def test_usage_names_every_command(argv, status, capsys):
    assert cli.main(argv) == status
    told = capsys.readouterr()
    assert all(" ".join(path) in told.out + told.err for path in cli.COMMANDS)


@pytest.mark.parametrize("path", cli.COMMANDS, ids=" ".join)
def test_every_command_is_there(path):
    module = importlib.import_module(cli.COMMANDS[path].module)
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    assert callable(module.run)


def test_what_is_not_a_command_is_told(capsys):
    assert cli.main(["evalaute", "--help"]) == 2
    assert "no command `evalaute`" in capsys.readouterr().err
    assert cli.main(["train", "--help"]) == 0
    assert "train pose-presence " in capsys.readouterr().out


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_sentence_for_the_shell(code):
    assert sentences.explain(InferenceError(code, "why")).endswith("(why)")
    assert sentences.explain(InferenceError(code))[-1] == "."


def test_a_place_that_cannot_be_written_is_told_before_the_work(make_clip, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pipeline, "_load_estimator", None)  # asked too late, it would be called
    clip, file = str(make_clip("a.mp4")), tmp_path / "file"
    file.touch()
    for command, place, reason in (
        (["keypoints", clip, "--out"], tmp_path, "Is a directory"),
        (["keypoints", clip, "--out"], tmp_path / "no" / "k.npz", "No such file or directory"),
        (["keypoints", clip, "--out"], file / "k.npz", "Not a directory"),
        (["analyse", clip, "--out-dir"], file, "Not a directory"),
        (["analyse", clip, "--out-dir"], file / "below", "Not a directory"),
        (["export"], file, "File exists"),
    ):
        assert cli.main([*command, str(place)]) == 1
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n"), reason in told.err) == ("", 1, True), told.err


def test_a_disk_that_is_full_is_told(fakes, make_clip, capsys):
    assert cli.main(["keypoints", str(make_clip("a.mp4")), "--out", "/dev/full"]) == 1
    assert "No space left" in capsys.readouterr().err


def test_a_full_disk_behind_the_shell_is_told_once():
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "inference", "weights", "counter"]
        run = subprocess.run(command, check=False, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (run.returncode, run.stderr) == (1, "No space left on device\n")


@pytest.mark.parametrize(
    ("problem", "status", "sentence"),
    [
        (KeyboardInterrupt(), 130, "Stopped."),
        (ModuleNotFoundError("no", name="onnx"), 1, "needs the package onnx. Type: make setup-dev"),
        (URLError(ConnectionRefusedError(111, "Connection refused")), 1, "download failed: [Errno 111]"),
    ],
)
def test_no_command_ends_with_a_traceback(problem, status, sentence, monkeypatch, capsys):
    def fail(options):
        raise problem

    monkeypatch.setattr(pipeline, "_load_estimator", fail)
    assert cli.main(["analyse", "a.mp4"]) == status
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("command", ["analyse", "keypoints", "evaluate", "evaluate-pose"])
def test_an_estimator_that_does_not_exist_is_told_with_those_that_do(command, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main([command, "a", "--estimator", "nobody"])
    assert "hrnet" in capsys.readouterr().err


def test_weights_that_do_not_exist_are_told_with_those_that_do(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["weights", "nothing"])
    assert "there are: blazepose-detector" in capsys.readouterr().err


def test_asking_for_help_imports_no_network():
    code = "import sys; from inference.__main__ import main; main(['--help']); sys.exit('torch' in sys.modules)"
    assert run_python("-c", code).returncode == 0
