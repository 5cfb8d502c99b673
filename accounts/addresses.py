"""Which e-mail addresses count as a person's: allauth keeps those that are only asked for in the same table."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet

COUNTS = Q(verified=True) | Q(primary=True)


def list_pending(*, user: AbstractBaseUser) -> QuerySet[Any]:
    """Addresses that the person wants to change to and has not confirmed."""
    own: str = user.email.lower()  # type: ignore[attr-defined]
    return EmailAddress.objects.filter(user=user).exclude(COUNTS).exclude(email=own)


def is_pending(*, user: AbstractBaseUser, email: str) -> bool:
    """Whether that is all which ties an address to a person: it may be anybody's."""
    return list_pending(user=user).filter(email=email.strip().lower()).exists()


def is_taken(*, email: str, but: AbstractBaseUser | None = None) -> bool:
    """Whether an address is somebody's, more than asked for; `but` does not count."""
    me = but.pk if but is not None else None
    people = get_user_model().objects.filter(email__iexact=email)
    rows = EmailAddress.objects.filter(COUNTS, email=email.lower())
    return people.exclude(pk=me).exists() or rows.exclude(user_id=me).exists()


def drop_pending_of_others(*, user: AbstractBaseUser, email: str) -> None:
    """Whoever only asked for an address gives way to the person whose it is."""
    EmailAddress.objects.filter(email=email.lower()).exclude(COUNTS).exclude(user=user).delete()


@transaction.atomic
def vouch(*, user: AbstractBaseUser) -> None:
    """Keep an address that an operator typed as confirmed.

    allauth takes an address without such a row for one that is only asked for, and empties it with the next request.
    """
    email: str = user.email.lower()  # type: ignore[attr-defined]
    EmailAddress.objects.filter(email=email).exclude(user=user).delete()  # no person but this one has it
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
