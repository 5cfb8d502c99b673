"""Addresses of the site."""

import sys

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.defaults import server_error

from diary.api.problem import code_of
from diary.api.views.documentation import refuse_broken
from diary.errors import Code
from diary.views.responses import ask_to_come_back


def show_health(request: HttpRequest) -> HttpResponse:
    """Tell a load balancer that the process answers."""
    return HttpResponse("ok", content_type="text/plain")


def handler500(request: HttpRequest) -> HttpResponse:
    """An error that no view answered, as none can while the database is away: a page for people, a problem for apps."""
    if request.path.startswith(("/api/", "/_allauth/")):
        return refuse_broken(request)
    error = sys.exc_info()[1]
    is_away = isinstance(error, Exception) and code_of(error) is Code.UNAVAILABLE
    return ask_to_come_back(request) if is_away else server_error(request)


def _change_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """To the site's own page."""
    return redirect("account_change_password")


# Django's own form counts no attempts, and by its time tells anybody's right password from a wrong one: it is closed.
admin.site.login = secure_admin_login(require_safe(admin.site.login))  # type: ignore[method-assign]
# The site's own page says what a new password ends, and counts attempts.
admin.site.password_change = _change_password  # type: ignore[method-assign,assignment]

urlpatterns = [
    path("healthz", show_health),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("", include("diary.api.urls")),  # /api/… and /media/…
    path("", include("frontend.urls")),
]
