"""What holds for every page: its language, its words, its scripts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.utils import translation

from accounts.models import User
from tests.diary.pages import sign_in

ROOT = Path(__file__).parents[2] / "frontend"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = ["/", "/upload/", "/clips/", "/progress/", "/profile/", "/sets/new/", "/days/2026-03-14/"]
DOORS = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_in_the_person_s_language(user: User, path: str, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
    answer = sign_in(user).get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in page
    assert ("득근득근 성장일기" if language == "ko" else "Deukgeun Diary") in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", *DOORS])
def test_visitors_see_the_site_s_own_pages(client: Client, path: str) -> None:
    page = client.get(path, headers={"accept-language": "ko"}).content.decode()
    assert "css/tokens.css" in page and 'class="top"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_a_label(user: User, path: str) -> None:
    page = sign_in(user).get(path).content.decode()
    for field in re.findall(r"<(?:input|select|textarea)[^>]*>", page):
        id = re.search(r'\bid="([^"]+)"', field)
        hidden = 'type="hidden"' in field
        in_label = re.search(r"<label[^>]*>(?:(?!</label>).)*" + re.escape(field), page, re.DOTALL)
        named = "aria-label" in field or in_label or (id and f'for="{id[1]}"' in page)
        assert hidden or named, field


@pytest.mark.django_db
def test_a_missing_page_is_a_page_too(user: User) -> None:
    answer = sign_in(user).get("/nowhere/")
    assert answer.status_code == 404
    assert "This page is not here" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    ("method", "path", "sentence"),
    [
        ("get", "/", "This page tries again by itself in a minute."),
        ("get", "/accounts/login/", "This page tries again by itself in a minute."),
        ("get", "/clips/?page=2", "This page tries again by itself in a minute."),
        ("post", "/profile/devices/", "What you just sent is not saved."),
    ],
)
def test_without_its_database_the_site_asks_to_come_back(
    user: User, method: str, path: str, sentence: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise error("connection refused")

    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    with monkeypatch.context() as patched:
        patched.setattr(BaseDatabaseWrapper, "cursor", fail)
        answer = getattr(browser, method)(path, {"name": "Phone"} if method == "post" else None)
        korean = getattr(browser, method)(path, headers={"accept-language": "ko"}).content.decode()
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert sentence in page and "css/tokens.css" in page and 'class="top"' in page
    assert (f'href="{path}"' in page, "refresh" in page) == (method == "get", method == "get")
    assert '<html lang="ko">' in korean and "지금은 일기를 불러올 수 없어요" in korean
    assert browser.get(path).status_code in {200, 302}


@pytest.mark.django_db
def test_without_its_database_an_app_that_signs_in_hears_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise OperationalError("connection refused")

    app = Client(raise_request_exception=False)
    address, who = "/_allauth/app/v1/auth/login", {"email": "owner@example.com", "password": "x"}
    with monkeypatch.context() as patched:
        patched.setattr(BaseDatabaseWrapper, "cursor", fail)
        answer = app.post(address, who, "application/json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.json()["code"] == "unavailable"


def test_another_error_is_no_missing_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise ValueError

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32
    assert client.get("/").status_code == 500


@pytest.mark.django_db
def test_the_manifest_names_an_icon_that_is_there(client: Client) -> None:
    body = client.get("/manifest.webmanifest").json()
    assert finders.find(body["icons"][0]["src"].removeprefix("/static/"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_keep_to_the_content_security_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_static_files_and_icons_of_templates_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"{% static '([^']+)' %}", text):
        assert finders.find(name), name
    sheet = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    for icon in re.findall(r'{% icon "([^"]+)" %}', text):
        assert f'id="{icon}"' in sheet, icon


def test_every_sentence_has_a_korean_one() -> None:
    catalogue = (ROOT / "locale/ko/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    empty = re.findall(r'msgid ((?:".*"\n)+)msgstr(?:\[0\])? ""\n(?!")', catalogue)
    assert empty == []
    assert "#, fuzzy" not in catalogue


def test_the_compiled_catalogue_is_the_written_one() -> None:
    catalogue = (ROOT / "locale/ko/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', catalogue, re.MULTILINE)
    assert len(pairs) > 150
    with translation.override("ko"):
        for source, korean in pairs:
            if "%" not in source and "\\" not in source:
                assert translation.gettext(source) == korean


def test_templates_say_nothing_that_cannot_be_translated() -> None:
    marked = (ROOT / "locale/ko/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    for path in TEMPLATES:
        for sentence in re.findall(r'{% translate "([^"]+)"', path.read_text(encoding="utf-8")):
            assert sentence.replace("\n", "")[:40] in marked.replace('"\n"', ""), (path, sentence)


def test_languages_are_those_of_the_settings() -> None:
    assert {code for code, _ in settings.LANGUAGES} == {"en", "ko"}
