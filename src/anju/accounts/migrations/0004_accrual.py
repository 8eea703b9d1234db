"""The register of accrued interest: one line a month, and the release when the year is settled."""

from django.db import migrations, models

TABLES = """
CREATE TABLE interest_accrual (
    centre_id bigint NOT NULL,
    month integer NOT NULL,
    accrued_fen bigint NOT NULL,
    amount_fen bigint NOT NULL,
    voucher_id bigint,
    made_at timestamptz NOT NULL,
    interest_year smallint NOT NULL,
    CONSTRAINT interest_accrual_pk PRIMARY KEY (centre_id, month),
    CONSTRAINT interest_accrual_voucher CHECK ((voucher_id IS NULL) = (amount_fen = 0)),
    -- YYYYMM of a month; YYYY13 where the settlement of that interest year gives back what was accrued for it.
    CONSTRAINT interest_accrual_month CHECK (month % 100 BETWEEN 1 AND 13
        AND interest_year = month / 100 - (month % 100 < 7)::integer)
);
CREATE TRIGGER interest_accrual_append_only BEFORE UPDATE OR DELETE ON interest_accrual
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

BACK = "DROP TABLE interest_accrual;"

big = models.BigIntegerField

STATE = [
    migrations.CreateModel(
        name="InterestAccrual",
        fields=[
            ("pk", models.CompositePrimaryKey("centre_id", "month", blank=True, editable=False, primary_key=True, serialize=False)),
            ("centre_id", big()), ("month", models.IntegerField()), ("accrued_fen", big()), ("amount_fen", big()),
            ("voucher_id", big(null=True)), ("made_at", models.DateTimeField()),
            ("interest_year", models.SmallIntegerField()),
        ],
        options={"db_table": "interest_accrual", "verbose_name": "职工利息计提"},
    ),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_trial")]
    operations = [migrations.RunSQL(TABLES, BACK, state_operations=STATE)]
