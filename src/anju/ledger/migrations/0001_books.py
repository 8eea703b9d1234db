"""The books' tables. Partitioned or composite-keyed tables are plain SQL; Django knows their state only."""

from django.db import migrations, models

from anju.database.fields import FenField

TABLES = """
CREATE SEQUENCE voucher_id_seq AS bigint;

CREATE TABLE subject (
    code text NOT NULL,
    name text NOT NULL,
    debit_side boolean NOT NULL,
    member_control boolean NOT NULL DEFAULT false,
    CONSTRAINT subject_pk PRIMARY KEY (code)
);

CREATE TABLE centre_day (
    centre_id bigint NOT NULL,
    business_date date NOT NULL,
    state smallint NOT NULL,
    CONSTRAINT centre_day_pk PRIMARY KEY (centre_id, business_date),
    CONSTRAINT centre_day_state CHECK (state IN (1, 2))
);

CREATE TABLE voucher (
    centre_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('voucher_id_seq'),
    maker_person_id bigint,
    checker_person_id bigint,
    reverses_id bigint,
    event_id bigint,
    member_debit_fen bigint NOT NULL DEFAULT 0,
    member_credit_fen bigint NOT NULL DEFAULT 0,
    number bigint,
    known_at timestamptz NOT NULL,
    business_date date NOT NULL,
    member_count integer NOT NULL DEFAULT 0,
    kind smallint NOT NULL,
    public_ref uuid NOT NULL,
    idempotency_key text NOT NULL,
    request_digest bytea NOT NULL,
    lines_digest bytea NOT NULL DEFAULT '',
    CONSTRAINT voucher_pk PRIMARY KEY (centre_id, id),
    CONSTRAINT voucher_key UNIQUE (centre_id, idempotency_key),
    CONSTRAINT voucher_reversed_once UNIQUE (centre_id, reverses_id),
    CONSTRAINT voucher_ref UNIQUE (centre_id, public_ref),
    CONSTRAINT voucher_reverses FOREIGN KEY (centre_id, reverses_id)
        REFERENCES voucher (centre_id, id) ON DELETE RESTRICT,
    CONSTRAINT voucher_reverses_other CHECK (reverses_id <> id),
    CONSTRAINT voucher_key_length CHECK (length(idempotency_key) BETWEEN 1 AND 200),
    CONSTRAINT voucher_four_eyes CHECK (maker_person_id <> checker_person_id),
    CONSTRAINT voucher_member_totals CHECK (
        member_count >= 0 AND member_debit_fen >= 0 AND member_credit_fen >= 0
        AND (member_count = 0) = (member_debit_fen + member_credit_fen = 0)
    )
);

CREATE TABLE gl_line (
    centre_id bigint NOT NULL,
    voucher_id bigint NOT NULL,
    unit_id bigint,
    bank_account_id bigint,
    debit_fen bigint NOT NULL,
    credit_fen bigint NOT NULL,
    n smallint NOT NULL,
    subject text NOT NULL,
    CONSTRAINT gl_line_pk PRIMARY KEY (centre_id, voucher_id, n),
    CONSTRAINT gl_line_voucher FOREIGN KEY (centre_id, voucher_id)
        REFERENCES voucher (centre_id, id) ON DELETE RESTRICT,
    CONSTRAINT gl_line_subject FOREIGN KEY (subject) REFERENCES subject (code) ON DELETE RESTRICT,
    CONSTRAINT gl_line_one_side CHECK (
        debit_fen >= 0 AND credit_fen >= 0 AND (debit_fen > 0) <> (credit_fen > 0)
    )
);
CREATE INDEX gl_line_unit ON gl_line (centre_id, unit_id, subject) WHERE unit_id IS NOT NULL;
CREATE INDEX gl_line_bank ON gl_line (centre_id, bank_account_id) WHERE bank_account_id IS NOT NULL;
"""

DROP_TABLES = """
DROP TABLE gl_line; DROP TABLE voucher; DROP TABLE centre_day; DROP TABLE subject; DROP SEQUENCE voucher_id_seq;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("database", "0001_functions")]
    operations = [
        migrations.RunSQL(
            TABLES,
            DROP_TABLES,
            state_operations=[
                migrations.CreateModel(
                    name="Subject",
                    fields=[
                        ("code", models.TextField(primary_key=True, serialize=False, verbose_name="科目代码")),
                        ("name", models.TextField(verbose_name="科目名称")),
                        ("debit_side", models.BooleanField(verbose_name="余额在借方")),
                        ("member_control", models.BooleanField(default=False, verbose_name="统驭个人明细")),
                    ],
                    options={"db_table": "subject", "verbose_name": "会计科目"},
                ),
                migrations.CreateModel(
                    name="CentreDay",
                    fields=[
                        ("pk", models.CompositePrimaryKey("centre_id", "business_date", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("centre_id", models.BigIntegerField()),
                        ("business_date", models.DateField(verbose_name="会计日期")),
                        ("state", models.SmallIntegerField()),
                    ],
                    options={"db_table": "centre_day", "verbose_name": "会计日"},
                ),
                migrations.CreateModel(
                    name="Voucher",
                    fields=[
                        ("pk", models.CompositePrimaryKey("centre_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("centre_id", models.BigIntegerField()),
                        ("id", models.BigIntegerField()),
                        ("maker_person_id", models.BigIntegerField(null=True)),
                        ("checker_person_id", models.BigIntegerField(null=True)),
                        ("reverses_id", models.BigIntegerField(null=True)),
                        ("event_id", models.BigIntegerField(null=True)),
                        ("member_debit_fen", FenField(default=0)),
                        ("member_credit_fen", FenField(default=0)),
                        ("number", models.BigIntegerField(null=True)),
                        ("known_at", models.DateTimeField()),
                        ("business_date", models.DateField()),
                        ("member_count", models.IntegerField(default=0)),
                        ("kind", models.SmallIntegerField()),
                        ("public_ref", models.UUIDField()),
                        ("idempotency_key", models.TextField()),
                        ("request_digest", models.BinaryField()),
                        ("lines_digest", models.BinaryField(default=b"")),
                    ],
                    options={"db_table": "voucher", "verbose_name": "记账凭证"},
                ),
                migrations.CreateModel(
                    name="GlLineRow",
                    fields=[
                        ("pk", models.CompositePrimaryKey("centre_id", "voucher_id", "n", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("centre_id", models.BigIntegerField()),
                        ("voucher_id", models.BigIntegerField()),
                        ("unit_id", models.BigIntegerField(null=True)),
                        ("bank_account_id", models.BigIntegerField(null=True)),
                        ("debit_fen", FenField()),
                        ("credit_fen", FenField()),
                        ("n", models.SmallIntegerField()),
                        ("subject", models.TextField()),
                    ],
                    options={"db_table": "gl_line", "verbose_name": "总账分录"},
                ),
            ],
        ),
    ]
