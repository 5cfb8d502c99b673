"""The app of people and their devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from accounts.models import User


class AccountsConfig(AppConfig):
    """People, their preferences and the tokens of their devices."""

    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Hear of new passwords, which pages and apps set through allauth."""
        from allauth.account import signals

        for signal in (signals.password_changed, signals.password_reset, signals.password_set):
            signal.connect(hear_new_password)


def hear_new_password(*, user: User, **_news: Any) -> None:
    """Called by allauth."""
    from accounts.services import shut_out_others

    shut_out_others(user=user)
