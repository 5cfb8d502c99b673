from __future__ import annotations

import subprocess

import numpy as np
import pytest

from inference import video
from inference.errors import Code, InferenceError
from inference.types import VideoInfo
from inference.video import arguments
from inference.video.child import Allowance
from inference.video.decode import _Stamps

# A white square in the upper left corner of a dark upright picture; left of the middle, above the middle.
CORNER = "color=c=black:s=320x240:r=30:d=1,drawbox=x=10:y=10:w=60:h=40:color=white:t=fill"


def read(path, rate_hz=15.0, max_side_px=320, limits=video.DEFAULT):
    info = video.probe(path)
    return info, list(video.read_frames(path, info, rate_hz=rate_hz, max_side_px=max_side_px, limits=limits))


def bright_corner(image):
    """(above the middle, left of the middle) of the centre of what is bright."""
    rows, columns = np.nonzero(image.mean(axis=-1) > 128)
    height, width = image.shape[:2]
    return bool(rows.mean() < height / 2), bool(columns.mean() < width / 2)


def turn(make_clip, tmp_path, tag):
    """The same stream with a display matrix of so many degrees."""
    plain = make_clip("plain.mp4", source=CORNER)
    out = tmp_path / f"turned_{tag}.mp4"
    command = ["ffmpeg", "-v", "error", "-i", plain, "-c", "copy", "-metadata:s:v:0", f"rotate={tag}", out]
    subprocess.run(command, check=True, timeout=60)
    return out


