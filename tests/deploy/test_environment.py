"""A malformed setting stops the start with a sentence that names it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.environment import Environment, SettingError, stored_secret

ROOT = Path(__file__).parents[2]


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Environment:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Environment(os.environ)


@pytest.mark.parametrize(
    ("value", "call", "expected"),
    [
        ("yes", lambda env: env.boolean("X", False), True),
        ("0", lambda env: env.boolean("X", True), False),
        ("", lambda env: env.boolean("X", True), True),
        ("7", lambda env: env.integer("X", 1), 7),
        ("  ", lambda env: env.integer("X", 1), 1),
        ("a, b,,", lambda env: env.words("X", []), ["a", "b"]),
        ("", lambda env: env.words("X", ["z"]), ["z"]),
        ("ko", lambda env: env.choice("X", "en", ["en", "ko"]), "ko"),
        ("Asia/Seoul", lambda env: env.time_zone("X", "UTC"), "Asia/Seoul"),
        ("https://a.example/", lambda env: env.url("X", ("https",)), "https://a.example"),
        ("", lambda env: env.url("X", ("https",)), ""),
    ],
)
def test_good_values(monkeypatch: pytest.MonkeyPatch, value: str, call: Any, expected: object) -> None:
    assert call(read(monkeypatch, X=value)) == expected


@pytest.mark.parametrize(
    ("value", "call"),
    [
        ("maybe", lambda env: env.boolean("X", False)),
        ("7.5", lambda env: env.integer("X", 1)),
        ("-1", lambda env: env.integer("X", 1)),
        ("70000", lambda env: env.integer("X", 1, high=65535)),
        ("fr", lambda env: env.choice("X", "en", ["en", "ko"])),
        ("Mars/Olympus", lambda env: env.time_zone("X", "UTC")),
        ("ftp://a", lambda env: env.url("X", ("https",))),
        ("https:/a", lambda env: env.url("X", ("https",))),
        ("mongo://a/b", lambda env: env.database("X", Path("/tmp/x"))),
        ("mysql://a:b@c/d", lambda env: env.database("X", Path("/tmp/x"))),
        ("oracle://a:b@c/d", lambda env: env.database("X", Path("/tmp/x"))),
        ("postgres://a:b@c:port/d", lambda env: env.database("X", Path("/tmp/x"))),
        ("imap://a", lambda env: env.email("X")),
        ("smtp://host:abc", lambda env: env.email("X")),
        ("smtp://host:99999", lambda env: env.email("X")),
        ("redis://[::1/0", lambda env: env.url("X", ("redis",))),
    ],
)
def test_malformed_values_are_named(monkeypatch: pytest.MonkeyPatch, value: str, call: Any) -> None:
    with pytest.raises(SettingError, match=r"^X must "):
        call(read(monkeypatch, X=value))


def test_password_of_a_malformed_address_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match=r"^X must ") as told:
        read(monkeypatch, X="smtp://me:pass/word@mail.a.example:587").email("X")
    assert "pass" not in str(told.value)


def test_mail_goes_to_the_console_unless_a_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "console" in read(monkeypatch, X="").email("X")["EMAIL_BACKEND"]
    mail = read(monkeypatch, X="smtp+tls://me%40a.example:p%2Fw@mail.a.example").email("X")
    assert (mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"]) == ("me@a.example", "p/w")
    assert (mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"], mail["EMAIL_USE_SSL"]) == (587, True, False)


def test_secret_is_made_once_and_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    assert stored_secret(path) == stored_secret(path) and len(stored_secret(path)) > 50
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DEUKGEUN_DEBUG": "maybe"}, "Cannot start: DEUKGEUN_DEBUG must be true or false, not 'maybe'."),
        ({"PORT": "http"}, "Cannot start: PORT must be a whole number of at least 1 and at most 65535, not 'http'."),
        (
            {"DEUKGEUN_ESTIMATOR": "typo"},
            "Cannot start: DEUKGEUN_ESTIMATOR must be one of blazepose-full, hrnet, hrnet-w32-coco, not 'typo'.",
        ),
        ({"DATABASE_URL": "postgres://a:b@c/d"}, "Cannot start: SECRET_KEY must be set when DATABASE_URL is"),
    ],
)
def test_start_ends_with_a_sentence(variables: dict[str, str], sentence: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DEUKGEUN_VAR_DIR": str(tmp_path), **variables}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.startswith(sentence)


def test_public_https_address_makes_cookies_secure(tmp_path: Path) -> None:
    code = (
        "from deploy import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0); "
        "print(s.ALLOWED_HOSTS[-1], s.CSRF_TRUSTED_ORIGINS)"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "DEUKGEUN_VAR_DIR": str(tmp_path),
        "DEUKGEUN_URL": "https://diary.example",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True True True\ndiary.example ['https://diary.example']"
