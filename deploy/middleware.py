"""Headers that every page carries."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HOST_NAME = re.compile(r"[a-z0-9-]+")  # a bucket of such a name has a host of its own at AWS


def build_policy() -> str:
    """What a page may load, and from where: from this site, films and pictures also from the bucket."""
    bucket = "".join(f" {origin}" for origin in list_bucket_origins())
    # blob: for previews of a clip that is still on the phone; data: for small icons in style sheets.
    return "; ".join(
        [
            "default-src 'self'",
            f"img-src 'self' data: blob:{bucket}",
            f"media-src 'self' blob:{bucket}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def list_bucket_origins() -> list[str]:
    """Where the signed address of a file leads: to the endpoint, or to AWS, which may send on to the region."""
    if not settings.S3_BUCKET:
        return []
    if settings.S3_ENDPOINT:
        parts = urlsplit(settings.S3_ENDPOINT)
        return [f"{parts.scheme}://{parts.netloc}"]
    hosts = ["s3.amazonaws.com", *([f"s3.{settings.S3_REGION}.amazonaws.com"] if settings.S3_REGION else [])]
    prefix = f"{settings.S3_BUCKET}." if HOST_NAME.fullmatch(settings.S3_BUCKET) else ""
    return [f"https://{prefix}{host}" for host in hosts]


class ContentSecurityPolicyMiddleware:
    """A page runs only what this site serves; a view that needs another policy sets the header itself."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the policy where a view has not set its own."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(self)")
        return response
