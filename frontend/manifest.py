"""What a phone needs to put the diary on its home screen."""

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe


@require_safe
def show_manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest."""
    body = {
        "name": _("Deukgeun Diary"),
        "short_name": _("Deukgeun"),
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f5f2ec",
        "theme_color": "#f5f2ec",
        "icons": [{"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        "shortcuts": [{"name": _("Film a set"), "url": "/upload/"}],
    }
    return JsonResponse(body, content_type="application/manifest+json")
