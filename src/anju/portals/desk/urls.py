"""Addresses of the desk. An id has at most 18 digits: a longer one is no address, so nothing overflows behind it."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from anju.portals.desk.views import (
    administration,
    audit,
    audit_case,
    case,
    cases,
    contradictions,
    known,
    ledger,
    parameters,
    payments,
    queue,
    receipts,
    reports,
    safety,
    treasury,
    units,
    vouchers,
    wrong,
)


class IdConverter(IntConverter):
    """A row's id as the database can hold it."""

    regex = "[0-9]{1,18}"


register_converter(IdConverter, "row")

urlpatterns = [
    path("", queue.home, name="desk-home"),
    path("next/", queue.take_next, name="desk-next"),
    path("search/", cases.find, name="desk-search"),
    path("cases/", cases.search, name="desk-cases"),
    path("cases/<row:case_id>/", case.show, name="desk-case"),
    path("cases/<row:case_id>/claim/", case.claim, name="desk-case-claim"),
    path("cases/<row:case_id>/correction/", case.correction, name="desk-case-correction"),
    path("cases/<row:case_id>/facts/<slug:name>/", case.fact, name="desk-case-fact"),
    path("cases/<row:case_id>/again/", case.ask_again, name="desk-case-again"),
    path("cases/<row:case_id>/propose/", case.propose, name="desk-case-propose"),
    path("cases/<row:case_id>/approve/", case.approve, name="desk-case-approve"),
    path("cases/<row:case_id>/return/", case.send_back, name="desk-case-return"),
    path("cases/<row:case_id>/refuse/", case.refuse, name="desk-case-refuse"),
    path("cases/<row:case_id>/papers/<row:file_id>/", case.paper, name="desk-case-paper"),
    path("treasury/", receipts.receipts, name="desk-treasury"),
    path("treasury/accept/", receipts.accept, name="desk-treasury-accept"),
    path("treasury/match/", receipts.accept_chosen, name="desk-treasury-match"),
    path("treasury/receipts/<row:suspense_id>/", treasury.receipt, name="desk-receipt"),
    path("treasury/receipts/<row:suspense_id>/allocate/", treasury.allocate, name="desk-receipt-allocate"),
    path("treasury/receipts/<row:suspense_id>/stop/", treasury.stop_waiting, name="desk-receipt-stop"),
    path("treasury/receipts/<row:suspense_id>/refund/", treasury.refund, name="desk-receipt-refund"),
    path("treasury/receipts/<row:suspense_id>/cover/", treasury.cover, name="desk-receipt-cover"),
    path("treasury/notices/", treasury.notices, name="desk-notices"),
    path("treasury/notices/contradictions/", contradictions.contradictions, name="desk-contradictions"),
    path(
        "treasury/notices/contradictions/<row:contradiction_id>/settle/", contradictions.settle,
        name="desk-contradiction-settle",
    ),
    path("treasury/payments/", payments.payments, name="desk-payments"),
    path("treasury/payments/check/", payments.check, name="desk-payments-check"),
    path("treasury/payments/release/", payments.release, name="desk-payments-release"),
    path("treasury/payments/<row:order_id>/", payments.payment, name="desk-payment"),
    path("treasury/payments/<row:order_id>/decline/", payments.decline, name="desk-payment-decline"),
    path("treasury/payments/<row:order_id>/unknown/", payments.settle_unknown, name="desk-payment-unknown"),
    path("treasury/mandate/", payments.mandate, name="desk-mandate"),
    path("treasury/mandate/<row:mandate_id>/end/", payments.end_mandate, name="desk-mandate-end"),
    path("ledger/", ledger.ledger, name="desk-ledger"),
    path("ledger/subjects/<str:code>/", ledger.subject, name="desk-ledger-subject"),
    path("ledger/subjects/<str:code>/lines/", ledger.subject_lines, name="desk-ledger-lines"),
    path("ledger/units/", ledger.units, name="desk-ledger-units"),
    path("ledger/suspense/", ledger.suspense, name="desk-ledger-suspense"),
    path("ledger/vouchers/", vouchers.vouchers, name="desk-vouchers"),
    path("ledger/vouchers/print/", vouchers.sheets, name="desk-voucher-sheets"),
    path("ledger/<row:voucher_id>/", vouchers.voucher, name="desk-voucher"),
    path("ledger/<row:voucher_id>/members/", vouchers.members, name="desk-voucher-members"),
    path("reports/", reports.reports, name="desk-reports"),
    path("reports/<slug:code>/", reports.report, name="desk-report"),
    path("audit/", audit.questions, name="desk-audit"),
    path("audit/statement/", known.statement, name="desk-audit-statement"),
    path("audit/cases/<row:case_id>/", audit_case.case, name="desk-audit-case"),
    path("audit/cases/<row:case_id>/papers/<row:file_id>/", audit_case.paper, name="desk-audit-paper"),
    path("audit/<slug:code>/", audit.answer, name="desk-audit-answer"),
    path("units/", units.units, name="desk-units"),
    path("units/<row:unit_id>/", units.unit, name="desk-unit"),
    path("people/", units.people, name="desk-people"),
    path("people/<row:person_id>/", units.person, name="desk-person"),
    path("people/<row:person_id>/freezes/<row:n>/", safety.lift, name="desk-lift"),
    path("parameters/", parameters.parameters, name="desk-parameters"),
    path("parameters/<str:handle>/", parameters.parameter, name="desk-parameter"),
    path("administration/", administration.staff, name="desk-administration"),
    path("administration/new/", administration.create, name="desk-staff-new"),
    path("administration/grant/", administration.grant, name="desk-staff-grant"),
    path("administration/duties/<row:mandate_id>/end/", administration.end_duty, name="desk-duty-end"),
    path("administration/logins/<row:login_id>/disable/", administration.disable, name="desk-staff-disable"),
    path("wrong/", wrong.reports, name="desk-wrong"),
    path("wrong/<row:report_id>/", wrong.answer, name="desk-wrong-answer"),
]
