"""The API about itself: its documentation, its error codes, and what is not there."""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from diary.api import problem
from diary.api.schema import ProblemSerializer, problems
from diary.api.serializers.analyses import limits_of
from diary.errors import Code
from diary.messages import describe

# Swagger UI draws its icons as data: images and sets styles from its script; all of it comes from this site.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "frame-ancestors 'none'",
    ]
)


class SchemaView(SpectacularAPIView):
    """OpenAPI 3: what apps and tools read."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []


class DocumentationView(SpectacularSwaggerSplitView):
    """Swagger UI from this site's own files."""

    permission_classes = [AllowAny]
    url_name = "api:schema"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, with the policy that it needs."""
        response = super().get(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = POLICY
        return response


class ProblemType(APIView):
    """What a `type` of a problem means."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    @extend_schema(summary="Explain an error code", responses={200: ProblemSerializer, **problems(404)}, auth=[])
    def get(self, request: Request, code: str) -> Response:
        """The sentences of a code in the language of the request."""
        if code not in set(Code):
            raise NotFound
        message = describe(code, **limits_of(code))
        number = problem.status_of(Code(code))
        body = {
            "type": request.path,
            "title": message.title,
            "status": number,
            "detail": str(message),
            "next_step": message.next_step,
            "code": code,
            "instance": request.path,
        }
        return Response(body)


@csrf_exempt
def refuse_unknown(request: HttpRequest, **_path: str) -> HttpResponseBase:
    """An address that does not exist; one that only lacks its last slash is answered as if it had it."""
    if not request.path_info.endswith("/"):
        match = resolve(f"{request.path_info}/")
        if match.url_name:
            return match.func(request, *match.args, **match.kwargs)
    return problem.respond(Code.NOT_FOUND, request)


def refuse_broken(request: HttpRequest) -> HttpResponse:
    """An error that no view answered an app: nobody foresaw it, or it came before the view."""
    error = sys.exc_info()[1]
    answer = problem.respond_to(error, request) if isinstance(error, Exception) else None
    return answer or problem.respond(Code.INTERNAL, request)
