"""What a command writes is whole, or not there."""

import os
from pathlib import Path

import pytest

from inference import files


def test_a_file_that_breaks_off_leaves_the_earlier_one(tmp_path):
    out = tmp_path / "folder" / "out"
    out.parent.mkdir()
    out.write_bytes(b"earlier")
    with pytest.raises(RuntimeError), files.write_whole(out) as file:
        file.write(b"half")
        raise RuntimeError
    assert out.read_bytes() == b"earlier"
    assert list(out.parent.iterdir()) == [out]


def test_a_link_stays_one(tmp_path):
    (tmp_path / "out").touch()
    (tmp_path / "link").symlink_to("out")
    with files.write_whole(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "out").read_bytes() == b"new"


def test_a_device_is_not_replaced():
    with files.write_whole(Path(os.devnull)) as file:
        file.write(b"gone")
    assert not Path(os.devnull).is_file()


def test_a_folder_without_leave_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(OSError, match="Permission denied"):
        files.require_file_place(tmp_path / "out")
    with pytest.raises(OSError, match="Permission denied"):
        files.require_folder_place(tmp_path / "a" / "b")
