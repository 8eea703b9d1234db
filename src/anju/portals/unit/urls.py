"""Addresses of the employer's portal, under /unit/."""

from django.urls import path

from anju.portals.unit.views import approving, change, month, paid, people, rights, upload

urlpatterns = [
    path("", month.home, name="unit-home"),
    path("confirm/", month.confirm, name="unit-confirm"),
    path("differences/", month.differences, name="unit-differences"),
    path("months/<int:remittance_id>/", paid.one_month, name="unit-month"),
    path("months/<int:remittance_id>/list/", paid.month_sheet, name="unit-month-sheet"),
    path("months/<int:remittance_id>/approve/", approving.approve, name="unit-approve"),
    path("months/<int:remittance_id>/cancel/", month.cancel, name="unit-cancel"),
    path("months/<int:remittance_id>/notice/", paid.notice, name="unit-notice"),
    path("payments/", paid.payments, name="unit-payments"),
    path("upload/", upload.upload, name="unit-upload"),
    path("upload/template/", upload.template, name="unit-template"),
    path("uploads/<int:file_id>/<int:number>/", upload.result, name="unit-upload-result"),
    path("uploads/<int:file_id>/<int:number>/sheet/", upload.sheet, name="unit-upload-sheet"),
    path("uploads/<int:file_id>/<int:number>/mend/", upload.mend, name="unit-upload-mend"),
    path("uploads/<int:file_id>/<int:number>/errors/", upload.errors, name="unit-upload-errors"),
    path("uploads/<int:file_id>/<int:number>/apply/", upload.apply, name="unit-upload-apply"),
    path("people/", people.people, name="unit-people"),
    path("people/list/", people.staff_sheet, name="unit-people-sheet"),
    path("people/change/", change.person_change, name="unit-person-change"),
    path("drafts/", change.keep_draft, name="unit-draft-keep"),
    path("drafts/<int:draft_id>/discard/", change.discard_draft, name="unit-draft-discard"),
    path("mandates/", rights.mandates, name="unit-mandates"),
    path("mandates/<int:mandate_id>/end/", rights.end_mandate, name="unit-mandate-end"),
    path("mandates/second/", rights.second_approval, name="unit-second-approval"),
    path("inbox/", rights.inbox, name="unit-inbox"),
    path("inbox/read/", rights.inbox_read, name="unit-inbox-read"),
    path("cases/<int:case_id>/", rights.case, name="unit-case"),
]
