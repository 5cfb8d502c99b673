"""Work in processes of its own."""

from pathlib import Path

import pytest

from inference.train.processes import run_each


def test_every_job_runs_and_a_failure_is_told(tmp_path):
    folders = [tmp_path / name for name in "abc"]
    assert run_each(Path.mkdir, [(folder,) for folder in folders]) == [None] * 3
    assert run_each(Path.with_suffix, [(folder, ".x") for folder in folders]) == [f.with_suffix(".x") for f in folders]
    assert all(folder.is_dir() for folder in folders)
    with pytest.raises(FileExistsError):
        run_each(Path.mkdir, [(folders[0],)])
