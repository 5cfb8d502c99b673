"""Who may sign in with which address."""

from __future__ import annotations

from typing import Any

from allauth.account import auth_backends
from django.http import HttpRequest

from accounts import addresses
from accounts.models import User


class AuthenticationBackend(auth_backends.AuthenticationBackend):  # type: ignore[misc]
    """allauth's, which also lets people in by an address that they only asked for: it may be somebody else's."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Nobody signs in by an address that is still to be confirmed."""
        user: User | None = super().authenticate(request, **credentials)
        email = credentials.get("email") or credentials.get("username") or ""
        return None if user is not None and addresses.is_pending(user=user, email=email) else user
