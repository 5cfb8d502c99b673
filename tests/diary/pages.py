"""What tests of pages share: three people before the same door."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import User


def sign_in(user: User) -> Client:
    """A browser of a person."""
    client = Client()
    client.force_login(user)
    return client


def check_door(method: str, path: str, stranger: User, data: dict[str, Any] | None = None) -> None:
    """Another person is told that it is not there, nobody is sent to sign in."""
    answer = getattr(sign_in(stranger), method)(path, data or {})
    assert answer.status_code == 404, path
    nobody = getattr(Client(), method)(path, data or {})
    assert nobody.status_code == 302, path
    assert nobody.headers["Location"].startswith("/accounts/login/"), path
