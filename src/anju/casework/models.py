"""Tables of casework. What was decided, signed or reviewed is insert-only; the case row carries the present state.

Answers and facts may hold identifiers, phones and names and are therefore stored sealed.
"""

from __future__ import annotations

from django.db import models

from anju.casework.types import CaseState, Outcome, Proposal
from anju.database.fields import DigestField, FenField, SealedTextField


class Case(models.Model):
    """A case (业务办件). Three natural persons stand in it, and the database keeps them apart."""

    case_id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    number = models.CharField("案号", max_length=24)
    service = models.CharField("事项", max_length=60)
    state = models.CharField("状态", max_length=16)
    version = models.BigIntegerField(default=0)
    login_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    branch = models.CharField("管理部", max_length=30, default="")
    applicant = models.CharField("申请人", max_length=120)
    applicant_person_id = models.BigIntegerField(null=True)
    clerk_person_id = models.BigIntegerField(null=True)
    reviewer_person_id = models.BigIntegerField(null=True)
    answers = SealedTextField()
    facts = SealedTextField(null=True)
    verdict = models.JSONField(null=True)
    for_people = models.BooleanField(default=False)
    accepted_at = models.DateTimeField(null=True)
    law_on = models.DateField("法律适用日", null=True)
    clock_from = models.DateField(null=True)
    clock_stopped = models.BooleanField(default=False)
    legal_days_left = models.SmallIntegerField(null=True)
    working_days_left = models.SmallIntegerField(null=True)
    legal_due_on = models.DateField("法定到期", null=True)
    promised_on = models.DateField("承诺办结", null=True)
    promise_text = models.CharField(max_length=200, default="")
    proposal = models.CharField("经办意见", max_length=10, default="")
    proposal_text = models.CharField(max_length=1000, default="")
    proposal_article = models.CharField(max_length=80, default="")
    claimed_by = models.BigIntegerField(null=True)
    claimed_until = models.DateTimeField(null=True)
    amount_fen = FenField(null=True)
    result = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "casework_case"
        verbose_name = "业务办件"
        constraints = [
            models.CheckConstraint(
                name="casework_case_state", condition=models.Q(state__in=[s.value for s in CaseState])
            ),
            models.CheckConstraint(
                name="casework_case_proposal",
                condition=models.Q(proposal__in=["", *[p.value for p in Proposal]]),
            ),
            models.CheckConstraint(
                name="casework_case_clerk_is_not_applicant",
                condition=models.Q(clerk_person_id__isnull=True)
                | models.Q(applicant_person_id__isnull=True)
                | ~models.Q(clerk_person_id=models.F("applicant_person_id")),
            ),
            models.CheckConstraint(
                name="casework_case_reviewer_is_not_applicant",
                condition=models.Q(reviewer_person_id__isnull=True)
                | models.Q(applicant_person_id__isnull=True)
                | ~models.Q(reviewer_person_id=models.F("applicant_person_id")),
            ),
            models.CheckConstraint(
                name="casework_case_reviewer_is_not_clerk",
                condition=models.Q(reviewer_person_id__isnull=True)
                | (
                    models.Q(clerk_person_id__isnull=False)
                    & ~models.Q(reviewer_person_id=models.F("clerk_person_id"))
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["login_id", "-case_id"], name="casework_case_login"),
            models.Index(
                fields=["person_id", "-case_id"], name="casework_case_person",
                condition=models.Q(person_id__isnull=False),
            ),
            models.Index(
                fields=["unit_id", "-case_id"], name="casework_case_unit",
                condition=models.Q(unit_id__isnull=False),
            ),
            models.Index(
                fields=["state", "legal_due_on", "case_id"], name="casework_case_desk",
                condition=models.Q(state__in=["review", "approval"]),
            ),
            models.Index(
                fields=["updated_at"], name="casework_case_waiting",
                condition=models.Q(state__in=["accepted", "decided", "in_effect"]),
            ),
        ]  # fmt: skip


class _OfCase(models.Model):
    """Rows that belong to one case, numbered from 1."""

    pk = models.CompositePrimaryKey("case_id", "n")
    n = models.SmallIntegerField()

    class Meta:
        abstract = True


class CaseStep(_OfCase):
    """One step of the timeline (办理过程); `n` is the version of the case it made."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="steps", db_index=False)
    at = models.DateTimeField()
    act = models.CharField(max_length=40)
    from_state = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    title = models.CharField(max_length=60)
    text = models.CharField(max_length=1000, default="")
    by_role = models.CharField(max_length=20)
    login_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "case_step"
        verbose_name = "办理过程"


class CaseCorrection(_OfCase):
    """What was asked for (一次性告知): complete, from the service's own list."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="corrections", db_index=False)
    items = models.JSONField()
    note = models.CharField(max_length=500, default="")
    asked_at = models.DateTimeField()
    asked_by_person_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    # What stood in the form before this correction was answered: history, and the reviewer's before and after.
    answers_before = SealedTextField(null=True)

    class Meta:
        db_table = "case_correction"
        verbose_name = "补正通知"


class CaseReview(_OfCase):
    """One act of a clerk or reviewer, with the digest of what he saw."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="reviews", db_index=False)
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    staff_name = models.CharField(max_length=60, default="")
    person_id = models.BigIntegerField()
    login_id = models.BigIntegerField()
    article = models.CharField(max_length=80, default="")
    text = models.CharField(max_length=1000, default="")
    seen_digest = models.CharField(max_length=64)

    class Meta:
        db_table = "case_review"
        verbose_name = "审核记录"


class CaseDecision(models.Model):
    """The decision (决定), kept for ever and never computed again."""

    case = models.OneToOneField(Case, models.RESTRICT, primary_key=True, related_name="decision")
    outcome = models.CharField(max_length=10)
    text = models.CharField(max_length=1000)
    to_do = models.CharField(max_length=1000, default="")
    article = models.CharField(max_length=80)
    amount_fen = FenField(null=True)
    law_on = models.DateField()
    policy_release = models.CharField(max_length=60)
    answers = SealedTextField()
    facts = SealedTextField()
    working = models.JSONField(null=True)
    result = models.JSONField(default=dict)
    by_rule = models.BooleanField()
    maker_person_id = models.BigIntegerField(null=True)
    checker_person_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        db_table = "case_decision"
        verbose_name = "决定"
        constraints = [
            models.CheckConstraint(
                name="case_decision_outcome",
                condition=models.Q(outcome__in=[Outcome.GRANT.value, Outcome.REFUSE.value]),
            ),
            models.CheckConstraint(
                name="case_decision_refusal_names_article",
                condition=~models.Q(outcome=Outcome.REFUSE.value) | ~models.Q(article=""),
            ),
            models.CheckConstraint(
                name="case_decision_four_eyes",
                condition=models.Q(by_rule=True)
                | (
                    models.Q(checker_person_id__isnull=False)
                    & models.Q(maker_person_id__isnull=False)
                    & ~models.Q(checker_person_id=models.F("maker_person_id"))
                ),
            ),
        ]


class CaseOpinion(_OfCase):
    """批准意见: the written opinion with its number."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="opinions", db_index=False)
    number = models.CharField("文号", max_length=40)
    outcome = models.CharField(max_length=10)
    text = models.CharField(max_length=2000)
    article = models.CharField(max_length=80, default="")
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "case_opinion"
        verbose_name = "批准意见"


class CaseSignature(_OfCase):
    """The applicant signed this version of an agreement (服务协议)."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="signatures", db_index=False)
    agreement = models.CharField(max_length=60)
    agreement_version = models.CharField(max_length=20)
    text_digest = models.CharField(max_length=64)
    signed_by_login_id = models.BigIntegerField()
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "case_signature"
        verbose_name = "协议签署"


class CaseFile(_OfCase):
    """A paper handed in with a case; the content and the name its owner gave it are the files room's."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="papers", db_index=False)
    material = models.CharField(max_length=60)
    file_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "case_file"
        verbose_name = "办件材料"


class CaseDraft(models.Model):
    """A draft (草稿): raw form values as typed, kept 30 days."""

    draft_id = models.BigAutoField(primary_key=True)
    centre_id = models.BigIntegerField()
    login_id = models.BigIntegerField()
    unit_id = models.BigIntegerField(null=True)
    service = models.CharField(max_length=60)
    values = SealedTextField()
    saved_at = models.DateTimeField()
    expires_on = models.DateField()

    class Meta:
        db_table = "case_draft"
        verbose_name = "草稿"
        indexes = [models.Index(fields=["login_id", "-saved_at"], name="case_draft_login")]


class CaseNumber(models.Model):
    """Number to case, with the digest of its progress code (查询码)."""

    pk = models.CompositePrimaryKey("centre_id", "number")
    centre_id = models.BigIntegerField()
    number = models.CharField(max_length=24)
    case_id = models.BigIntegerField()
    code_digest = DigestField()

    class Meta:
        db_table = "case_number"
        verbose_name = "案号"


class CaseRequest(models.Model):
    """A submission's idempotency key: the same key and content answer with the same case."""

    pk = models.CompositePrimaryKey("centre_id", "login_id", "request_key")
    centre_id = models.BigIntegerField()
    login_id = models.BigIntegerField()
    request_key = models.CharField(max_length=80)
    request_digest = models.CharField(max_length=64)
    case_id = models.BigIntegerField()

    class Meta:
        db_table = "case_request"
        verbose_name = "提交凭据"


class CaseRunning(models.Model):
    """One running case of a service for one subject; the row goes when the case ends."""

    pk = models.CompositePrimaryKey("centre_id", "subject", "service")
    centre_id = models.BigIntegerField()
    subject = models.CharField(max_length=40)
    service = models.CharField(max_length=60)
    case_id = models.BigIntegerField()

    class Meta:
        db_table = "case_running"
        verbose_name = "在办"
