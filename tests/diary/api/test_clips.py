"""Clips and runs over the API; media files and keypoints."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Analysis, Clip, WorkoutSet
from tests.diary.api.conftest import FILM, body

HOME = "/api/v1/clips/"


def film(data: bytes = FILM) -> SimpleUploadedFile:
    return SimpleUploadedFile("../세트.mp4", data, "video/mp4")


def test_a_small_clip_is_accepted_and_queued(owner: APIClient, woken: list[str]) -> None:
    response = owner.post(HOME, {"file": film(), "captured_at": "2026-11-19T10:00:00Z"})
    assert response.status_code == 202
    clip = Clip.objects.get(pk=body(response)["id"])
    assert (clip.original.read(), clip.original_name) == (FILM, "세트.mp4")
    assert body(response)["captured_at"] == "2026-11-19T10:00:00Z"
    run = body(owner.get(response.headers["Location"]))
    assert (run["status"], run["clip"], woken) == ("queued", str(clip.pk), [run["id"]])
    again = owner.post(HOME, {"file": film()})
    assert (again.status_code, body(again)["id"], len(woken)) == (200, str(clip.pk), 1)


def test_a_time_without_an_offset_is_the_person_s(owner: APIClient) -> None:
    shown = body(owner.post(HOME, {"file": film(), "captured_at": "2026-11-20T07:00:00"}))
    assert (shown["captured_at"], shown["date"]) == ("2026-11-19T22:00:00Z", "2026-11-20")  # they live in Seoul
    assert timezone.get_current_timezone_name() == "UTC"  # the next request is another person's


def test_films_that_are_refused(owner: APIClient, user: User, settings: Any) -> None:
    assert body(owner.post(HOME, {"file": film(b"")}))["code"] == "empty_file"
    assert body(owner.post(HOME, {}))["errors"][0]["field"] == "file"
    assert owner.post(HOME, {"file": "text"}, format="json").status_code == 415
    settings.MAX_CLIP_BYTES = 100
    refused = owner.post(HOME, {"file": film()})
    assert (refused.status_code, body(refused)["code"], "100 B" in body(refused)["title"]) == (413, "too_large", True)
    settings.MAX_CLIP_BYTES = 10**9
    user.quota_bytes = 100
    user.save()
    assert body(owner.post(HOME, {"file": film()}))["code"] == "over_quota"
    assert not Clip.objects.exists()


def test_a_form_brings_back_a_lost_film_when_there_is_no_room(owner: APIClient, user: User) -> None:
    id = body(owner.post(HOME, {"file": film()}))["id"]
    user.quota_bytes = len(FILM)
    user.save()
    clip = Clip.objects.get()
    clip.original.storage.delete(clip.original.name)
    assert body(owner.post(HOME, {"file": film(FILM[::-1])}))["code"] == "over_quota"
    assert body(owner.post(HOME, {"file": film()}))["id"] == id
    assert clip.original.read() == FILM


def test_a_film_that_is_refused_late_leaves_nothing_behind(
    owner: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise DiaryError(Code.OVER_QUOTA, quota_bytes=1, used_bytes=1)

    monkeypatch.setattr("diary.services.clips.create_clip", refuse)
    assert body(owner.post(HOME, {"file": film()}))["code"] == "over_quota"
    assert not list(settings.UPLOAD_ROOT.iterdir())


def test_deleting_a_clip_deletes_its_files(
    owner: APIClient, clip: Clip, workout_set: WorkoutSet, django_capture_on_commit_callbacks: Any
) -> None:
    path = clip.original.path
    with django_capture_on_commit_callbacks(execute=True):
        assert owner.delete(f"{HOME}{clip.pk}/").status_code == 204
    assert not clip.original.storage.exists(path)
    shown = body(owner.get(f"/api/v1/sets/{workout_set.pk}/"))
    assert (shown["clip"], shown["thumbnail"], shown["reps"]) == (None, None, 10)


def test_deleting_a_clip_with_its_sets(owner: APIClient, clip: Clip, workout_set: WorkoutSet) -> None:
    refused = owner.delete(f"{HOME}{clip.pk}/?with_sets=maybe")
    assert (refused.status_code, body(refused)["errors"][0]["field"]) == (400, "with_sets")
    assert owner.delete(f"{HOME}{clip.pk}/?with_sets=true").status_code == 204
    assert not WorkoutSet.objects.exists()


def test_moving_a_clip_moves_its_sets(owner: APIClient, clip: Clip, workout_set: WorkoutSet) -> None:
    shown = body(owner.patch(f"{HOME}{clip.pk}/", {"date": "2026-11-01"}, format="json"))
    assert (shown["date"], shown["capture_source"], shown["sets"][0]["date"]) == ("2026-11-01", "user", "2026-11-01")


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_clip_stays_where_the_calendar_shows_it(owner: APIClient, clip: Clip, day: str) -> None:
    response = owner.patch(f"{HOME}{clip.pk}/", {"date": day}, format="json")
    assert (response.status_code, body(response)["errors"][0]["code"]) == (400, "day_out_of_range")


def test_analysing_again_for_another_person(owner: APIClient, clip: Clip, woken: list[str]) -> None:
    runs = f"{HOME}{clip.pk}/analyses/"
    response = owner.post(runs, {"person": {"time_s": 1.5, "x": 0.25, "y": 0.5}}, format="json")
    assert response.status_code == 202
    assert Analysis.objects.get().options == {"person_hint": [1.5, 0.25, 0.5]}
    assert body(owner.get(response.headers["Location"]))["person"] == [1.5, 0.25, 0.5]
    assert woken == [body(response)["id"]]
    active = owner.post(runs, {}, format="json")
    assert (active.status_code, body(active)["code"]) == (409, "analysis_active")
    assert owner.post(runs, {"person": {"time_s": 1, "x": 2, "y": 0}}, format="json").status_code == 400


def test_a_person_stays_until_null_is_sent(owner: APIClient, clip: Clip) -> None:
    point = {"time_s": 1.5, "x": 0.25, "y": 0.5}
    for sent, person in [({"person": point}, [1.5, 0.25, 0.5]), ({}, [1.5, 0.25, 0.5]), ({"person": None}, None)]:
        response = owner.post(f"{HOME}{clip.pk}/analyses/", sent, format="json")
        assert (response.status_code, body(response)["person"]) == (202, person)
        Analysis.objects.update(status="done")


@pytest.mark.parametrize("time_s", [1e9, "nan", "inf"])
def test_a_moment_after_the_end_is_refused(owner: APIClient, clip: Clip, time_s: float | str) -> None:
    sent = {"person": {"time_s": time_s, "x": 0.5, "y": 0.5}}
    problem = body(owner.post(f"{HOME}{clip.pk}/analyses/", sent, format="json"))
    assert (problem["status"], problem["errors"][0]["field"]) == (400, "person.time_s")
    assert not Analysis.objects.exists()


def test_a_run_tells_what_it_saw_and_took_away(owner: APIClient, clip: Clip) -> None:
    run = Analysis.objects.create(clip=clip)
    shown = body(owner.get(f"/api/v1/analyses/{run.pk}/"))
    assert (shown["people"], shown["removed"]) == (None, [])
    removed = [{"exercise": "squat", "reps": 2, "duration_s": None, "start_s": 1.0, "end_s": 5.0}]
    Analysis.objects.update(result={"people": 1, "removed": removed}, status="done")
    shown = body(owner.get(f"/api/v1/analyses/{run.pk}/"))
    assert (shown["people"], shown["removed"]) == (1, removed)


def test_a_failed_run_says_why_and_what_next(owner: APIClient, clip: Clip) -> None:
    run = Analysis.objects.create(clip=clip, status="failed", error_code="too_long")
    error = body(owner.get(f"/api/v1/analyses/{run.pk}/"))["error"]
    assert error["code"] == "too_long"
    assert "10 min" in error["title"]
    korean = body(owner.get(f"{HOME}{clip.pk}/", headers={"Accept-Language": "ko"}))["analysis"]["error"]
    assert "10분" in korean["title"]
    assert body(owner.delete(f"/api/v1/analyses/{run.pk}/"))["code"] == "analysis_ended"


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        ("", 200, 0, 99), ("bytes=0-9", 206, 0, 9), ("bytes=90-", 206, 90, 99), ("bytes=-5", 206, 95, 99),
        ("bytes=50-5000", 206, 50, 99), ("bytes=5-4", 200, 0, 99), ("bytes=0-1,3-4", 200, 0, 99),
        ("lines=1-2", 200, 0, 99), (f"bytes={'9' * 5000}-", 200, 0, 99), (f"bytes=-{'9' * 5000}", 200, 0, 99),
    ],
)  # fmt: skip
def test_ranges(owner: APIClient, clip: Clip, wanted: str, status: int, first: int, last: int) -> None:
    response = owner.get(f"/media/clips/{clip.pk}/rendition", headers={"Range": wanted} if wanted else {})
    assert response.status_code == status
    assert response.getvalue() == bytes(range(first, last + 1))
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert response.headers["Content-Type"] == "video/mp4"
    assert ("Content-Range" in response.headers) is (status == 206)
    assert response.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=-0", "bytes=100-200"])
def test_ranges_outside(owner: APIClient, clip: Clip, wanted: str) -> None:
    response = owner.get(f"/media/clips/{clip.pk}/rendition", headers={"Range": wanted})
    assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */100")


def test_files_that_are_known_or_changed(owner: APIClient, clip: Clip) -> None:
    address = f"/media/clips/{clip.pk}/rendition"
    etag = owner.get(address).headers["ETag"]
    known = owner.get(address, headers={"If-None-Match": etag})
    assert (known.status_code, known.headers["Cache-Control"]) == (304, "private, no-cache")
    assert owner.get(address, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert owner.get(address, headers={"Range": "bytes=0-1", "If-Range": '"old"'}).status_code == 200
    head = owner.head(address)
    assert (head.headers["Content-Length"], head.headers["Accept-Ranges"], head.content) == ("100", "bytes", b"")


def test_what_another_run_made_is_sent_although_the_older_file_is_known(owner: APIClient, clip: Clip) -> None:
    address = f"/media/clips/{clip.pk}/rendition"
    etag = owner.get(address).headers["ETag"]
    clip.rendition.save("another/rendition.mp4", ContentFile(bytes(range(100))))  # of the same size
    assert owner.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_files_that_are_not_there(owner: APIClient, clip: Clip) -> None:
    clip.poster.storage.delete(clip.poster.name)
    assert owner.get(f"/media/clips/{clip.pk}/poster").status_code == 404
    Clip.objects.update(rendition="", keypoints="")
    assert owner.get(f"/media/clips/{clip.pk}/rendition").status_code == 404
    assert owner.get(f"{HOME}{clip.pk}/keypoints/").status_code == 404
    shown = body(owner.get(f"{HOME}{clip.pk}/"))
    assert (shown["rendition"], shown["keypoints"]) == (None, None)


def test_the_original_is_served_nowhere(owner: APIClient, clip: Clip) -> None:
    assert owner.get(f"/media/clips/{clip.pk}/original").status_code == 404
    assert owner.get(f"/media/{clip.original.name}").status_code == 404


def test_nginx_sends_files_where_it_is_told(owner: APIClient, clip: Clip, settings: Any) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/internal"
    response = owner.get(f"/media/clips/{clip.pk}/rendition")
    assert response.headers["X-Accel-Redirect"] == f"/internal/{clip.rendition.name}"
    assert response.content == b""


def test_keypoints_are_small_and_compressed(owner: APIClient, clip: Clip) -> None:
    response = owner.get(f"{HOME}{clip.pk}/keypoints/", headers={"Accept-Encoding": "gzip"})
    track = json.loads(gzip.decompress(response.content))
    assert (track["size"], track["times"]) == ([720, 1280], [0.0, 0.123])
    assert track["points"] == [[10, 21, 95] * 24, None]
    assert len(track["edges"]) == 23
