"""Addresses of the demo city's own pages; they answer only where the demo runs."""

from django.urls import path

from anju.demo import views

urlpatterns = [
    path("", views.people, name="demo-people"),
    path("wrong-list.xlsx", views.wrong_list, name="demo-wrong-list"),
]
