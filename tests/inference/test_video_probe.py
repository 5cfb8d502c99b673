from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone

import pytest

from inference import video
from inference.errors import Code, InferenceError
from inference.video.orientation import read_orientation
from inference.video.packets import measure_times
from inference.video.probe import _plausible_moment

AAC = ("-f", "lavfi", "-i", "sine=duration=2")


def refused(path, limits=video.DEFAULT) -> Code:
    with pytest.raises(InferenceError) as caught:
        info = video.probe(path, limits)
        list(video.read_frames(path, info, rate_hz=15, max_side_px=320))
    return caught.value.code


def test_facts_of_a_plain_clip(make_clip):
    info = video.probe(make_clip("a.mp4"))

    assert (info.width_px, info.height_px, info.rotation_deg, info.codec) == (320, 240, 0, "h264")
    assert info.duration_s == pytest.approx(2.0, abs=0.05)
    assert info.fps == pytest.approx(30, abs=0.5)
    assert not info.has_audio
    assert not info.is_hdr


@pytest.mark.parametrize(
    ("name", "arguments", "codec"),
    [
        ("a.mov", ["-c:v", "libx264"], "h264"),
        ("a.mp4", ["-c:v", "libx265", "-x265-params", "log-level=none"], "hevc"),
        ("a.webm", ["-c:v", "libvpx"], "vp8"),
        ("a.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime"], "vp9"),
        ("a.mkv", ["-c:v", "libx264"], "h264"),
        ("a.avi", ["-c:v", "mpeg4"], "mpeg4"),
        ("a.avi", ["-c:v", "mjpeg"], "mjpeg"),
        ("a.mp4", ["-c:v", "libsvtav1", "-preset", "12"], "av1"),
        ("a.3gp", ["-c:v", "mpeg4"], "mpeg4"),
    ],
)
def test_what_phones_make_is_read(make_clip, name, arguments, codec):
    path = make_clip(name, *arguments)
    info = video.probe(path)

    assert info.codec == codec
    assert len(list(video.read_frames(path, info, rate_hz=15, max_side_px=320))) == pytest.approx(30, abs=2)


def test_sound_beside_the_picture_is_seen_and_borne(make_clip):
    assert video.probe(make_clip("a.mp4", *AAC, "-shortest")).has_audio


@pytest.mark.parametrize("name", ["-i.mp4", "http:evil.mp4", "concat:a|b.mp4", "%03d.mp4", "하체 운동.mp4", "a.jpg"])
def test_the_name_says_nothing(make_clip, tmp_path, name):
    path = make_clip("plain.mp4").rename(tmp_path / name)

    assert video.probe(path).codec == "h264"


def test_no_duration_in_the_header(make_clip):
    path = make_clip("live.webm", "-c:v", "libvpx", "-f", "webm", "-live", "1")

    assert video.probe(path).duration_s == pytest.approx(2.0, abs=0.1)


def test_empty(tmp_path):
    path = tmp_path / "a.mp4"
    path.touch()
    assert refused(path) is Code.EMPTY_FILE


def test_not_there_and_not_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    assert refused(tmp_path / "pipe.mp4") is Code.NOT_A_VIDEO
    assert refused(tmp_path / "nothing.mp4") is Code.NOT_A_VIDEO
    assert refused(tmp_path) is Code.NOT_A_VIDEO


@pytest.mark.parametrize(
    "content",
    [
        b"hello" * 1000,
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n",
        bytes(range(256)) * 64,
    ],
)
def test_text_lists_and_noise_are_no_video(tmp_path, content):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert refused(path) is Code.NOT_A_VIDEO


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.jpg", "a.apng"])
def test_pictures_are_no_video(make_clip, tmp_path, name):
    arguments = [] if name in {"a.gif", "a.apng"} else ["-frames:v", "1"]
    path = make_clip(name, *arguments)
    assert refused(path.rename(tmp_path / "a.mp4")) is Code.NOT_A_VIDEO


def test_a_single_picture_in_a_video_container(make_clip):
    assert refused(make_clip("a.mp4", "-frames:v", "1")) is Code.NOT_A_VIDEO


