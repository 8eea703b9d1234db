"""Addresses of the public portal."""

from django.urls import path

from anju.portals.public.views import access, opening, start

urlpatterns = [
    path("", start.home, name="home"),
    path("health/", start.health, name="health"),
    path("building/", start.building_part, name="building"),
    path("services/", start.services, name="services"),
    path("progress/", start.progress, name="progress"),
    path("login/", access.log_in, name="log-in"),
    path("login/code/", access.log_in_code, name="log-in-code"),
    path("logout/", access.log_out, name="log-out"),
    path("switch/", access.switch, name="switch"),
    path("reset/", access.reset, name="reset"),
    path("reset/code/", access.reset_code, name="reset-code"),
    path("step-up/", access.step_up, name="step-up"),
    path("session/", access.session_keep, name="session-keep"),
    path("open/", opening.start, name="open"),
    path("open/cases/<int:case_id>/", opening.follow, name="open-case"),
    path("open/cases/<int:case_id>/sign/", opening.sign, name="open-sign"),
    path("open/cases/<int:case_id>/supplement/", opening.supplement, name="open-supplement"),
    path("open/cases/<int:case_id>/withdraw/", opening.take_back, name="open-withdraw"),
    path("open/<str:kind>/", opening.register, name="open-register"),
    path("open/<str:kind>/code/", opening.code, name="open-code"),
    path("open/<str:kind>/apply/", opening.apply, name="open-apply"),
]
