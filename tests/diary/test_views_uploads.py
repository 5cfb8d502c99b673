from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from diary.models import Analysis, Clip
from tests.diary.pages import sign_in

pytestmark = pytest.mark.django_db


def upload(client: Client, content: bytes) -> object:
    return client.post("/upload/", {"clip": SimpleUploadedFile("set.mp4", content, "video/mp4")})


@pytest.mark.parametrize(("method", "path"), [("get", "/upload/"), ("post", "/upload/"), ("post", "/upload/sample/")])
def test_nobody_uploads(client: Client, method: str, path: str) -> None:
    assert getattr(client, method)(path).url.startswith("/accounts/login/")
    assert not Clip.objects.exists()


def test_who_is_not_signed_in_any_more_hears_that_the_clip_was_not_taken(client: Client) -> None:
    sentence = "You are not signed in any more, so the clip was not taken."
    page = client.post("/upload/", {"clip": SimpleUploadedFile("set.mp4", b"film", "video/mp4")}, follow=True)
    assert page.redirect_chain == [("/accounts/login/?next=/upload/", 302)]
    assert sentence in page.content.decode()
    assert sentence not in client.get("/upload/", follow=True).content.decode()


def test_the_page_tells_the_script_where_to_send(user: User, settings: LazySettings) -> None:
    answer = sign_in(user).get("/upload/")
    page = answer.content.decode()
    assert (answer.status_code, answer.context["form"].errors) == (200, {})
    assert 'data-endpoint="/api/v1/uploads/"' in page
    assert f'data-max-bytes="{settings.MAX_CLIP_BYTES}"' in page
    assert f'data-expires-s="{settings.UPLOAD_EXPIRES_S}"' in page


def test_the_plain_form_lets_nobody_choose_what_it_would_not_take(user: User) -> None:
    page = sign_in(user).get("/upload/").content.decode()
    assert " multiple" not in page  # the script, which sends them one after the other, sets it
    assert "One at a time" in page


def test_a_plain_form_uploads_as_well(user: User) -> None:
    answer = upload(sign_in(user), b"film")
    clip = Clip.objects.get()
    assert answer.url == f"/clips/{clip.pk}/"  # type: ignore[attr-defined]
    assert clip.user == user
    assert Analysis.objects.filter(clip=clip, status="queued").count() == 1


@pytest.mark.parametrize(("content", "sentence"), [(b"", "The file is empty."), (b"x" * 11, "The clip is larger than")])
def test_a_refusal_answers_422_with_the_next_step(
    user: User, settings: LazySettings, content: bytes, sentence: str
) -> None:
    settings.MAX_CLIP_BYTES = 10
    answer = upload(sign_in(user), content)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert sentence in answer.content.decode()  # type: ignore[attr-defined]
    assert not Clip.objects.exists()
    assert not list(settings.UPLOAD_ROOT.iterdir())


def test_a_film_that_was_lost_comes_again_when_there_is_no_room(user: User) -> None:
    client = sign_in(user)
    upload(client, b"film")
    User.objects.filter(pk=user.pk).update(quota_bytes=4)
    clip = Clip.objects.get()
    clip.original.storage.delete(clip.original.name)
    assert upload(client, b"more").status_code == 422  # type: ignore[attr-defined]
    assert upload(client, b"film").url == f"/clips/{clip.pk}/"  # type: ignore[attr-defined]
    assert clip.original.read() == b"film"


def test_the_sample_goes_through_the_same_door_once(user: User) -> None:
    client = sign_in(user)
    first = client.post("/upload/sample/")
    again = client.post("/upload/sample/", follow=True)
    clip = Clip.objects.get()
    assert first.url == f"/clips/{clip.pk}/"
    assert "You have this clip already" in again.content.decode()
    assert Analysis.objects.count() == 1


def test_over_quota_the_sample_is_refused_with_a_sentence(user: User) -> None:
    User.objects.filter(pk=user.pk).update(quota_bytes=10)
    page = sign_in(user).post("/upload/sample/", follow=True).content.decode()
    assert "is full" in page
    assert not Clip.objects.exists()
