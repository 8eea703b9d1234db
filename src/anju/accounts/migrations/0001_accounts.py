"""The members' tables. Composite keys and partitions are plain SQL; Django knows their state only."""

from django.db import migrations, models

from anju.database.fields import FenField

TABLES = """
CREATE SEQUENCE account_number_seq AS bigint;
CREATE SEQUENCE hold_id_seq AS bigint;

CREATE TABLE account (
    account_id bigint NOT NULL,
    centre_id bigint NOT NULL,
    person_id bigint NOT NULL,
    unit_id bigint,
    opened_on date NOT NULL,
    state smallint NOT NULL,
    CONSTRAINT account_pk PRIMARY KEY (account_id),
    CONSTRAINT account_state CHECK (state BETWEEN 1 AND 5)
);
CREATE INDEX account_unit ON account (unit_id, account_id) WHERE unit_id IS NOT NULL;
CREATE INDEX account_person ON account (person_id);

-- No index on a column that a posting changes, and half-empty pages: every update stays on its page (HOT).
CREATE TABLE balance (
    account_id bigint NOT NULL,
    centre_id bigint NOT NULL,
    opening_fen bigint NOT NULL DEFAULT 0,
    balance_fen bigint NOT NULL DEFAULT 0,
    carried_fen bigint NOT NULL DEFAULT 0,
    held_fen bigint NOT NULL DEFAULT 0,
    own_paid_fen bigint NOT NULL DEFAULT 0,
    unit_paid_fen bigint NOT NULL DEFAULT 0,
    weighted_sum bigint NOT NULL DEFAULT 0,
    interest_fen bigint NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0,
    paid_to integer NOT NULL DEFAULT 0,
    interest_year smallint NOT NULL,
    state smallint NOT NULL,
    CONSTRAINT balance_pk PRIMARY KEY (account_id, interest_year),
    CONSTRAINT balance_not_negative CHECK (balance_fen >= 0),
    CONSTRAINT balance_held CHECK (held_fen BETWEEN 0 AND balance_fen),
    CONSTRAINT balance_carried CHECK (carried_fen BETWEEN 0 AND balance_fen),
    -- 1 to 6 as AccountState; plus 10 once the row has been carried into the next interest year.
    CONSTRAINT balance_state CHECK (state BETWEEN 1 AND 6 OR state BETWEEN 11 AND 16)
) PARTITION BY LIST (interest_year);

CREATE TABLE member_line (
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    voucher_id bigint NOT NULL,
    centre_id bigint NOT NULL,
    known_at timestamptz NOT NULL,
    debit_fen bigint NOT NULL,
    credit_fen bigint NOT NULL,
    own_fen bigint NOT NULL DEFAULT 0,
    unit_fen bigint NOT NULL DEFAULT 0,
    balance_after_fen bigint NOT NULL,
    weighted_sum_after bigint NOT NULL,
    source_id bigint,
    reverses_seq bigint,
    period integer NOT NULL,
    month integer,
    booked_on date NOT NULL,
    value_on date NOT NULL,
    kind smallint NOT NULL,
    CONSTRAINT member_line_pk PRIMARY KEY (account_id, seq, period),
    CONSTRAINT member_line_one_side CHECK (
        debit_fen >= 0 AND credit_fen >= 0 AND (debit_fen > 0) <> (credit_fen > 0)
    ),
    CONSTRAINT member_line_parts CHECK (
        own_fen >= 0 AND unit_fen >= 0 AND own_fen + unit_fen <= debit_fen + credit_fen
    )
) PARTITION BY RANGE (period);
CREATE INDEX member_line_voucher ON member_line USING brin (voucher_id)
    WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE hold (
    account_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('hold_id_seq'),
    centre_id bigint NOT NULL,
    amount_fen bigint NOT NULL,
    source_id bigint NOT NULL,
    held_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome smallint NOT NULL DEFAULT 0,
    purpose text NOT NULL,
    CONSTRAINT hold_pk PRIMARY KEY (account_id, id),
    CONSTRAINT hold_amount CHECK (amount_fen > 0),
    CONSTRAINT hold_ended CHECK ((ended_at IS NULL) = (outcome = 0) AND outcome BETWEEN 0 AND 2)
);
CREATE UNIQUE INDEX hold_source ON hold (account_id, purpose, source_id) WHERE ended_at IS NULL;

CREATE TABLE account_spell (
    account_id bigint NOT NULL,
    n integer NOT NULL,
    unit_id bigint,
    known_at timestamptz NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    state smallint NOT NULL,
    reason text NOT NULL DEFAULT '',
    CONSTRAINT account_spell_pk PRIMARY KEY (account_id, n),
    CONSTRAINT account_spell_order CHECK (ended_on >= started_on)
);
CREATE UNIQUE INDEX account_spell_current ON account_spell (account_id) WHERE ended_on IS NULL;

CREATE TABLE account_freeze (
    account_id bigint NOT NULL,
    n integer NOT NULL,
    amount_fen bigint,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    until_on date,
    kind smallint NOT NULL,
    authority text NOT NULL,
    document text NOT NULL,
    release_document text NOT NULL DEFAULT '',
    CONSTRAINT account_freeze_pk PRIMARY KEY (account_id, n),
    CONSTRAINT account_freeze_kind CHECK (kind IN (1, 2, 3)),
    CONSTRAINT account_freeze_amount CHECK (CASE WHEN kind = 1 THEN amount_fen > 0 ELSE amount_fen IS NULL END)
);

CREATE TABLE rate_index (
    product smallint NOT NULL,
    day date NOT NULL,
    value bigint NOT NULL,
    rate_bp integer NOT NULL,
    daily_step integer NOT NULL,
    factor integer NOT NULL,
    day_base smallint NOT NULL,
    CONSTRAINT rate_index_pk PRIMARY KEY (product, day),
    CONSTRAINT rate_index_rate CHECK (rate_bp >= 0 AND daily_step * factor = rate_bp AND day_base > 0)
);
"""

