"""The app of people and their devices."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, their preferences and the tokens of their devices."""

    name = "accounts"
    verbose_name = "Accounts"
