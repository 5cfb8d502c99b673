"""A disk without room: said in plain words, and nothing stays that nobody can use."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from diary.models import Clip, Removal
from diary.services import files
from tests.diary.api.conftest import FILM, body

pytestmark = pytest.mark.django_db(transaction=True)
FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(autouse=True)
def own_uploads(settings: LazySettings) -> None:
    """Files of forms lie where a test can look, however small they are."""
    settings.FILE_UPLOAD_TEMP_DIR = settings.UPLOAD_ROOT
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0


@pytest.fixture(params=["open", "write", "seek"])
def full_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No room for a form's file: for its beginning, for its bytes, or for the last ones, which lie in a buffer."""

    def fail(*_arguments: Any, **_options: Any) -> None:
        raise FULL

    if request.param == "open":
        monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", fail)
    else:
        monkeypatch.setattr(TemporaryUploadedFile, request.param, fail)


def film() -> SimpleUploadedFile:
    return SimpleUploadedFile("set.mp4", FILM, "video/mp4")


def assert_nothing_stays(settings: LazySettings) -> None:
    assert not Clip.objects.exists() and not Removal.objects.exists()
    assert not list(settings.UPLOAD_ROOT.iterdir()) and files.list_files(folder="clips") == []


def test_the_api_says_that_there_is_no_room(owner: APIClient, settings: LazySettings, full_disk: None) -> None:
    response = owner.post("/api/v1/clips/", {"file": film()})
    assert (response.status_code, body(response)["code"]) == (507, "storage_full")
    assert_nothing_stays(settings)


def test_so_does_the_page_after_the_check_of_its_token(user: User, settings: LazySettings, full_disk: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/upload/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/upload/", {"csrfmiddlewaretoken": token, "clip": film()})
    assert answer.status_code == 507
    assert "The server has no room left." in answer.content.decode()
    assert_nothing_stays(settings)


def test_another_error_is_none_of_the_disk_s(
    owner: APIClient, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", fail)
    with pytest.raises(OSError, match="Input/output error"):
        owner.post("/api/v1/clips/", {"file": film()})
    assert_nothing_stays(settings)


@pytest.mark.parametrize("place", ["diary.services.clips.hash_file", "diary.services.files.store_file"])
def test_no_room_where_the_film_is_kept(
    owner: APIClient, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def fail(**_arguments: Any) -> None:
        raise FULL

    monkeypatch.setattr(place, fail)
    response = owner.post("/api/v1/clips/", {"file": film()})
    assert (response.status_code, body(response)["code"]) == (507, "storage_full")
    assert_nothing_stays(settings)


def test_half_a_film_is_never_put_back(owner: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = Clip.objects.get(pk=body(owner.post("/api/v1/clips/", {"file": film()}))["id"])
    files.default_storage.delete(clip.original.name)

    def store_half(*, source: Any, name: str) -> str:
        files.default_storage.save(name, SimpleUploadedFile("half", FILM[:9]))
        raise FULL

    monkeypatch.setattr(files, "store_file", store_half)
    assert owner.post("/api/v1/clips/", {"file": film()}).status_code == 507
    assert Clip.objects.get() == clip and not files.default_storage.exists(clip.original.name)
