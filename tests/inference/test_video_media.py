from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest
from PIL import Image

from inference import video
from inference.video import media

SECRETS = ("+37.5665+126.9780", "Galaxy S99", "김철수의 방", "my comment")


def look(path, *entries):
    command = ["ffprobe", "-v", "error", "-of", "json", *entries, path]
    return json.loads(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)


def render(path, tmp_path):
    info = video.probe(path)
    out = tmp_path / "out.mp4"
    video.write_rendition(path, info, out)
    return out


@pytest.fixture
def tagged(make_clip):
    location, device, title, comment = SECRETS
    return make_clip(
        "phone.mov", "-f", "lavfi", "-i", "sine=duration=2", "-movflags", "use_metadata_tags",
        "-metadata", f"location={location}/", "-metadata", f"com.apple.quicktime.location.ISO6709={location}/",
        "-metadata", f"com.apple.quicktime.model={device}", "-metadata", f"title={title}",
        "-metadata", f"comment={comment}", "-metadata", "creation_time=2024-05-06T07:08:09Z",
        "-metadata:s:v", f"handler_name={device}",
    )  # fmt: skip


def test_rendition_says_nothing_of_place_device_or_time(tagged, tmp_path):
    out = render(tagged, tmp_path)
    found = look(out, "-show_format", "-show_streams", "-show_chapters")

    tags = {**found["format"]["tags"], **found["streams"][0]["tags"]}
    assert set(tags) <= {
        "major_brand",
        "minor_version",
        "compatible_brands",
        "language",
        "handler_name",
        "vendor_id",
        "encoder",
    }
    content = out.read_bytes()
    for secret in (*SECRETS, "2024-05-06"):
        assert secret.encode() in tagged.read_bytes() or secret == "2024-05-06"
        assert secret.encode() not in content
    assert not any("Lavf" in value and "." in value for value in tags.values())


def test_rendition_is_not_many_times_as_large_as_the_film(make_clip, tmp_path, monkeypatch):
    noise = "nullsrc=size=320x240:rate=30:duration=4,noise=alls=60:allf=t"
    film = make_clip("noise.mp4", "-c:v", "libx264", "-crf", "10", source=noise)
    size_bytes = film.stat().st_size
    assert render(film, tmp_path).stat().st_size > size_bytes / 4  # far more than is allowed below
    monkeypatch.setattr(media, "TIMES_ORIGINAL", 0.05)
    assert 0 < render(film, tmp_path).stat().st_size < size_bytes / 8


def test_rendition_of_a_film_of_any_bit_rate_is_made(tagged, tmp_path, monkeypatch):
    monkeypatch.setattr(media, "TIMES_ORIGINAL", 1e9)  # as a short film of a hundred megabytes would have it
    assert render(tagged, tmp_path).stat().st_size > 0


def test_rendition_plays_everywhere(tagged, tmp_path):
    found = look(render(tagged, tmp_path), "-show_format", "-show_streams")

    (stream,) = found["streams"]
    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    assert float(found["format"]["duration"]) == pytest.approx(2, abs=0.1)


def test_rendition_can_start_before_it_is_loaded(tagged, tmp_path):
    content = render(tagged, tmp_path).read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_rendition_has_a_keyframe_every_half_second(make_clip, tmp_path):
    out = render(make_clip("a.mp4", source="testsrc2=size=320x240:rate=30:duration=5"), tmp_path)
    packets = look(out, "-show_entries", "packet=pts_time,flags")["packets"]
    keys = [float(p["pts_time"]) for p in packets if p["flags"].startswith("K")]
    assert max(np.diff(keys)) <= 0.6


@pytest.mark.parametrize(
    ("size", "expected"), [("1920x1080", (1280, 720)), ("640x1138", (640, 1138)), ("321x241", (320, 240))]
)
def test_rendition_is_at_most_720p(make_clip, tmp_path, size, expected):
    path = make_clip(
        "a.webm", "-c:v", "libvpx", "-deadline", "realtime", source=f"testsrc2=size={size}:rate=10:duration=1"
    )
    stream = look(render(path, tmp_path), "-show_streams")["streams"][0]
    assert (stream["width"], stream["height"]) == expected


def test_rendition_is_upright_without_a_flag(make_clip, tmp_path):
    plain = make_clip("plain.mp4")
    turned = tmp_path / "turned.mp4"
    command = ["ffmpeg", "-v", "error", "-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned]
    subprocess.run(command, check=True, timeout=60)

    stream = look(render(turned, tmp_path), "-show_streams")["streams"][0]
    assert (stream["width"], stream["height"]) == (240, 320)
    assert "side_data_list" not in stream


def test_rendition_and_frames_share_their_clock(make_clip, tmp_path):
    """A player that seeks to a frame's time must show that frame: also when the picture starts after the sound."""
    path = make_clip("a.mkv", "-f", "lavfi", "-i", "sine=duration=3", "-filter:v", "setpts=PTS+0.7/TB")
    stream = look(render(path, tmp_path), "-show_streams")["streams"][0]
    assert float(stream["start_time"]) == pytest.approx(0, abs=0.01)


def test_sixty_frames_a_second_become_thirty(make_clip, tmp_path):
    out = render(make_clip("a.mp4", source="testsrc2=size=64x64:rate=60:duration=2"), tmp_path)
    assert look(out, "-show_streams")["streams"][0]["avg_frame_rate"] == "30/1"


def test_still_shows_its_moment_and_carries_nothing(make_clip, tmp_path):
    source = "color=c=black:s=64x48:r=30:d=4,geq=lum='16+N':cb=128:cr=128"
    path = make_clip("a.mp4", "-crf", "1", source=source)
    video.write_still(path, video.probe(path), 2.0, tmp_path / "still.jpg", 640)

    image = Image.open(tmp_path / "still.jpg")
    assert (image.format, image.size) == ("JPEG", (64, 48))
    assert not image.getexif()
    assert np.asarray(image).mean() * 219 / 255 == pytest.approx(60, abs=2)


def test_still_after_the_end_is_the_end(make_clip, tmp_path):
    path = make_clip("a.mp4")
    video.write_still(path, video.probe(path), 99.0, tmp_path / "still.jpg", 640)
    assert (tmp_path / "still.jpg").exists()
