"""The site as an ASGI application: `uvicorn deploy.asgi:application`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
django.setup(set_prefix=False)

from diary.api.streaming import StreamingASGIHandler  # noqa: E402

application = StreamingASGIHandler()  # Django's own, except that uploads are written while they arrive
