"""Addresses of help."""

from django.urls import path

from anju.portals.guides import views

urlpatterns = [
    path("", views.home, name="help-home"),
    path("problems/", views.trouble, name="help-problems"),
    path("wrong/", views.wrong, name="help-wrong"),
    path("<slug:code>/", views.guide, name="help-service"),
]
