"""What the OpenAPI document cannot find out by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.views import APIView

from diary.api.schema_streams import AWAY, ELSEWHERE, NOBODY, NOT_ALLOWED, PATHS, PROBLEM, THROTTLED

PROBLEM_TYPE = "application/problem+json"
REASONS = {
    400: "Something in the request cannot be used; `errors` names the fields.",
    **dict([NOBODY, NOT_ALLOWED, THROTTLED, AWAY]),
    404: "Not here, or not yours.",
    406: "Answers are JSON; the header Accept leaves no room for it.",
    408: "The rest of the request did not come.",
    409: "The present state does not allow it; `code` says why.",
    413: "Too large, or over the quota.",
    415: "Another content type is expected.",
}
NO_FILE = {number: OpenApiResponse(description=text) for number, text in ELSEWHERE.items()}
# For what the token of a device is not enough: whoever finds a phone must not be able to do it.
SESSION_ONLY: list[Any] = [{"appSession": []}, {"cookieAuth": []}]


class FieldErrorSerializer(serializers.Serializer[dict[str, str]]):
    """One wrong value."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """A refusal (RFC 9457). `code` never changes; sentences are in the language of the request."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="What happened.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What happened and what to do.")
    next_step = serializers.CharField(help_text="What to do.")
    code = serializers.CharField()
    instance = serializers.CharField()
    errors = FieldErrorSerializer(many=True, required=False)


def problems(*numbers: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Responses for refusals with these statuses, beside those that `RefusalSchema` knows of."""
    return {(n, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, description=REASONS[n]) for n in numbers}


class RefusalSchema(AutoSchema):
    """Adds the refusals that come of what a view takes, whatever it does; no view has to name them."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The operation with all its refusals in order."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            numbers = self.common_refusals(has_body="requestBody" in operation)
            common = {str(number): {"description": REASONS[number], "content": PROBLEM} for number in numbers}
            operation["responses"] = dict(sorted({**common, **operation["responses"]}.items()))
        return operation

    def common_refusals(self, *, has_body: bool) -> set[int]:
        """Statuses that come before the view runs, or whatever it does."""
        numbers = {429, 503}
        if self.view.get_authenticators():
            numbers |= {401} if self.method in SAFE_METHODS else {401, 403}
        if has_body:
            numbers |= {400, 408, 413, 415}
        if type(self.view).perform_content_negotiation is APIView.perform_content_negotiation:
            numbers |= {406}
        return numbers


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Documents the token of a device."""

    target_class = "diary.api.authentication.DeviceTokenAuthentication"
    name = "deviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        description = "Made in the profile or with POST /api/v1/tokens/; starts with dgk_."
        return {"type": "http", "scheme": "bearer", "description": description}


class AppSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Documents the session token of an app."""

    target_class = "diary.api.authentication.AppSessionAuthentication"
    name = "appSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A header of its own."""
        description = "`meta.session_token` of /_allauth/app/v1/auth/login or …/signup."
        return {"type": "apiKey", "in": "header", "name": "X-Session-Token", "description": description}


def add_streams(result: dict[str, Any], generator: Any, **_options: Any) -> dict[str, Any]:
    """Add what REST framework does not serve: uploads (tus), events and media files."""
    for path, operations in PATHS.items():
        result["paths"][path] = operations
    result["paths"] = dict(sorted(result["paths"].items()))
    return result
