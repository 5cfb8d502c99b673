"""Pages in the language and the time zone of the person who looks at them; what allauth cannot read."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone, translation


class PreferencesMiddleware:
    """Switch language and time zone to the person's; visitors keep what the browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hold the person's preferences for the time of one request."""
        user = request.user  # the API forgets the person when it refuses them
        if not user.is_authenticated:
            with timezone.override(None):  # who holds a token is known later; their zone ends with their request
                return self.get_response(request)
        request.LANGUAGE_CODE = user.language
        with translation.override(user.language), timezone.override(user.tz):
            response = self.get_response(request)
        response.headers["Content-Language"] = user.language
        return response


class DeepInputMiddleware:
    """allauth reads JSON of any depth from apps: what Python finds too deep is as wrong as what is no JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing by itself."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer that allauth gives to what is no JSON."""
        is_deep = isinstance(error, RecursionError) and request.path_info.startswith("/_allauth/")
        return HttpResponseBadRequest() if is_deep else None
