"""Addresses of the design app."""

from django.urls import path

from anju.design import views

urlpatterns = [
    path("look/", views.look, name="look"),
    path("design/", views.gallery, name="design"),
]
