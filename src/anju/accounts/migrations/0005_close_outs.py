"""Closing an account with its interest: the state while it is paid, what the hold promises, and the register of it.

A hold also says in which interest year it was made and ended, so that what each year's row holds can be proven.
"""

from django.db import migrations, models

from anju.database.fields import FenField

HOLDS = """
ALTER TABLE hold
    ADD COLUMN interest_fen bigint NOT NULL DEFAULT 0,
    ADD COLUMN closes_on date,
    ADD COLUMN held_year smallint,
    ADD COLUMN ended_year smallint;
"""

# The interest year of the day in Beijing; holds were made and ended in the year of the row they stand in.
YEARS = """
UPDATE hold SET
    held_year = extract(year FROM held_at AT TIME ZONE 'Asia/Shanghai' - interval '6 months'),
    ended_year = extract(year FROM ended_at AT TIME ZONE 'Asia/Shanghai' - interval '6 months');
"""

HELD = """
ALTER TABLE hold
    ALTER COLUMN held_year SET NOT NULL,
    DROP CONSTRAINT hold_amount,
    -- A closing hold may hold nothing: where only interest is left to pay.
    ADD CONSTRAINT hold_amount CHECK (amount_fen > 0 OR (closes_on IS NOT NULL AND amount_fen = 0)),
    ADD CONSTRAINT hold_closing CHECK (
        CASE WHEN closes_on IS NULL THEN interest_fen = 0 ELSE amount_fen + interest_fen > 0 END
    ),
    ADD CONSTRAINT hold_years CHECK ((ended_year IS NULL) = (ended_at IS NULL) AND ended_year >= held_year);

-- 7: the account is being closed. It takes no money until the payment is made or taken back.
ALTER TABLE balance DROP CONSTRAINT balance_state;
ALTER TABLE balance ADD CONSTRAINT balance_state CHECK (state BETWEEN 1 AND 7 OR state BETWEEN 11 AND 17);

CREATE TABLE close_out (
    account_id bigint NOT NULL,
    voucher_id bigint NOT NULL,
    centre_id bigint NOT NULL,
    hold_id bigint NOT NULL,
    seq bigint,
    principal_fen bigint NOT NULL,
    interest_fen bigint NOT NULL,
    corrected_fen bigint NOT NULL,
    known_at timestamptz NOT NULL,
    closes_on date NOT NULL,
    paid_on date NOT NULL,
    interest_year smallint NOT NULL,
    state_before smallint NOT NULL,
    CONSTRAINT close_out_pk PRIMARY KEY (account_id, voucher_id),
    CONSTRAINT close_out_amounts CHECK (principal_fen >= 0 AND interest_fen >= 0 AND principal_fen + interest_fen > 0),
    CONSTRAINT close_out_line CHECK ((seq IS NULL) = (principal_fen = 0)),
    CONSTRAINT close_out_state CHECK (state_before IN (1, 2))
);
CREATE TRIGGER close_out_append_only BEFORE UPDATE OR DELETE ON close_out
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

BACK = """
DROP TABLE close_out;
ALTER TABLE balance DROP CONSTRAINT balance_state;
ALTER TABLE balance ADD CONSTRAINT balance_state CHECK (state BETWEEN 1 AND 6 OR state BETWEEN 11 AND 16);
ALTER TABLE hold
    DROP CONSTRAINT hold_years, DROP CONSTRAINT hold_closing, DROP CONSTRAINT hold_amount,
    ADD CONSTRAINT hold_amount CHECK (amount_fen > 0),
    ALTER COLUMN held_year DROP NOT NULL;
"""

HOLDS_BACK = "ALTER TABLE hold DROP COLUMN interest_fen, DROP COLUMN closes_on, DROP COLUMN held_year, DROP COLUMN ended_year;"

big = models.BigIntegerField
small = models.SmallIntegerField

STATE = [
    migrations.AddField("Hold", "interest_fen", big(default=0)),
    migrations.AddField("Hold", "closes_on", models.DateField(null=True)),
    migrations.AddField("Hold", "held_year", small()),
    migrations.AddField("Hold", "ended_year", small(null=True)),
]
CLOSE_OUT = migrations.CreateModel(
    name="CloseOut",
    fields=[
        ("pk", models.CompositePrimaryKey("account_id", "voucher_id", blank=True, editable=False, primary_key=True, serialize=False)),
        ("account_id", big()), ("voucher_id", big()), ("centre_id", big()), ("hold_id", big()),
        ("seq", big(null=True)), ("principal_fen", FenField()), ("interest_fen", FenField()),
        ("corrected_fen", big()), ("known_at", models.DateTimeField()), ("closes_on", models.DateField()),
        ("paid_on", models.DateField()), ("interest_year", small()), ("state_before", small()),
    ],
    options={"db_table": "close_out", "verbose_name": "销户结算"},
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_accrual")]
    operations = [
        migrations.RunSQL(HOLDS, HOLDS_BACK, state_operations=STATE),
        migrations.RunSQL(YEARS, migrations.RunSQL.noop),
        migrations.RunSQL(HELD, BACK, state_operations=[CLOSE_OUT]),
    ]