def as_a_player_shows(path, width, height):
    command = ["ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    pixels = subprocess.run(command, check=True, timeout=60, capture_output=True).stdout
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


@pytest.mark.parametrize("tag", [90, 180, 270])
def test_rotated_clips_are_upright(make_clip, tmp_path, tag):
    path = turn(make_clip, tmp_path, tag)
    info, frames = read(path)

    assert info.rotation_deg in {90: (90, 270), 180: (180,), 270: (90, 270)}[tag]
    assert (info.width_px, info.height_px) == ((320, 240) if tag == 180 else (240, 320))
    shown = as_a_player_shows(path, info.width_px, info.height_px)
    assert bright_corner(frames[0].image) == bright_corner(shown) != (True, True)


def test_frames_are_small_rgb_and_evenly_spaced(make_clip):
    _, frames = read(make_clip("a.mp4", source="color=c=red:s=640x360:r=30:d=2"), max_side_px=160)
    times_s = np.array([frame.time_s for frame in frames])

    assert frames[0].image.shape == (90, 160, 3)
    assert frames[0].image.dtype == np.uint8
    assert tuple(frames[0].image.mean(axis=(0, 1)) > 128) == (True, False, False)
    assert times_s[0] == 0
    assert np.allclose(np.diff(times_s), 1 / 15, atol=1e-3)


def test_variable_frame_rate_keeps_true_times(make_clip):
    """30 frames a second, then 10: the grey of each picture says when it was made."""
    source = (
        "color=c=black:s=64x64:r=30:d=4,geq=lum='16+N':cb=128:cr=128,"
        "select='lt(n,60)+not(mod(n,3))'"
    )  # fmt: skip
    path = make_clip("vfr.mp4", "-fps_mode", "vfr", "-crf", "1", source=source)
    _, frames = read(path, rate_hz=30)

    made_s = np.array([(limited_luma(frame.image) - 16) / 30 for frame in frames])
    shown_s = np.array([frame.time_s for frame in frames])
    steps = np.diff(shown_s)
    assert np.abs(made_s - shown_s).max() <= 1 / 30 + 1e-3
    assert steps.min() == pytest.approx(1 / 30, abs=2e-3)
    assert steps.max() == pytest.approx(1 / 10, abs=2e-3)


def limited_luma(image):
    return image.mean() * 219 / 255 + 16


def test_slow_clips_give_every_picture_once(make_clip):
    _, frames = read(make_clip("a.mp4", source="testsrc2=size=64x64:rate=7:duration=3"))
    assert len(frames) == 21


def test_video_that_starts_late_starts_at_zero(make_clip):
    path = make_clip("a.mkv", "-f", "lavfi", "-i", "sine=duration=3", "-filter:v", "setpts=PTS+0.7/TB")
    _, frames = read(path)
    assert frames[0].time_s == 0
    assert frames[-1].time_s == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("size", ["321x241", "2x2", "2x400", "400x2"])
def test_odd_sizes(make_clip, size):
    path = make_clip("a.webm", "-c:v", "libvpx-vp9", "-vf", f"scale={size.replace('x', ':')},setsar=1")
    info, frames = read(path)
    width, height = map(int, size.split("x"))
    assert (info.width_px, info.height_px) == (width, height)
    assert frames[0].image.shape[:2] == video.fit(info, max_side_px=320)[::-1]


def test_wide_pixels_are_made_square(make_clip):
    info, frames = read(make_clip("a.mp4", "-vf", "setsar=2/1", source="testsrc2=size=160x240:rate=10:duration=1"))
    assert (info.width_px, info.height_px) == (320, 240)
    assert frames[0].image.shape == (240, 320, 3)


def test_ten_bit_hevc(make_clip):
    path = make_clip("a.mp4", "-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none")
    info, frames = read(path)
    assert info.pixel_format == "yuv420p10le"
    assert len(frames) == pytest.approx(30, abs=1)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
@pytest.mark.parametrize("zscale", [True, False])
def test_hdr_becomes_sdr(make_clip, monkeypatch, transfer, zscale):
    if zscale and not arguments.has_zscale():
        pytest.skip("this ffmpeg has no zscale")
    monkeypatch.setattr(arguments, "has_zscale", lambda: zscale)
    path = make_clip(
        "hdr.mp4", "-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params",
        f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc",
        source="gradients=s=320x240:c0=black:c1=white:x0=0:y0=0:x1=319:y1=239:d=1:speed=0.00001",
    )  # fmt: skip
    info, frames = read(path)
    image = frames[0].image

    assert info.is_hdr
    assert image.max() > 180, "the brightest is still bright"
    assert image.min() < 40, "the darkest is still dark"


def test_damaged_middle_does_not_end_the_clip(make_clip):
    path = make_clip("a.mp4", "-g", "15", source="testsrc2=size=320x240:rate=30:duration=6")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(bytes(content))

    _, frames = read(path)
    assert frames[-1].time_s > 5


def test_a_consumer_that_stops_leaves_no_child(make_clip):
    path = make_clip("a.mp4", source="testsrc2=size=640x480:rate=30:duration=10")
    info = video.probe(path)
    frames = video.read_frames(path, info, rate_hz=30, max_side_px=640)
    next(frames)
    child = frames.gi_frame.f_locals["child"]
    frames.close()
    assert child._process.poll() is not None


def test_a_decoder_over_its_time_is_ended(make_clip):
    path = make_clip("a.mp4", source="testsrc2=size=640x480:rate=30:duration=10")
    with pytest.raises(InferenceError) as caught:
        read(path, limits=video.Limits(decode_wall_s=0.05))
    assert caught.value.code is Code.TIMED_OUT


def test_times_always_rise():
    stamps = _Stamps(usual_s=0.1)
    for pts in (0, 100_000, 50_000, "NOPTS", 9_000_000_000, 9_000_100_000):
        stamps.read_line(f"[Parsed_showinfo_4 @ 0x55] n:   0 pts: {pts} pts_time:0")
    times = [stamps.next_s(None) for _ in range(6)]
    assert np.allclose(times, [0, 0.1, 0.2, 0.3, 0.4, 0.5])


@pytest.mark.parametrize(
    ("duration_s", "fps", "rate_hz"), [(20, 30, 15), (20, 25, 12.5), (20, 8, 15), (120, 60, 12), (500, 30, 10)]
)
def test_rate_follows_the_length(duration_s, fps, rate_hz):
    info = VideoInfo(duration_s, 10, 10, 0, fps, "h264", "yuv420p", "mov", False, False, None, 1)
    assert video.choose_rate(info) == pytest.approx(rate_hz)


def test_rate_of_a_long_clip_still_sees_fast_moves():
    for fps in (24, 25, 29.97, 30, 50, 60, 120, 240):
        info = VideoInfo(590, 10, 10, 0, fps, "h264", "yuv420p", "mov", False, False, None, 1)
        assert video.choose_rate(info) >= 8


def test_allowance_of_processor_time_follows_the_wall():
    assert Allowance(10, 10, 1).cpu_s == 41
