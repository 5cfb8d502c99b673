"""The tus server through Django's test client; broken lines are in test_streaming.py."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Analysis, Clip, Upload
from diary.selectors.usage import read_usage
from diary.services import files, upload_files, uploads
from tests.diary.api.conftest import FILM, app_of, body

HOME = "/api/v1/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def announce(client: APIClient, length: int = len(FILM), **headers: str) -> Any:
    return client.post(HOME, headers={**TUS, "Upload-Length": str(length), **headers})


def send(client: APIClient, address: str, offset: int, data: bytes, **headers: str) -> Any:
    return client.patch(address, data, content_type=BYTES, headers={**TUS, "Upload-Offset": str(offset), **headers})


@pytest.fixture
def address(owner: APIClient) -> str:
    return announce(owner).headers["Location"]


def test_abilities_are_told_without_a_version(owner: APIClient) -> None:
    response = owner.options(HOME)
    assert response.status_code == 204
    assert response.headers["Tus-Version"] == "1.0.0"
    extensions = {"creation", "creation-with-upload", "expiration", "checksum", "termination"}
    assert set(response.headers["Tus-Extension"].split(",")) == extensions
    assert {"sha1", "sha256"} <= set(response.headers["Tus-Checksum-Algorithm"].split(","))
    assert int(response.headers["Tus-Max-Size"]) > 0


def test_a_film_arrives_in_pieces_and_becomes_a_clip(owner: APIClient, user: User, woken: list[str]) -> None:
    metadata = (
        f"filename {encode('스쿼트.mp4')},filetype {encode('video/mp4')},captured_at {encode('2026-11-19T20:00:00')}"
    )
    created = announce(owner, **{"Upload-Metadata": metadata})
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "0")
    assert "Upload-Expires" in created.headers
    address = created.headers["Location"]
    first = send(owner, address, 0, FILM[:5000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "5000")
    head = owner.head(address, headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("5000", str(len(FILM)))
    assert (head.headers["Upload-Metadata"], head.headers["Cache-Control"].count("no-store")) == (metadata, 1)
    last = send(owner, address, 5000, FILM[5000:])
    clip = Clip.objects.get(pk=last.headers["Deukgeun-Clip"])
    assert (clip.user, clip.original_name, clip.sha256) == (user, "스쿼트.mp4", hashlib.sha256(FILM).hexdigest())
    assert clip.original.read() == FILM
    assert clip.captured_at.isoformat() == "2026-11-19T11:00:00+00:00"  # the person lives in Seoul
    assert woken == [str(Analysis.objects.get(clip=clip, status="queued").pk)]
    assert body(owner.get(address))["clip"] == str(clip.pk)
    assert not upload_files.part_path(Upload.objects.get().pk).exists()


def test_the_same_bytes_lead_to_the_same_clip_and_no_second_analysis(owner: APIClient, woken: list[str]) -> None:
    clips = {send(owner, announce(owner).headers["Location"], 0, FILM).headers["Deukgeun-Clip"] for _ in range(2)}
    assert len(clips) == len(woken) == Analysis.objects.count() == 1


def test_creation_with_upload(owner: APIClient) -> None:
    response = owner.post(HOME, FILM, content_type=BYTES, headers={**TUS, "Upload-Length": str(len(FILM))})
    assert (response.status_code, response.headers["Upload-Offset"]) == (201, str(len(FILM)))
    assert Clip.objects.get().pk.hex == response.headers["Deukgeun-Clip"].replace("-", "")


@pytest.mark.parametrize(
    ("length", "header", "status"),
    [
        (len(FILM), f"sha256 {base64.b64encode(bytes(32)).decode()}", 460),
        (len(FILM), "crc32 AAAA", 400),
        (10, f"sha256 {base64.b64encode(hashlib.sha256(FILM).digest()).decode()}", 413),
    ],
)
def test_an_announcement_that_is_refused_with_its_bytes_leaves_nothing(
    owner: APIClient, user: User, length: int, header: str, status: int
) -> None:
    headers = {**TUS, "Upload-Length": str(length), "Upload-Checksum": header}
    response = owner.post(HOME, FILM, content_type=BYTES, headers=headers)
    assert (response.status_code, "Location" in response.headers) == (status, False)
    assert (read_usage(user).used_bytes, Upload.objects.count()) == (0, 0)
    assert list(Path(settings.UPLOAD_ROOT).glob("*.part")) == []


def test_an_announcement_whose_answer_was_lost_holds_no_room(owner: APIClient, user: User) -> None:
    user.quota_bytes = 25_000
    user.save()
    metadata = {"Upload-Metadata": f"filename {encode('a.mp4')}"}
    responses = [announce(owner, 10_000, **metadata) for _ in range(4)]
    assert [response.status_code for response in responses] == [201] * 4
    assert read_usage(user).used_bytes == 10_000
    assert owner.head(responses[0].headers["Location"], headers=TUS).status_code == 404
    assert send(owner, responses[-1].headers["Location"], 0, b"abc").status_code == 204


def test_other_films_and_those_of_which_something_came_keep_their_room(owner: APIClient, user: User) -> None:
    first = announce(owner, 1000).headers["Location"]
    send(owner, first, 0, b"abc")
    others = [announce(owner, 1000), announce(owner, 1001)]
    others.append(announce(owner, 1000, **{"Upload-Metadata": f"filename {encode('a.mp4')}"}))
    assert read_usage(user).used_bytes == 4001
    for address in [first, *(response.headers["Location"] for response in others)]:
        assert owner.head(address, headers=TUS).status_code == 200


def test_an_upload_that_is_open_for_its_first_bytes_is_not_lost(owner: APIClient, address: str, user: User) -> None:
    part = uploads.open_upload(upload=Upload.objects.get(), offset=0)
    announce(owner)
    part.close()
    assert owner.head(address, headers=TUS).status_code == 200
    assert read_usage(user).used_bytes == 2 * len(FILM)


def test_an_upload_of_which_nothing_came_is_kept_for_an_hour(owner: APIClient, address: str, user: User) -> None:
    soon = timezone.now() + timedelta(seconds=uploads.UNSENT_S + 5)
    assert Upload.objects.get().expires_at < soon
    part = uploads.open_upload(upload=Upload.objects.get(), offset=0)  # with a checksum its bytes count at the end
    assert Upload.objects.get().expires_at > soon
    part.close()


def test_a_writer_hears_of_an_upload_that_is_gone(owner: APIClient, address: str) -> None:
    upload = Upload.objects.get()
    Upload.objects.all().delete()
    with pytest.raises(DiaryError) as caught:
        uploads.open_upload(upload=upload, offset=0)
    assert caught.value.code == Code.UPLOAD_EXPIRED
    assert not upload_files.part_path(upload.pk).exists()


def test_another_offset_is_a_conflict_and_writes_nothing(owner: APIClient, address: str) -> None:
    send(owner, address, 0, FILM[:100])
    response = send(owner, address, 50, FILM[50:200])
    assert (response.status_code, body(response)["code"]) == (409, "upload_offset_mismatch")
    assert owner.head(address, headers=TUS).headers["Upload-Offset"] == "100"


def test_another_content_type(owner: APIClient, address: str) -> None:
    headers = {**TUS, "Upload-Offset": "0"}
    response = owner.patch(address, b"abc", content_type="application/octet-stream", headers=headers)
    assert (response.status_code, response.headers["Content-Type"]) == (415, "application/problem+json")


@pytest.mark.parametrize("version", [None, "0.2.2"])
def test_another_version(owner: APIClient, address: str, version: str | None) -> None:
    headers = {"Tus-Resumable": version} if version else {}
    response = owner.head(address, headers=headers)
    assert (response.status_code, response.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksums(owner: APIClient, address: str, algorithm: str) -> None:
    def checksum(data: bytes) -> dict[str, str]:
        return {"Upload-Checksum": f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"}

    assert send(owner, address, 0, FILM[:100], **checksum(FILM[:100])).status_code == 204
    damaged = send(owner, address, 100, FILM[100:200], **checksum(b"something else"))
    assert (damaged.status_code, body(damaged)["code"]) == (460, "upload_checksum_mismatch")
    assert owner.head(address, headers=TUS).headers["Upload-Offset"] == "100"
    assert upload_files.stored_bytes(Upload.objects.get().pk) == 100
    assert "Deukgeun-Clip" in send(owner, address, 100, FILM[100:], **checksum(FILM[100:])).headers


@pytest.mark.parametrize("header", ["crc32 AAAA", "sha1 not-base64!", "sha1 AAAA", "sha1"])
def test_checksums_that_mean_nothing(owner: APIClient, address: str, header: str) -> None:
    assert send(owner, address, 0, b"abc", **{"Upload-Checksum": header}).status_code == 400
    assert owner.head(address, headers=TUS).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("length", ["", "abc", "-1", "1.5", "9" * 30])
def test_lengths_that_mean_nothing(owner: APIClient, length: str) -> None:
    response = owner.post(HOME, headers={**TUS, "Upload-Length": length})
    assert (response.status_code, body(response)["code"]) == (400, "upload_header")


@pytest.mark.parametrize(
    "metadata", ["filename !!!", "a YQ==,a YQ==", "x " + "A" * 5000, f"a {encode(chr(0))}", "ä YQ=="]
)
def test_metadata_that_mean_nothing(owner: APIClient, metadata: str) -> None:
    assert announce(owner, **{"Upload-Metadata": metadata}).status_code == 400


@pytest.mark.parametrize("moment", ["nope", "2026-13-01T10:00:00", "yesterday", "9" * 30, "--5"])
def test_a_moment_that_cannot_be_read_is_refused_at_once(owner: APIClient, moment: str) -> None:
    response = announce(owner, **{"Upload-Metadata": f"captured_at {encode(moment)}"})
    assert (response.status_code, body(response)["code"]) == (400, "upload_header")
    assert "captured_at" in body(response)["title"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("1763566200000", "2025-11-20"), ("2025-11-19T15:30:00Z", "2025-11-20"), ("2025-11-19T23:30", "2025-11-19"),
        ("", None), ("-86400000", None), ("1999-06-01T10:00:00Z", None), ("0001-01-01T00:00:00+14:00", None),
        ("2990-01-01T00:00:00Z", None),
    ],
)  # fmt: skip
def test_moments_that_cannot_be_true_count_as_now(owner: APIClient, moment: str, day: str | None) -> None:
    metadata = f"captured_at {encode(moment)}".strip()
    address = announce(owner, **{"Upload-Metadata": metadata}).headers["Location"]
    clip = Clip.objects.get(pk=send(owner, address, 0, FILM).headers["Deukgeun-Clip"])
    assert str(clip.day) == day or (day is None and timezone.now() - clip.captured_at < timedelta(minutes=1))


def test_limits(owner: APIClient, user: User, settings: Any) -> None:
    settings.MAX_CLIP_BYTES = 1000
    too_large = announce(owner, 1001)
    assert (too_large.status_code, body(too_large)["code"]) == (413, "too_large")
    assert too_large.headers["Tus-Max-Size"] == "1000"
    user.quota_bytes = 1500
    user.save()
    assert announce(owner, 1000).status_code == 201
    over = announce(owner, 501)
    assert (over.status_code, body(over)["code"]) == (413, "over_quota")
    assert body(announce(owner, 0))["code"] == "empty_file"


def test_a_film_that_was_lost_comes_again_when_there_is_no_room(owner: APIClient, user: User) -> None:
    clip = Clip.objects.get(pk=send_film(owner, FILM))
    fill_up(user)
    assert body(announce(owner))["code"] == "over_quota"
    clip.original.storage.delete(clip.original.name)
    assert send_film(owner, FILM) == str(clip.pk)
    assert (clip.original.read(), read_usage(user).used_bytes) == (FILM, len(FILM))
    assert body(announce(owner))["code"] == "over_quota"


def test_no_other_film_takes_the_room_of_one_that_was_lost(owner: APIClient, user: User) -> None:
    clip = Clip.objects.get(pk=send_film(owner, FILM))
    fill_up(user)
    clip.original.storage.delete(clip.original.name)
    assert body(announce(owner, len(FILM) - 1))["code"] == "over_quota"
    address = announce(owner).headers["Location"]
    assert body(announce(owner, **{"Upload-Metadata": "filename"}))["code"] == "over_quota"  # one was lost, one comes
    refused = send(owner, address, 0, FILM[::-1])
    assert (refused.status_code, body(refused)["code"]) == (413, "over_quota")
    assert Clip.objects.get() == clip and files.list_files(folder=f"clips/{user.pk}") == []
    assert not upload_files.stored_bytes(Upload.objects.latest("expires_at").pk)


def send_film(client: APIClient, film: bytes) -> str:
    """The id of the clip."""
    return str(send(client, announce(client).headers["Location"], 0, film).headers["Deukgeun-Clip"])


def fill_up(user: User) -> None:
    user.quota_bytes = read_usage(user).used_bytes
    user.save()


def test_more_bytes_than_announced_do_not_count(owner: APIClient) -> None:
    address = announce(owner, 10).headers["Location"]
    response = send(owner, address, 0, b"x" * 11)
    assert (response.status_code, body(response)["code"]) == (413, "upload_too_much")
    assert owner.head(address, headers=TUS).headers["Upload-Offset"] == "0"


def test_termination(owner: APIClient, address: str) -> None:
    send(owner, address, 0, FILM[:100])
    upload = Upload.objects.get()
    assert owner.delete(address, headers=TUS).status_code == 204
    assert owner.head(address, headers=TUS).status_code == 404
    assert not upload_files.part_path(upload.pk).exists()


def test_an_upload_that_was_left_is_gone_and_purged(owner: APIClient, address: str) -> None:
    send(owner, address, 0, FILM[:100])
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert owner.head(address, headers=TUS).status_code == 410
    assert send(owner, address, 100, FILM[100:]).status_code == 410
    upload = Upload.objects.get()
    assert uploads.purge_expired() == 1
    assert not upload_files.part_path(upload.pk).exists()
    assert owner.head(address, headers=TUS).status_code == 404


def test_bytes_move_the_end_of_the_time(owner: APIClient, address: str) -> None:
    Upload.objects.update(expires_at=timezone.now() + timedelta(seconds=5))
    send(owner, address, 0, FILM[:100])
    assert Upload.objects.get().expires_at > timezone.now() + timedelta(seconds=60)


def test_a_second_writer_has_to_wait(owner: APIClient, address: str) -> None:
    upload = Upload.objects.get()
    part = uploads.open_upload(upload=upload, offset=0)
    response = send(owner, address, 0, FILM[:100])
    assert (response.status_code, body(response)["code"]) == (423, "upload_busy")
    assert part.is_wanted()
    part.close()
    assert send(owner, address, 0, FILM[:100]).status_code == 204


@pytest.mark.parametrize(("on_disk", "in_row", "offset"), [(100, 60, "60"), (60, 100, "60"), (0, 100, "0")])
def test_after_a_crash_only_what_both_know_counts(
    owner: APIClient, address: str, on_disk: int, in_row: int, offset: str
) -> None:
    upload = Upload.objects.get()
    upload_files.part_path(upload.pk).write_bytes(FILM[:on_disk])
    Upload.objects.update(offset=in_row)
    assert owner.head(address, headers=TUS).headers["Upload-Offset"] == offset
    last = send(owner, address, int(offset), FILM[int(offset) :])
    assert Clip.objects.get(pk=last.headers["Deukgeun-Clip"]).original.read() == FILM


def test_a_server_that_died_before_the_clip_makes_it_when_asked(
    owner: APIClient, address: str, woken: list[str]
) -> None:
    upload = Upload.objects.get()
    upload_files.part_path(upload.pk).write_bytes(FILM)
    Upload.objects.update(offset=len(FILM))
    head = owner.head(address, headers=TUS)
    assert Clip.objects.get(pk=head.headers["Deukgeun-Clip"]).original.read() == FILM
    assert len(woken) == 1
    assert owner.head(address, headers=TUS).headers["Deukgeun-Clip"] == head.headers["Deukgeun-Clip"]


def test_a_browser_may_name_the_method_in_a_header(owner: APIClient, address: str) -> None:
    headers = {**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert owner.post(address, FILM[:10], content_type=BYTES, headers=headers).headers["Upload-Offset"] == "10"
    assert owner.put(address, headers=TUS).status_code == 405


@pytest.mark.parametrize("method", ["get", "head"])
def test_only_a_post_may_name_the_method_in_a_header(user: User, address: str, method: str) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    read = getattr(client, method)
    assert read(address, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code == 200
    assert Upload.objects.count() == 1
    announcement = {**TUS, "X-HTTP-Method-Override": "POST", "Upload-Length": "5"}
    assert read("/api/v1/uploads/", headers=announcement).status_code == 405
    assert client.post(address, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code == 403


def test_a_session_needs_the_csrf_token(user: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    refused = announce(client)
    assert (refused.status_code, body(refused)["code"]) == (403, "not_allowed")
    client.get("/accounts/login/")
    client.cookies["csrftoken"] = "a" * 32
    assert announce(client, **{"X-CSRFToken": "a" * 32}).status_code == 201


def test_a_lost_film_is_replaced_and_analysed(owner: APIClient, address: str, woken: list[str]) -> None:
    clip = Clip.objects.get(pk=send(owner, address, 0, FILM).headers["Deukgeun-Clip"])
    Path(clip.original.path).unlink()
    Analysis.objects.update(status="failed", error_code=Code.FILM_MISSING)
    again = send(owner, announce(owner).headers["Location"], 0, FILM)
    assert again.headers["Deukgeun-Clip"] == str(clip.pk)
    assert Path(clip.original.path).read_bytes() == FILM
    assert woken[1:] == [str(Analysis.objects.get(clip=clip, status="queued").pk)]


def test_a_film_that_was_taken_over_before_a_crash_is_not_replaced_by_nothing(owner: APIClient, address: str) -> None:
    clip = Clip.objects.get(pk=send(owner, address, 0, FILM).headers["Deukgeun-Clip"])
    Upload.objects.update(clip=None)
    Path(clip.original.path).unlink()
    assert owner.head(address, headers=TUS).headers["Deukgeun-Clip"] == str(clip.pk)
    assert not Path(clip.original.path).exists()


def test_a_deleted_clip_leaves_an_upload_without_one(owner: APIClient, address: str) -> None:
    send(owner, address, 0, FILM)
    Clip.objects.all().delete()
    response = owner.head(address, headers=TUS)
    assert response.status_code == 200
    assert "Deukgeun-Clip" not in response.headers


def test_two_people_do_not_share_clips(owner: APIClient, stranger: User, address: str) -> None:
    other = app_of(stranger)
    mine = send(owner, address, 0, FILM).headers["Deukgeun-Clip"]
    theirs = send(other, announce(other).headers["Location"], 0, FILM).headers["Deukgeun-Clip"]
    assert mine != theirs


def test_announcing_without_end_is_refused(owner: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diary.api.authentication.UploadThrottle.THROTTLE_RATES", {"uploads": "2/min"})
    responses = [announce(owner, 10) for _ in range(3)]
    assert [response.status_code for response in responses] == [201, 201, 429]
    assert int(responses[-1].headers["Retry-After"]) > 0
