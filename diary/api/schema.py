"""What the OpenAPI document cannot find out by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

PROBLEM_TYPE = "application/problem+json"
ALWAYS = {401: "Nobody is signed in.", 429: "Too many requests; see Retry-After."}
REASONS = {
    400: "Something in the request cannot be used; `errors` names the fields.",
    403: "Not allowed.",
    404: "Not here, or not yours.",
    409: "The present state does not allow it; `code` says why.",
    413: "Too large, or over the quota.",
    415: "Another content type is expected.",
    **ALWAYS,
}


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
    """Responses for refusals with these statuses, beside those that every address may give."""
    chosen = sorted({*numbers, *ALWAYS})
    return {(n, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, description=REASONS[n]) for n in chosen}


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
    from diary.api.schema_streams import PATHS

    for path, operations in PATHS.items():
        result["paths"][path] = operations
    result["paths"] = dict(sorted(result["paths"].items()))
    return result
