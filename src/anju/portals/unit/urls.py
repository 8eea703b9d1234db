"""Addresses of the employer's portal, under /unit/."""

from django.urls import path

from anju.portals.unit.views import month, rights, roster

urlpatterns = [
    path("", month.home, name="unit-home"),
    path("confirm/", month.confirm, name="unit-confirm"),
    path("months/<int:remittance_id>/", month.one_month, name="unit-month"),
    path("months/<int:remittance_id>/approve/", month.approve, name="unit-approve"),
    path("months/<int:remittance_id>/cancel/", month.cancel, name="unit-cancel"),
    path("months/<int:remittance_id>/notice/", month.notice, name="unit-notice"),
    path("payments/", month.payments, name="unit-payments"),
    path("upload/", roster.upload, name="unit-upload"),
    path("upload/template/", roster.template, name="unit-template"),
    path("uploads/<int:file_id>/<int:number>/", roster.result, name="unit-upload-result"),
    path("uploads/<int:file_id>/<int:number>/errors/", roster.errors, name="unit-upload-errors"),
    path("uploads/<int:file_id>/<int:number>/apply/", roster.apply, name="unit-upload-apply"),
    path("people/", roster.people, name="unit-people"),
    path("people/change/", roster.person_change, name="unit-person-change"),
    path("mandates/", rights.mandates, name="unit-mandates"),
    path("mandates/<int:mandate_id>/end/", rights.end_mandate, name="unit-mandate-end"),
    path("mandates/second/", rights.second_approval, name="unit-second-approval"),
    path("inbox/", rights.inbox, name="unit-inbox"),
    path("inbox/read/", rights.inbox_read, name="unit-inbox-read"),
    path("cases/<int:case_id>/", rights.case, name="unit-case"),
]