BACK = """
DROP TABLE rate_index, account_freeze, account_spell, hold, member_line, balance, account;
DROP SEQUENCE hold_id_seq, account_number_seq;
"""

big = models.BigIntegerField
small = models.SmallIntegerField


def model(name, table, title, key, fields):
    """State of one table with a composite key."""
    return migrations.CreateModel(
        name=name,
        fields=[("pk", models.CompositePrimaryKey(*key, blank=True, editable=False, primary_key=True, serialize=False)), *fields],
        options={"db_table": table, "verbose_name": title},
    )


STATE = [
    migrations.CreateModel(
        name="Account",
        fields=[
            ("account_id", big(primary_key=True, serialize=False, verbose_name="个人账号")),
            ("centre_id", big()),
            ("person_id", big()),
            ("unit_id", big(null=True)),
            ("opened_on", models.DateField(verbose_name="开户日期")),
            ("state", small(verbose_name="账户状态")),
        ],
        options={"db_table": "account", "verbose_name": "个人账户"},
    ),
    model("Balance", "balance", "个人账户余额", ("account_id", "interest_year"), [
        ("account_id", big()), ("centre_id", big()), ("opening_fen", FenField(default=0)),
        ("balance_fen", FenField(default=0)), ("carried_fen", FenField(default=0)),
        ("held_fen", FenField(default=0)), ("own_paid_fen", FenField(default=0)),
        ("unit_paid_fen", FenField(default=0)), ("weighted_sum", big(default=0)),
        ("interest_fen", FenField(default=0)), ("last_seq", big(default=0)),
        ("paid_to", models.IntegerField(default=0)), ("interest_year", small()), ("state", small()),
    ]),
    model("MemberLine", "member_line", "个人明细账", ("account_id", "seq", "period"), [
        ("account_id", big()), ("seq", big()), ("voucher_id", big()), ("centre_id", big()),
        ("known_at", models.DateTimeField()), ("debit_fen", FenField()), ("credit_fen", FenField()),
        ("own_fen", FenField(default=0)), ("unit_fen", FenField(default=0)), ("balance_after_fen", FenField()),
        ("weighted_sum_after", big()), ("source_id", big(null=True)), ("reverses_seq", big(null=True)),
        ("period", models.IntegerField()), ("month", models.IntegerField(null=True)),
        ("booked_on", models.DateField()), ("value_on", models.DateField()), ("kind", small()),
    ]),
    model("Hold", "hold", "资金止付", ("account_id", "id"), [
        ("account_id", big()), ("id", big()), ("centre_id", big()), ("amount_fen", FenField()),
        ("source_id", big()), ("held_at", models.DateTimeField()), ("ended_at", models.DateTimeField(null=True)),
        ("outcome", small(default=0)), ("purpose", models.TextField()),
    ]),
    model("AccountSpell", "account_spell", "账户状态期间", ("account_id", "n"), [
        ("account_id", big()), ("n", models.IntegerField()), ("unit_id", big(null=True)),
        ("known_at", models.DateTimeField()), ("started_on", models.DateField()),
        ("ended_on", models.DateField(null=True)), ("state", small()), ("reason", models.TextField(default="")),
    ]),
    model("AccountFreeze", "account_freeze", "账户冻结", ("account_id", "n"), [
        ("account_id", big()), ("n", models.IntegerField()), ("amount_fen", FenField(null=True)),
        ("started_at", models.DateTimeField()), ("ended_at", models.DateTimeField(null=True)),
        ("until_on", models.DateField(null=True)), ("kind", small()), ("authority", models.TextField()),
        ("document", models.TextField()), ("release_document", models.TextField(default="")),
    ]),
    model("RateIndex", "rate_index", "利率积数", ("product", "day"), [
        ("product", small()), ("day", models.DateField()), ("value", big()), ("rate_bp", models.IntegerField()),
        ("daily_step", models.IntegerField()), ("factor", models.IntegerField()), ("day_base", small()),
    ]),
]  # fmt: skip


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0003_subjects")]
    operations = [migrations.RunSQL(TABLES, BACK, state_operations=STATE)]
