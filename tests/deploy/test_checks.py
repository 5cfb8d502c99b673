"""What is missing at the start is said together with what helps."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from storages.backends.s3 import S3Storage

from deploy import checks
from deploy.middleware import ContentSecurityPolicyMiddleware, build_policy


def test_missing_ffmpeg_comes_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert checks.check_ffmpeg() == []
    monkeypatch.setenv("PATH", str(tmp_path))
    errors = checks.check_ffmpeg()
    assert [error.id for error in errors] == ["deploy.ffmpeg", "deploy.ffprobe"]
    assert all("apt-get install ffmpeg" in error.hint for error in errors)


def test_ffmpeg_is_looked_for_where_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: LazySettings
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    program = tmp_path / "elsewhere"
    program.touch(mode=0o700)
    settings.FFMPEG = settings.FFPROBE = str(program)
    assert checks.check_ffmpeg() == []
    settings.FFPROBE = "/no/where"
    [error] = checks.check_ffmpeg()
    assert error.msg == "/no/where was not found." and "DEUKGEUN_FFPROBE" in error.hint


def test_folder_that_cannot_be_written_comes_with_its_remedy(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = tmp_path / "not" / "yet"
    assert checks.check_var_writable() == []
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    [error] = checks.check_var_writable()
    assert str(tmp_path) in error.msg and "DEUKGEUN_VAR_DIR" in error.hint


def test_pages_carry_the_policy_unless_a_view_sets_its_own() -> None:
    def strict(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    def own(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})

    request = RequestFactory().get("/")
    assert ContentSecurityPolicyMiddleware(strict)(request)["Content-Security-Policy"] == build_policy()
    assert ContentSecurityPolicyMiddleware(own)(request)["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.parametrize(
    ("bucket", "endpoint", "region"),
    [
        ("films", "", ""),
        ("my.films", "", ""),
        ("films", "", "ap-northeast-2"),
        ("my.films", "", "ap-northeast-2"),
        ("films", "https://minio.example:9000", ""),
        ("films", "https://a.r2.cloudflarestorage.com", "auto"),
    ],
)
def test_pages_may_show_what_lies_in_the_bucket(
    settings: LazySettings, bucket: str, endpoint: str, region: str
) -> None:
    settings.S3_BUCKET, settings.S3_ENDPOINT, settings.S3_REGION = bucket, endpoint, region
    options = {"endpoint_url": endpoint or None, "region_name": region or None}
    signed = urlsplit(S3Storage(bucket_name=bucket, access_key="a", secret_key="b", **options).url("clips/1/x.mp4"))
    policy = dict(part.split(" ", 1) for part in build_policy().split("; "))
    for kind in ("img-src", "media-src"):
        assert f"{signed.scheme}://{signed.netloc}" in policy[kind].split()
    assert policy["default-src"] == "'self'"


def test_without_a_bucket_nothing_comes_from_elsewhere() -> None:
    assert "http" not in build_policy()


@pytest.mark.django_db
def test_health_is_answered_without_an_account(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert answer["X-Frame-Options"] == "DENY" and answer["X-Content-Type-Options"] == "nosniff"
