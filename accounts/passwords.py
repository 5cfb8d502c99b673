"""What a new password ends beside sessions and tokens of devices, which end by themselves."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator

from accounts import addresses
from accounts.models import User


class LengthValidator(MinimumLengthValidator):
    """Django's. Only validators hear of every new password, also of one by `manage.py changepassword`."""

    def password_changed(self, password: str, user: User) -> None:
        """Drop addresses that are still to be confirmed.

        Whoever signed up first with an address that is not theirs must not take the account over by confirming
        another one, once its owner has reset the password.
        """
        addresses.list_pending(user=user).delete()
