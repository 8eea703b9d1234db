"""Tables of people and units. Composite keys carry the distribution column; history only grows."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from anju.database.fields import DigestField, SealedTextField


class Person(models.Model):
    """A natural person (自然人). Name and document change only through an action that writes history."""

    person_id = models.BigIntegerField(primary_key=True)
    centre_id = models.BigIntegerField()
    name = SealedTextField("姓名")
    name_digest = DigestField()
    id_kind = models.CharField("证件类型", max_length=4)
    id_sealed = SealedTextField("证件号码")
    id_digest = DigestField()
    birth_on = models.DateField("出生日期", null=True)
    sex = models.CharField("性别", max_length=1, default="0")
    known_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "person"
        verbose_name = "自然人"
        indexes = [
            models.Index(fields=["id_digest"], name="person_id_digest"),
            models.Index(fields=["name_digest"], name="person_name_digest"),
        ]


class Claim(models.Model):
    """The one place where an identity number is unique: a digest and whose it is."""

    pk = models.CompositePrimaryKey("id_digest", "centre_id")
    id_digest = DigestField()
    centre_id = models.BigIntegerField()
    person_id = models.BigIntegerField()

    class Meta:
        db_table = "claims"
        verbose_name = "证件号码登记"


class Contact(models.Model):
    """A way to reach a person (联系方式); a later row replaces an earlier one of its kind and source."""

    pk = models.CompositePrimaryKey("person_id", "n")
    person_id = models.BigIntegerField()
    n = models.IntegerField()
    kind = models.CharField(max_length=10)
    value_sealed = SealedTextField("内容")
    value_digest = DigestField()
    source = models.CharField(max_length=10)
    unit_id = models.BigIntegerField(null=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "person_contact"
        verbose_name = "联系方式"
        indexes = [models.Index(fields=["value_digest"], name="person_contact_value")]


class Tie(models.Model):
    """A family tie that an agency confirmed (亲属关系)."""

    pk = models.CompositePrimaryKey("person_id", "n")
    person_id = models.BigIntegerField()
    n = models.IntegerField()
    kind = models.CharField(max_length=10)
    other_name = SealedTextField("姓名")
    other_digest = DigestField()
    source = models.CharField(max_length=40)
    since = models.DateTimeField()

    class Meta:
        db_table = "person_tie"
        verbose_name = "亲属关系"


class PersonHistory(models.Model):
    """What a person was called before, and who changed it (个人信息变更); insert-only."""

    pk = models.CompositePrimaryKey("person_id", "n")
    person_id = models.BigIntegerField()
    n = models.IntegerField()
    at = models.DateTimeField()
    field = models.CharField(max_length=30)
    before_sealed = SealedTextField()
    after_sealed = SealedTextField()
    login_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "person_history"
        verbose_name = "个人信息变更"


class Unit(models.Model):
    """An employer with its account (单位账户)."""

    pk = models.CompositePrimaryKey("centre_id", "unit_id")
    centre_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    name = models.CharField("单位名称", max_length=255)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    address = models.CharField("地址", max_length=255, default="")
    nature = models.CharField("单位性质", max_length=2)
    payday = models.SmallIntegerField("发薪日")
    first_month = models.IntegerField("首次汇缴年月")
    second_approval = models.BooleanField("申报须第二人复核", default=False)
    state = models.CharField("单位账户状态", max_length=2)
    legal_person_name = SealedTextField("法定代表人")
    bank_sealed = SealedTextField("单位银行账号")
    bank_digest = DigestField()
    bank_name = models.CharField("开户银行", max_length=60, default="")
    opened_at = models.DateTimeField("开户时间")

    class Meta:
        db_table = "unit"
        verbose_name = "单位"
        constraints = [
            models.UniqueConstraint(fields=["centre_id", "uscc"], name="unit_uscc"),
            models.CheckConstraint(condition=models.Q(payday__range=(1, 31)), name="unit_payday"),
            # The codes themselves are data (natures.yaml); the column holds a code, never a word.
            models.CheckConstraint(condition=models.Q(nature__regex="^[0-9]{2}$"), name="unit_nature_is_a_code"),
        ]


class UnitTerms(models.Model):
    """The ratios of a unit from a month on (缴存比例)."""

    pk = models.CompositePrimaryKey("centre_id", "unit_id", "from_month")
    centre_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    from_month = models.IntegerField("起始年月")
    unit_ratio = models.DecimalField("单位缴存比例", max_digits=6, decimal_places=4)
    person_ratio = models.DecimalField("个人缴存比例", max_digits=6, decimal_places=4)
    case_id = models.BigIntegerField(null=True)
    known_at = models.DateTimeField()

    class Meta:
        db_table = "unit_terms"
        verbose_name = "单位缴存比例"


class UnitHistory(models.Model):
    """What changed of a unit, and who changed it (单位信息变更); insert-only."""

    pk = models.CompositePrimaryKey("centre_id", "unit_id", "n")
    centre_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    n = models.IntegerField()
    at = models.DateTimeField()
    field = models.CharField(max_length=30)
    before = models.CharField(max_length=255)
    after = models.CharField(max_length=255)
    login_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "unit_history"
        verbose_name = "单位信息变更"
