"""Where allauth asks the site."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.signup import send_unknown_account_mail
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from accounts import addresses
from accounts.models import User


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

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Let an address count, unless another account has it by now; who else asked for it gives way."""
        user, email = email_address.user, email_address.email
        if addresses.is_taken(email=email, but=user):
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email})
            return False
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            addresses.drop_pending_of_others(user=user, email=email)
        return confirmed

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Never to an address that is still to be confirmed: whoever reads it may be a stranger to this account."""
        if not addresses.is_pending(user=user, email=email):
            super().send_password_reset_mail(user, email, context)
        elif not addresses.is_taken(email=email):  # else its owner gets the mail that belongs to them
            send_unknown_account_mail(self.request, email)
