"""Where allauth asks the site."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up may be closed by a setting."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may sign up."""
        return bool(settings.SIGNUP_OPEN)
