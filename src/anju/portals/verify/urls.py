"""Address of the check of papers."""

from django.urls import path

from anju.portals.verify.views import verify

urlpatterns = [path("", verify, name="verify")]
