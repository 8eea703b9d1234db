"""Addresses of the public portal."""

from django.urls import path

from anju.portals.public.views import access, codes, following, missing, opening, recovery, start

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
    path("session/", access.session_keep, name="session-keep"),
    path("codes/<str:purpose>/", codes.state, name="code-state"),
    path("reset/", recovery.reset, name="reset"),
    path("reset/code/", recovery.reset_code, name="reset-code"),
    path("step-up/", recovery.step_up, name="step-up"),
    path("open/", opening.start, name="open"),
    path("open/missing/", missing.missing, name="account-missing"),
    path("open/cases/<int:case_id>/", following.follow, name="open-case"),
    path("open/cases/<int:case_id>/sign/", following.sign, name="open-sign"),
    path("open/cases/<int:case_id>/supplement/", following.supplement, name="open-supplement"),
    path("open/cases/<int:case_id>/mistake/", following.mistake, name="open-mistake"),
    path("open/cases/<int:case_id>/withdraw/", following.take_back, name="open-withdraw"),
    path("open/cases/<int:case_id>/agreement/<str:version>/", following.agreement, name="open-agreement"),
    path("open/<str:kind>/", opening.register, name="open-register"),
    path("open/<str:kind>/code/", opening.code, name="open-code"),
    path("open/<str:kind>/apply/", opening.apply, name="open-apply"),
]
