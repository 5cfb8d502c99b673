"""Tables and pictures of held-out predictions."""

from __future__ import annotations

import json

import pytest

from inference.__main__ import main
from inference.train import plots


@pytest.fixture
def folds(tmp_path):
    rows = [
        {"file": "a.mp4", "exercise": "squat", "candidates": [["squat", 0.9], ["lunge", 0.05]]},
        {"file": "b.mp4", "exercise": "squat", "candidates": [["barbell_squat", 0.6], ["lunge", 0.2], ["squat", 0.1]]},
        {"file": "c.mp4", "exercise": "plank", "candidates": [["other", 0.3], ["push_up", 0.2]]},
        {"file": "d.mp4", "exercise": "other", "candidates": [["other", 0.8], ["squat", 0.1]]},
    ]
    path = tmp_path / "folds.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_table_counts_each_figure_over_its_own_clips(folds):
    table = plots.tabulate(plots.read(folds))
    assert "| exact name | 0.500 | 4 |" in table
    assert "| among three | 0.750 | 4 |" in table
    assert '| "other" called so | 1.000 | 1 |' in table
    assert '| exercises called "other" | 0.333 | 3 |' in table


@pytest.mark.parametrize("text", ["", "[]", "5", "[5]", '[{"file": "a"}]', '{"a": 1}'])
def test_what_is_no_table_of_predictions_is_told(text, tmp_path, capsys):
    (tmp_path / "folds.json").write_text(text)
    assert main(["train", "plots", str(tmp_path / "folds.json"), "--out", str(tmp_path / "out")]) == 2
    assert "folds.json: no" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_calibration_error_is_the_mean_gap(folds):
    points, error = plots.calibration(plots.read(folds))
    assert sum(count for _, _, count in points) == 4
    assert error == pytest.approx((0.1 + 0.6 + 0.3 + 0.2) / 4)


def test_pictures_are_written(folds, tmp_path):
    rows = plots.read(folds)
    plots.draw_confusion(rows, tmp_path / "confusion.png")
    plots.draw_reliability(rows, tmp_path / "reliability.png")
    plots.draw_errors(rows, lambda row: row.exercise, tmp_path / "errors.png")
    for name in ("confusion", "reliability", "errors"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