def test_sound_only(make_clip):
    assert refused(make_clip("a.m4a", source="sine=duration=2")) is Code.NO_VIDEO_STREAM


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("a.mp4", ["-c:v", "mpeg2video"]), ("a.ogv", ["-c:v", "libtheora"]), ("a.flv", []), ("a.ts", []), ("a.wmv", [])],
)
def test_codecs_and_containers_that_no_phone_makes(make_clip, name, arguments):
    assert refused(make_clip(name, *arguments)) is Code.UNSUPPORTED_CODEC


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_mp4_cut_before_its_index(make_clip, share):
    path = make_clip("a.mp4")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert refused(path) is Code.TRUNCATED


def test_cut_clip_with_little_left(make_clip):
    path = make_clip("a.mp4", "-movflags", "+faststart", source="testsrc2=size=320x240:rate=30:duration=8")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.08)])
    assert refused(path) is Code.TRUNCATED


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.webm", "libvpx")])
def test_cut_clip_with_enough_left_is_read_to_its_end(make_clip, name, codec):
    faststart = ["-movflags", "+faststart"] if name == "a.mp4" else []
    path = make_clip(name, "-c:v", codec, *faststart, source="testsrc2=size=320x240:rate=30:duration=8")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    info = video.probe(path)
    frames = list(video.read_frames(path, info, rate_hz=15, max_side_px=320))

    assert 1.0 < info.duration_s < 7.0
    assert frames[-1].time_s == pytest.approx(info.duration_s, abs=0.3)


def test_limits_of_size_length_and_area(make_clip):
    path = make_clip("a.mp4")
    assert refused(path, video.Limits(max_bytes=1000)) is Code.TOO_LARGE
    assert refused(path, video.Limits(max_frame_px=1000)) is Code.TOO_LARGE
    assert refused(path, video.Limits(max_duration_s=1.0)) is Code.TOO_LONG


def test_a_child_over_its_time_is_ended(make_clip):
    assert refused(make_clip("a.mp4"), video.Limits(probe_wall_s=0.001)) is Code.TIMED_OUT


def test_capture_time_from_the_container(make_clip):
    path = make_clip("a.mov", "-metadata", "creation_time=2024-05-06T07:08:09Z")
    assert video.probe(path).captured_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_apples_own_tag_wins_for_it_knows_the_place(make_clip):
    path = make_clip(
        "a.mov", "-movflags", "use_metadata_tags", "-metadata", "creation_time=2024-05-06T07:08:09Z",
        "-metadata", "com.apple.quicktime.creationdate=2024-05-06T16:08:09+0900",
    )  # fmt: skip
    captured_at = video.probe(path).captured_at
    assert captured_at == datetime(2024, 5, 6, 16, 8, 9, tzinfo=timezone(timedelta(hours=9)))
    assert captured_at.utcoffset() == timedelta(hours=9)


def test_absurd_capture_times_are_none(make_clip):
    assert video.probe(make_clip("a.mov")).captured_at is None
    next_year = (datetime.now(UTC) + timedelta(days=366)).isoformat()
    for text in ("1904-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z", next_year, "yesterday"):
        assert _plausible_moment(text) is None


def matrix(a, b, c, d):
    rows = [[a << 16, b << 16, 0], [c << 16, d << 16, 0], [0, 0, 1 << 30]]
    text = "".join(f"\n{i:08d}: " + " ".join(f"{value:11d}" for value in row) for i, row in enumerate(rows))
    return [{"side_data_type": "Display Matrix", "displaymatrix": text + "\n"}]


@pytest.mark.parametrize(
    ("abcd", "expected"),
    [
        ((1, 0, 0, 1), (0, False)),
        ((0, 1, -1, 0), (90, False)),
        ((-1, 0, 0, -1), (180, False)),
        ((0, -1, 1, 0), (270, False)),
        ((-1, 0, 0, 1), (0, True)),
        ((1, 0, 0, -1), (180, True)),
    ],
)
def test_display_matrix(abcd, expected):
    assert read_orientation(matrix(*abcd)) == expected


def test_broken_display_matrix_is_upright():
    assert read_orientation([{"side_data_type": "Display Matrix", "displaymatrix": "x: y"}]) == (0, False)
    assert read_orientation(matrix(0, 0, 0, 0)) == (0, False)


def test_broken_time_stamps_count_as_usual_frames():
    assert measure_times([0.0, 0.1, 0.2, 0.3]).span_s == pytest.approx(0.4)
    assert measure_times([0.0, 0.1, 0.2, 5000.0]).span_s == pytest.approx(0.4)
    assert measure_times([float("nan")] * 30).span_s == pytest.approx(1.0)
    assert measure_times([0.2, 0.0, 0.1, 0.1]).span_s == pytest.approx(0.4)
