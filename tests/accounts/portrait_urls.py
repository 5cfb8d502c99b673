"""The site with the address of the picture, until `diary.api.urls` has it."""

from django.urls import path

from accounts.api import PortraitView
from deploy.urls import handler500
from deploy.urls import urlpatterns as site

__all__ = ["handler500", "urlpatterns"]
urlpatterns = [path("api/v1/me/portrait/", PortraitView.as_view()), *site]
