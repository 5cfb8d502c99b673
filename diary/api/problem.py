"""Refusals as problem details (RFC 9457): one shape for every error of the API."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from diary.errors import Code, DiaryError
from diary.messages import describe

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 60  # the minute of the sentence
CHECKSUM_MISMATCH = 460  # of tus, not of HTTP
STATUS = {
    Code.TOO_LARGE: status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    Code.OVER_QUOTA: status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    Code.UPLOAD_BUSY: status.HTTP_423_LOCKED,
    Code.UPLOAD_CHECKSUM_MISMATCH: CHECKSUM_MISMATCH,
    Code.UPLOAD_EXPIRED: status.HTTP_410_GONE,
    Code.UPLOAD_INCOMPLETE: status.HTTP_409_CONFLICT,
    Code.UPLOAD_OFFSET_MISMATCH: status.HTTP_409_CONFLICT,
    Code.UPLOAD_STALLED: status.HTTP_408_REQUEST_TIMEOUT,
    Code.UPLOAD_TOO_MUCH: status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    Code.UPLOAD_VERSION: status.HTTP_412_PRECONDITION_FAILED,
    Code.STORAGE_FULL: status.HTTP_507_INSUFFICIENT_STORAGE,
    Code.ANALYSIS_ACTIVE: status.HTTP_409_CONFLICT,
    Code.ANALYSIS_ENDED: status.HTTP_409_CONFLICT,
    Code.EXERCISE_EXISTS: status.HTTP_409_CONFLICT,
    Code.EXERCISE_IN_USE: status.HTTP_409_CONFLICT,
    Code.EXERCISE_NOT_YOURS: status.HTTP_403_FORBIDDEN,
    Code.NOTHING_PROPOSED: status.HTTP_409_CONFLICT,
    Code.NOT_AUTHENTICATED: status.HTTP_401_UNAUTHORIZED,
    Code.NOT_ALLOWED: status.HTTP_403_FORBIDDEN,
    Code.NOT_FOUND: status.HTTP_404_NOT_FOUND,
    Code.METHOD_NOT_ALLOWED: status.HTTP_405_METHOD_NOT_ALLOWED,
    Code.NOT_ACCEPTABLE: status.HTTP_406_NOT_ACCEPTABLE,
    Code.CONFLICT: status.HTTP_409_CONFLICT,
    Code.UNSUPPORTED_MEDIA_TYPE: status.HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    Code.REQUEST_STALLED: status.HTTP_408_REQUEST_TIMEOUT,
    Code.REQUEST_TOO_LARGE: status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    Code.THROTTLED: status.HTTP_429_TOO_MANY_REQUESTS,
    Code.INTERNAL: status.HTTP_500_INTERNAL_SERVER_ERROR,
    Code.UNAVAILABLE: status.HTTP_503_SERVICE_UNAVAILABLE,
}
BY_EXCEPTION: dict[type[Exception], Code] = {
    exceptions.AuthenticationFailed: Code.NOT_AUTHENTICATED,
    exceptions.NotAuthenticated: Code.NOT_AUTHENTICATED,
    exceptions.PermissionDenied: Code.NOT_ALLOWED,
    PermissionDenied: Code.NOT_ALLOWED,
    exceptions.NotFound: Code.NOT_FOUND,
    Http404: Code.NOT_FOUND,
    exceptions.MethodNotAllowed: Code.METHOD_NOT_ALLOWED,
    exceptions.NotAcceptable: Code.NOT_ACCEPTABLE,
    exceptions.UnsupportedMediaType: Code.UNSUPPORTED_MEDIA_TYPE,
    exceptions.Throttled: Code.THROTTLED,
    RequestDataTooBig: Code.REQUEST_TOO_LARGE,
    OperationalError: Code.UNAVAILABLE,  # the database is away, or too busy
    InterfaceError: Code.UNAVAILABLE,  # it went away since it was last asked
    exceptions.ParseError: Code.UNREADABLE_BODY,
    exceptions.ValidationError: Code.INVALID_INPUT,
}


def status_of(code: Code) -> int:
    """The HTTP status of a code; what is wrong with the request itself is 400."""
    return STATUS.get(code, status.HTTP_400_BAD_REQUEST)


def describe_problem(
    code: Code, path: str, errors: list[dict[str, str]] | None = None, **params: Any
) -> dict[str, Any]:
    """The body of a refusal, in the language of the request."""
    message = describe(code, **params)
    number = status_of(code)
    body = {
        "type": f"/api/v1/problems/{code.value}/",
        "title": message.title,
        "status": number,
        "detail": str(message),
        "next_step": message.next_step,
        "code": code.value,
        "instance": path,
    }
    return {**body, "errors": errors} if errors else body


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """What REST framework calls when a view raises; an error that nobody foresaw goes on to Django."""
    code = code_of(error)
    if code is None:
        return None
    log_failure(code, error)
    set_rollback()
    path = context["request"].path
    body = describe_problem(code, path, list_errors(error), **params_of(error))
    return Response(body, status=body["status"], headers=headers_of(error), content_type=CONTENT_TYPE)


def code_of(error: Exception) -> Code | None:
    """The code of an exception that means a refusal."""
    if isinstance(error, DiaryError):
        return error.code
    return next((code for kind, code in BY_EXCEPTION.items() if isinstance(error, kind)), None)


def log_failure(code: Code, error: Exception) -> None:
    """What is not the client's doing is for whoever runs the site to see; once answered, nobody else logs it."""
    if code is Code.UNAVAILABLE:
        log.error("The database does not answer", exc_info=error)


def params_of(error: Exception) -> dict[str, Any]:
    """What fills the gaps of the sentence."""
    if isinstance(error, RequestDataTooBig):
        return {"limit_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    return error.params if isinstance(error, DiaryError) else {}


def headers_of(error: Exception) -> dict[str, str]:
    """Headers that HTTP wants beside the status."""
    headers = retry_headers(code_of(error))
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def retry_headers(code: Code | None) -> dict[str, str]:
    """When to come back after what will pass by itself."""
    return {"Retry-After": str(RETRY_AFTER_S)} if code is Code.UNAVAILABLE else {}


def list_errors(error: Exception) -> list[dict[str, str]]:
    """Which fields are wrong and why, one entry each."""
    if isinstance(error, exceptions.ValidationError):
        return _flatten(error.get_full_details())
    if isinstance(error, DiaryError) and "field" in error.params:
        code = error.code
        return [{"field": str(error.params["field"]), "code": code, "detail": str(describe(code, **error.params))}]
    return []


def _flatten(details: Any, field: str = "") -> list[dict[str, str]]:
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        return [{"field": field, "code": str(details["code"]), "detail": str(details["message"])}]
    if isinstance(details, dict):
        return [row for key, value in details.items() for row in _flatten(value, f"{field}.{key}".strip("."))]
    return [row for value in details for row in _flatten(value, field)]


def respond(code: Code, request: HttpRequest, **params: Any) -> HttpResponse:
    """A refusal from a view that REST framework does not serve."""
    body = describe_problem(code, request.path, **params)
    options = {"ensure_ascii": False}
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE, json_dumps_params=options)


def respond_to(error: Exception, request: HttpRequest) -> HttpResponse | None:
    """The same for an exception; None when it is no refusal."""
    code = code_of(error)
    if code is None:
        return None
    log_failure(code, error)
    response = respond(code, request, errors=list_errors(error), **params_of(error))
    for name, value in headers_of(error).items():
        response.headers[name] = value
    return response
