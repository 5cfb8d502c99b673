"""How people are made and found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import BaseUserManager

if TYPE_CHECKING:
    from accounts.models import User


class UserManager(BaseUserManager["User"]):
    """People are known by their e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find the person who logs in."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Add a person; without a password nobody can log in as them."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Add a person who may use the admin; nobody but them could confirm their address."""
        from accounts.addresses import vouch  # needs the models, which need this

        user = self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})
        vouch(user=user)
        return user
