"""Pages about a person's own account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import DeleteAccountForm, LanguageForm, PortraitForm, ProfileForm, TokenForm
from accounts.models import User
from accounts.services import create_token, delete_account, revoke_token, set_portrait, set_preferences
from diary import access
from diary.selectors.examples import count_examples
from diary.selectors.listing import list_own_exercises, list_tokens
from diary.selectors.usage import read_usage
from diary.services.examples import forget_all_examples
from diary.views.responses import UNPROCESSABLE, go_back, posted, render_form
from workers import queue

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def show_profile(request: HttpRequest) -> HttpResponse:
    """Preferences, devices, storage and the way out."""
    form = ProfileForm(posted(request), instance=request.user)
    if request.method == "POST" and form.is_valid():
        set_preferences(user=request.user, **form.cleaned_data)
        with translation.override(request.user.language):
            messages.success(request, _("Your settings are saved."))
        response = redirect("profile")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, request.user.language, samesite="Lax")
        return response
    return render_form(request, "accounts/profile.html", profile_context(request), form)


@login_required
@require_http_methods(FORM_METHODS)
def save_portrait(request: HttpRequest) -> HttpResponse:
    """Keep a picture of the person, or drop it. Who loads the answer again comes to the profile."""
    if request.method != "POST":
        return redirect("profile")
    try:
        return change_portrait(request)
    except User.DoesNotExist:  # the account ended meanwhile: the profile asks them to sign in
        return redirect("profile")


def change_portrait(request: HttpRequest) -> HttpResponse:
    """What was sent takes the place of the picture that is there."""
    if "remove" in request.POST:
        set_portrait(user=request.user, picture=None)
        messages.success(request, _("Your picture is deleted."))
        return redirect("profile")
    form = PortraitForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, str(form.errors["picture"][0]))
        return point_out(request, portrait_form=form)
    set_portrait(user=request.user, picture=form.cleaned_data["picture"])
    queue.wake_for_portrait(request.user.pk)
    messages.success(
        request,
        _(
            "Your picture is saved. The next clips look for you. For one that is already here, open it, tap the pencil"
            " at its top and then “Analyse again”."
        ),
    )
    return redirect("profile")


@login_required
@require_safe
def show_portrait(request: HttpRequest) -> FileResponse:
    """The person's own picture; there is no address for that of others."""
    if not request.user.portrait:
        raise Http404
    headers = {"Cache-Control": "private, no-cache"}
    return FileResponse(request.user.portrait.open("rb"), content_type="image/jpeg", headers=headers)


@login_required
@require_POST
def forget_examples(request: HttpRequest) -> HttpResponse:
    """Name films as for somebody who corrected nothing yet."""
    forget_all_examples(user=request.user)
    messages.success(request, _("What you taught is forgotten. Your sets keep their names."))
    return redirect("profile")


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def add_token(request: HttpRequest) -> HttpResponse:
    """Let a device in; its token is shown this once. Who loads the answer again comes to the profile."""
    if request.method != "POST":
        return redirect("profile")
    form = TokenForm(request.POST)
    if not form.is_valid():
        request.user.refresh_from_db()
        return point_out(request, token_form=form)
    row, token = create_token(user=request.user, name=form.cleaned_data["name"])
    return render(request, "accounts/token_created.html", {"row": row, "token": token})


@login_required
@require_POST
def end_token(request: HttpRequest, id: UUID) -> HttpResponse:
    """Shut a device out."""
    row = revoke_token(token=access.get_token(request.user, id))
    messages.success(request, _("“%(name)s” is shut out.") % {"name": row.name})
    return redirect("profile")


@login_required
@require_http_methods(FORM_METHODS)
def end_account(request: HttpRequest) -> HttpResponse:
    """Delete the account with everything in it."""
    user = request.user
    if refusal := consume_or_429(
        request, action="reauthenticate"
    ):  # as at allauth's own page that asks for the password
        return refusal
    form = DeleteAccountForm(posted(request), user=user)
    if request.method == "POST" and form.is_valid():
        logout(request)
        delete_account(user=user)
        messages.success(request, _("Your account and all its data are deleted."))
        return redirect("home")
    return render_form(request, "accounts/delete.html", {"clips": user.clips.count()}, form)


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Turn the site to another language; a person's profile remembers it."""
    form = LanguageForm(request.POST)
    response = go_back(request, "/")
    if form.is_valid():
        language = form.cleaned_data["language"]
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax")
        if request.user.is_authenticated:
            set_preferences(user=request.user, language=language)
    return response


def point_out(request: HttpRequest, **forms: Form) -> HttpResponse:
    """The page again, opened at the field that is wrong."""
    for form in forms.values():
        for name in form.errors:
            form.fields[name].widget.attrs["autofocus"] = True
    context = {**profile_context(request), "form": ProfileForm(instance=request.user), **forms}
    return render(request, "accounts/profile.html", context, status=UNPROCESSABLE)


def profile_context(request: HttpRequest) -> dict[str, Any]:
    """What the page shows beside the form."""
    return {
        "usage": read_usage(request.user),
        "examples": count_examples(request.user),
        "own_exercises": list_own_exercises(request.user),
        "tokens": list_tokens(request.user),
        "token_form": TokenForm(),
        "portrait_form": PortraitForm(),
    }
