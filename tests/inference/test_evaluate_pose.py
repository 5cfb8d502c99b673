"""`evaluate-pose` scores a shard of pictures."""

import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from inference import pose, video
from inference.__main__ import main

SAMPLE = Path(__file__).parents[2] / "frontend" / "static" / "sample" / "squats.mp4"


@pytest.fixture(scope="module")
def shard(tmp_path_factory) -> Path:
    """One frame of the sample clip; the truth is what the estimator itself sees, so it scores full marks or nearly."""
    info = video.probe(SAMPLE)
    frame = next(video.read_frames(SAMPLE, info, rate_hz=2, max_side_px=640))
    size = frame.image.shape[1::-1]
    seen = pose.load().estimate(iter([frame]), size).keypoints[0]
    truth = [[float(x), float(y), 1] for x, y, _ in seen]
    far = [[x + 200, y, v] for x, y, v in truth]
    folder = tmp_path_factory.mktemp("shard")
    stream = io.BytesIO()
    Image.fromarray(frame.image).save(stream, "PNG")
    with tarfile.open(folder / "mini.tar", "w") as pictures:
        for name in ("right.png", "wrong.png"):
            member = tarfile.TarInfo(name)
            member.size = len(stream.getvalue())
            pictures.addfile(member, io.BytesIO(stream.getvalue()))
    lines = [
        {"file": name, "w": size[0], "h": size[1], "keypoints": keypoints, "gt": keypoints, "source": "own"}
        for name, keypoints in (("right.png", truth), ("wrong.png", far))
    ]
    (folder / "mini.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return folder / "mini.jsonl"


def test_the_stable_keys_are_there_and_half_of_the_joints_are_right(shard, capsys):
    assert main(["evaluate-pose", str(shard), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["people"] == 2
    assert found["pck_0.2"] == pytest.approx(0.5, abs=0.05)
    assert found["pck_0.1"] <= found["pck_0.2"]
    assert found["error_px_at_1920"] > 50
    assert found["with_box"]["people"] == 2


def test_the_table_is_for_people_to_read(shard, capsys):
    assert main(["evaluate-pose", str(shard), "--box-only"]) == 0
    assert "PCK@0.2" in capsys.readouterr().out


def test_a_line_without_gt_is_scored_against_the_teacher_and_an_empty_one_is_passed_over(shard, capsys):
    lines = [json.loads(line) for line in shard.read_text().splitlines()]
    other = shard.with_stem("teacher")
    other.write_text("\n\n".join(json.dumps({k: v for k, v in line.items() if k != "gt"}) for line in lines))
    shutil.copy(shard.with_suffix(".tar"), other.with_suffix(".tar"))
    assert main(["evaluate-pose", str(other), "--box-only", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["by_truth"]["teacher"]["people"] == 2


POINTS = [[1, 2, 1]] * 24


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no line with a known joint"),
        ("5", "line 1: no object"),
        ("{", "line 1: not JSON"),
        ('{"file": 5}', "line 1: no object"),
        (json.dumps({"file": "right.png", "keypoints": POINTS[:17]}), "line 1: `keypoints` is not 24"),
        (json.dumps({"file": "right.png", "keypoints": POINTS, "gt": "x"}), "line 1: `gt` is not 24"),
        (json.dumps({"file": "right.png", "keypoints": [[1, 2]] * 24}), "line 1: `keypoints` is not 24"),
        ("\n" + json.dumps({"file": "none.png", "keypoints": POINTS}), "line 2: filename 'none.png' not found"),
        ("\udcff", "not a text in UTF-8"),
    ],
)
def test_a_shard_that_is_wrong_is_told_with_its_line(text, sentence, shard, capsys):
    wrong = shard.with_stem("wrong")
    wrong.write_bytes(text.encode("utf-8", "surrogateescape"))
    shutil.copy(shard.with_suffix(".tar"), wrong.with_suffix(".tar"))
    assert main(["evaluate-pose", str(wrong)]) == 2
    assert sentence in capsys.readouterr().err


def test_pictures_that_are_no_tar_are_told(shard, capsys):
    wrong = shard.with_stem("no-tar")
    wrong.write_text("{}")
    wrong.with_suffix(".tar").write_bytes(b"x" * 2000)
    assert main(["evaluate-pose", str(wrong)]) == 2
    assert "no-tar.tar, which holds the pictures, is not a tar file" in capsys.readouterr().err


def test_a_shard_without_pictures_is_bad_input(tmp_path, capsys):
    (tmp_path / "alone.jsonl").write_text("{}")
    assert main(["evaluate-pose", str(tmp_path / "alone.jsonl"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_a_video"
