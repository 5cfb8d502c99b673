"""Answers that several pages give."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from diary.api.problem import RETRY_AFTER_S, retry_headers
from diary.errors import Code, DiaryError
from diary.messages import describe

UNPROCESSABLE = 422


def ask_to_come_back(request: HttpRequest) -> HttpResponse:
    """The page that is shown while the database is away; who looks at it cannot be asked, only their browser."""
    language = translation.get_language_from_request(request)
    again = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    with translation.override(language):
        page = render_to_string("503.html", {"language": language, "again": again, "retry_s": RETRY_AFTER_S})
    return HttpResponse(page, status=503, headers=retry_headers(Code.UNAVAILABLE) | {"Cache-Control": "no-store"})


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to; an empty POST is still something to check."""
    return request.POST if request.method == "POST" else None


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a script asks for the changed part of a page only."""
    return request.headers.get("X-Fragment") == "1"


def go_back(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    """To the page that the form names, if it is one of ours."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe and target else fallback)


def render_form(
    request: HttpRequest, template: str, context: dict[str, Any], form: Any, status: int | None = None
) -> HttpResponse:
    """A page with a form; 422 when what was typed cannot be used."""
    status = status or (UNPROCESSABLE if form.is_bound and not form.is_valid() else 200)
    return render(request, template, {**context, "form": form}, status=status)


def add_refusal(form: Any, error: DiaryError) -> None:
    """Show a refusal of a service in its form, at the field where there is one."""
    field = error.params.get("field")
    labels = {name: str(bound.label) for name, bound in form.fields.items()}
    params = {**error.params, "field": labels.get(str(field), str(field))}
    form.add_error(field if field in form.fields else None, str(describe(error.code, **params)))
