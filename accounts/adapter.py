"""Where allauth asks the site."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Who may sign up, and which addresses count."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may sign up."""
        return bool(settings.SIGNUP_OPEN)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Where nobody has to confirm an address, the one typed at sign-up counts.

        allauth drops an unconfirmed address as soon as another is asked for, and the person with it could not log in
        any more; a new address still has to be confirmed before it replaces the old one.
        """
        return settings.ACCOUNT_EMAIL_VERIFICATION == "none" or super().is_email_verified(request, email)
