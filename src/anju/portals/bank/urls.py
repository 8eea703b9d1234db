"""Address of the settlement system's notices."""

from django.urls import path

from anju.portals.bank.views import notices

urlpatterns = [path("notices", notices, name="bank-notices")]
