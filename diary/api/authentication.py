"""Who asks: a browser with a session, an app with a device token, or an app with a session token of allauth."""

from __future__ import annotations

from importlib import import_module

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone, translation
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from accounts.models import DeviceToken, User
from accounts.services import use_token
from diary.api.connections import borrow_connection

SCHEME = "Bearer"


class DeviceTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer dgk_…`"""

    def authenticate(self, request: Request) -> tuple[User, DeviceToken] | None:
        """Let in who holds a token that was not revoked."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        row = use_token(token=token.strip())
        if row is None:
            raise exceptions.AuthenticationFailed
        speak_to(request, row.user)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        del request
        return f'{SCHEME} realm="deukgeun"'


class AppSessionAuthentication(XSessionTokenAuthentication):
    """`X-Session-Token: …`, as given by /_allauth/app/v1/ after signing up or in."""

    def authenticate(self, request: Request) -> tuple[User, object] | None:
        """Let in who holds the token of a session that has not ended."""
        if not self.get_session_token(request):
            return None
        found = super().authenticate(request)
        if found is None or not found[0].is_active:
            raise exceptions.AuthenticationFailed
        speak_to(request, found[0])
        return found

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        del request
        return f'{SCHEME} realm="deukgeun"'


AUTHENTICATORS = (DeviceTokenAuthentication, AppSessionAuthentication, SessionAuthentication)


def speak_to(request: Request, user: User) -> None:
    """Answer in the language the app asks for, else in the person's, and take times without an offset for theirs.

    Sessions of a browser have both from the middleware.
    """
    timezone.activate(user.tz)
    if not request.headers.get("Accept-Language"):
        translation.activate(user.language)


def authenticate(request: HttpRequest) -> User:
    """The person behind a request to a view that REST framework does not serve."""
    wrapped = Request(request, authenticators=[authenticator() for authenticator in AUTHENTICATORS])
    try:
        if wrapped.user.is_authenticated:
            return wrapped.user
        raise exceptions.NotAuthenticated
    except (exceptions.AuthenticationFailed, exceptions.NotAuthenticated) as error:
        error.auth_header = wrapped.authenticators[0].authenticate_header(wrapped)
        raise


@borrow_connection()
def is_signed_in(request: HttpRequest) -> bool:
    """The same as a question, before the body of the request is there and without any middleware."""
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(
        request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    )
    if get_user(request).is_authenticated:
        return True
    try:
        wrapped = Request(request, authenticators=[DeviceTokenAuthentication(), AppSessionAuthentication()])
        return bool(wrapped.user.is_authenticated)
    except exceptions.AuthenticationFailed:
        return False


class UploadThrottle(UserRateThrottle):
    """How many uploads a person may announce."""

    scope = "uploads"


def check_upload_rate(request: HttpRequest) -> None:
    """Refuse somebody who announces uploads without end; asked after `authenticate`."""
    throttle = UploadThrottle()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]
        raise exceptions.Throttled(throttle.wait())
