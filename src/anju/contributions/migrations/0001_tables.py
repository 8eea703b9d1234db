"""The tables of contributions. Composite keys, triggers and conditions are plain SQL; Django knows their state only."""

import anju.database.fields
from django.db import migrations, models

TABLES = """
CREATE SEQUENCE change_list_id_seq AS bigint;
CREATE SEQUENCE remittance_id_seq AS bigint;
CREATE SEQUENCE remittance_number_seq AS bigint;
CREATE SEQUENCE suspense_id_seq AS bigint;

CREATE TABLE contribution_term (
    account_id bigint NOT NULL,
    centre_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    list_id bigint NOT NULL,
    base_fen bigint NOT NULL,
    known_at timestamptz NOT NULL,
    from_month integer NOT NULL,
    revision integer NOT NULL,
    unit_ratio numeric(6,4),
    person_ratio numeric(6,4),
    CONSTRAINT contribution_term_pk PRIMARY KEY (account_id, from_month, revision),
    CONSTRAINT contribution_term_base CHECK (base_fen > 0),
    CONSTRAINT contribution_term_month CHECK (from_month % 100 BETWEEN 1 AND 12)
);
CREATE TRIGGER contribution_term_append_only BEFORE UPDATE OR DELETE ON contribution_term
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE change_list (
    centre_id bigint NOT NULL,
    list_id bigint NOT NULL DEFAULT nextval('change_list_id_seq'),
    unit_id bigint NOT NULL,
    file_id bigint,
    case_id bigint,
    maker_person_id bigint,
    login_id bigint,
    applied_at timestamptz NOT NULL,
    month integer NOT NULL,
    joins integer NOT NULL,
    leaves integer NOT NULL,
    base_changes integer NOT NULL,
    source text NOT NULL,
    content_digest bytea NOT NULL,
    CONSTRAINT change_list_pk PRIMARY KEY (centre_id, list_id),
    CONSTRAINT change_list_once UNIQUE (centre_id, unit_id, month, content_digest)
);

CREATE TABLE change_line (
    centre_id bigint NOT NULL,
    list_id bigint NOT NULL,
    account_id bigint NOT NULL,
    person_id bigint NOT NULL,
    base_fen bigint,
    old_base_fen bigint,
    n integer NOT NULL,
    month integer NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL DEFAULT '',
    CONSTRAINT change_line_pk PRIMARY KEY (centre_id, list_id, n),
    CONSTRAINT change_line_list FOREIGN KEY (centre_id, list_id)
        REFERENCES change_list (centre_id, list_id) ON DELETE RESTRICT
);
CREATE TRIGGER change_line_append_only BEFORE UPDATE OR DELETE ON change_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE remittance (
    centre_id bigint NOT NULL,
    remittance_id bigint NOT NULL DEFAULT nextval('remittance_id_seq'),
    unit_id bigint NOT NULL,
    own_fen bigint NOT NULL,
    unit_fen bigint NOT NULL,
    total_fen bigint NOT NULL,
    declared_by_person_id bigint,
    declared_by_login_id bigint,
    approved_by_person_id bigint,
    approved_by_login_id bigint,
    case_id bigint,
    receipt_id bigint,
    bank_account_id bigint,
    voucher_id bigint,
    declared_at timestamptz NOT NULL,
    approved_at timestamptz,
    matched_at timestamptz,
    posted_at timestamptz,
    cancelled_at timestamptz,
    month integer NOT NULL,
    headcount integer NOT NULL,
    clamped integer NOT NULL,
    attempt integer NOT NULL DEFAULT 1,
    due_on date NOT NULL,
    value_on date,
    state smallint NOT NULL,
    number text NOT NULL,
    cancel_reason text NOT NULL DEFAULT '',
    problem text NOT NULL DEFAULT '',
    lines_digest bytea NOT NULL,
    CONSTRAINT remittance_pk PRIMARY KEY (centre_id, remittance_id),
    CONSTRAINT remittance_number_once UNIQUE (centre_id, number),
    CONSTRAINT remittance_sum CHECK (total_fen = own_fen + unit_fen AND own_fen >= 0 AND unit_fen >= 0),
    CONSTRAINT remittance_empty CHECK ((headcount = 0) = (total_fen = 0) AND headcount >= 0),
    CONSTRAINT remittance_state CHECK (state BETWEEN 1 AND 5),
    CONSTRAINT remittance_four_eyes CHECK (approved_by_person_id <> declared_by_person_id),
    CONSTRAINT remittance_posted CHECK (
        (state = 4) = (posted_at IS NOT NULL) AND (state <> 4 OR headcount = 0 OR voucher_id IS NOT NULL)
    ),
    CONSTRAINT remittance_matched CHECK (state NOT IN (3, 4) OR matched_at IS NOT NULL),
    CONSTRAINT remittance_cancelled CHECK ((state = 5) = (cancelled_at IS NOT NULL))
);
CREATE UNIQUE INDEX remittance_month_once ON remittance (centre_id, unit_id, month) WHERE state <> 5;
CREATE UNIQUE INDEX remittance_receipt_once ON remittance (centre_id, receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX remittance_open ON remittance (centre_id, state, due_on) WHERE state IN (1, 2, 3);

CREATE TABLE remittance_line (
    account_id bigint NOT NULL,
    remittance_id bigint NOT NULL,
    centre_id bigint NOT NULL,
    base_fen bigint NOT NULL,
    own_fen bigint NOT NULL,
    unit_fen bigint NOT NULL,
    month integer NOT NULL,
    unit_ratio numeric(6,4) NOT NULL,
    person_ratio numeric(6,4) NOT NULL,
    CONSTRAINT remittance_line_pk PRIMARY KEY (account_id, remittance_id),
    CONSTRAINT remittance_line_amounts CHECK (own_fen > 0 AND unit_fen >= 0 AND base_fen > 0)
);
CREATE INDEX remittance_line_list ON remittance_line (remittance_id, account_id);
CREATE TRIGGER remittance_line_append_only BEFORE UPDATE OR DELETE ON remittance_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE suspense (
    centre_id bigint NOT NULL,
    suspense_id bigint NOT NULL DEFAULT nextval('suspense_id_seq'),
    receipt_id bigint NOT NULL,
    bank_account_id bigint NOT NULL,
    unit_id bigint,
    remittance_id bigint,
    refund_order_id bigint,
    voucher_id bigint NOT NULL,
    amount_fen bigint NOT NULL,
    open_fen bigint NOT NULL,
    refunding_fen bigint NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL,
    settled_at timestamptz,
    value_on date NOT NULL,
    state smallint NOT NULL,
    owed boolean NOT NULL DEFAULT false,
    reason text NOT NULL,
    reason_text text NOT NULL,
    summary text NOT NULL DEFAULT '',
    payer_tail text NOT NULL DEFAULT '',
    payer_sealed bytea NOT NULL,
    CONSTRAINT suspense_pk PRIMARY KEY (centre_id, suspense_id),
    CONSTRAINT suspense_receipt_once UNIQUE (centre_id, receipt_id, owed),
    CONSTRAINT suspense_amount CHECK (amount_fen > 0),
    CONSTRAINT suspense_parts CHECK (open_fen >= 0 AND refunding_fen >= 0 AND open_fen + refunding_fen <= amount_fen),
    CONSTRAINT suspense_state CHECK (state BETWEEN 1 AND 4),
    CONSTRAINT suspense_waiting CHECK (state <> 2 OR remittance_id IS NOT NULL),
    CONSTRAINT suspense_settled CHECK (
        (state IN (3, 4)) = (settled_at IS NOT NULL) AND (state NOT IN (3, 4) OR open_fen + refunding_fen = 0)
    ),
    CONSTRAINT suspense_refund CHECK ((refunding_fen > 0) = (refund_order_id IS NOT NULL))
);
CREATE INDEX suspense_open ON suspense (centre_id, state, received_at) WHERE state IN (1, 2);
CREATE INDEX suspense_unit ON suspense (centre_id, unit_id) WHERE unit_id IS NOT NULL;
CREATE INDEX suspense_remittance ON suspense (centre_id, remittance_id) WHERE remittance_id IS NOT NULL;

CREATE TABLE suspense_move (
    centre_id bigint NOT NULL,
    suspense_id bigint NOT NULL,
    amount_fen bigint NOT NULL,
    remittance_id bigint,
    order_id bigint,
    voucher_id bigint,
    person_id bigint,
    login_id bigint,
    at timestamptz NOT NULL,
    n integer NOT NULL,
    kind smallint NOT NULL,
    note text NOT NULL DEFAULT '',
    CONSTRAINT suspense_move_pk PRIMARY KEY (centre_id, suspense_id, n),
    CONSTRAINT suspense_move_item FOREIGN KEY (centre_id, suspense_id)
        REFERENCES suspense (centre_id, suspense_id) ON DELETE RESTRICT,
    CONSTRAINT suspense_move_amount CHECK (amount_fen > 0)
);
CREATE TRIGGER suspense_move_append_only BEFORE UPDATE OR DELETE ON suspense_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

BACK = """
DROP TABLE suspense_move, suspense, remittance_line, remittance, change_line, change_list, contribution_term;
DROP SEQUENCE suspense_id_seq, remittance_number_seq, remittance_id_seq, change_list_id_seq;
"""

STATE = [
    migrations.CreateModel(
        name="ChangeLine",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "centre_id", "list_id", "n", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("centre_id", models.BigIntegerField()),
            ("list_id", models.BigIntegerField()),
            ("account_id", models.BigIntegerField()),
            ("person_id", models.BigIntegerField()),
            ("base_fen", anju.database.fields.FenField(null=True)),
            ("old_base_fen", anju.database.fields.FenField(null=True)),
            ("n", models.IntegerField()),
            ("month", models.IntegerField(verbose_name="年月")),
            ("kind", models.TextField(verbose_name="变更类型")),
            ("reason", models.TextField(default="", verbose_name="变更原因")),
        ],
        options={
            "verbose_name": "变更清册明细",
            "db_table": "change_line",
        },
    ),
    migrations.CreateModel(
        name="ChangeList",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "centre_id", "list_id", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("centre_id", models.BigIntegerField()),
            ("list_id", models.BigIntegerField()),
            ("unit_id", models.BigIntegerField()),
            ("file_id", models.BigIntegerField(null=True)),
            ("case_id", models.BigIntegerField(null=True)),
            ("maker_person_id", models.BigIntegerField(null=True)),
            ("login_id", models.BigIntegerField(null=True)),
            ("applied_at", models.DateTimeField()),
            ("month", models.IntegerField(verbose_name="年月")),
            ("joins", models.IntegerField()),
            ("leaves", models.IntegerField()),
            ("base_changes", models.IntegerField()),
            ("source", models.TextField()),
            ("content_digest", models.BinaryField()),
        ],
        options={
            "verbose_name": "汇缴变更清册",
            "db_table": "change_list",
        },
    ),
    migrations.CreateModel(
        name="ContributionTerm",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "account_id",
                    "from_month",
                    "revision",
                    blank=True,
                    editable=False,
                    primary_key=True,
                    serialize=False,
                ),
            ),
            ("account_id", models.BigIntegerField()),
            ("centre_id", models.BigIntegerField()),
            ("unit_id", models.BigIntegerField()),
            ("list_id", models.BigIntegerField()),
            ("base_fen", anju.database.fields.FenField(verbose_name="缴存基数")),
            ("known_at", models.DateTimeField()),
            ("from_month", models.IntegerField(verbose_name="起始年月")),
            ("revision", models.IntegerField()),
            (
                "unit_ratio",
                models.DecimalField(decimal_places=4, max_digits=6, null=True, verbose_name="单位缴存比例"),
            ),
            (
                "person_ratio",
                models.DecimalField(decimal_places=4, max_digits=6, null=True, verbose_name="个人缴存比例"),
            ),
        ],
        options={
            "verbose_name": "缴存基数",
            "db_table": "contribution_term",
        },
    ),
    migrations.CreateModel(
        name="Remittance",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "centre_id",
                    "remittance_id",
                    blank=True,
                    editable=False,
                    primary_key=True,
                    serialize=False,
                ),
            ),
            ("centre_id", models.BigIntegerField()),
            ("remittance_id", models.BigIntegerField()),
            ("unit_id", models.BigIntegerField()),
            ("own_fen", anju.database.fields.FenField(verbose_name="个人部分")),
            ("unit_fen", anju.database.fields.FenField(verbose_name="单位部分")),
            ("total_fen", anju.database.fields.FenField(verbose_name="应缴合计")),
            ("declared_by_person_id", models.BigIntegerField(null=True)),
            ("declared_by_login_id", models.BigIntegerField(null=True)),
            ("approved_by_person_id", models.BigIntegerField(null=True)),
            ("approved_by_login_id", models.BigIntegerField(null=True)),
            ("case_id", models.BigIntegerField(null=True)),
            ("receipt_id", models.BigIntegerField(null=True)),
            ("bank_account_id", models.BigIntegerField(null=True)),
            ("voucher_id", models.BigIntegerField(null=True)),
            ("declared_at", models.DateTimeField()),
            ("approved_at", models.DateTimeField(null=True)),
            ("matched_at", models.DateTimeField(null=True)),
            ("posted_at", models.DateTimeField(null=True)),
            ("cancelled_at", models.DateTimeField(null=True)),
            ("month", models.IntegerField(verbose_name="年月")),
            ("headcount", models.IntegerField(verbose_name="人数")),
            ("clamped", models.IntegerField()),
            ("attempt", models.IntegerField()),
            ("due_on", models.DateField(verbose_name="应缴日期")),
            ("value_on", models.DateField(null=True)),
            ("state", models.SmallIntegerField(verbose_name="状态")),
            ("number", models.TextField(verbose_name="缴款书编号")),
            ("cancel_reason", models.TextField(default="")),
            ("problem", models.TextField(default="")),
            ("lines_digest", models.BinaryField()),
        ],
        options={
            "verbose_name": "汇缴书",
            "db_table": "remittance",
        },
    ),
    migrations.CreateModel(
        name="RemittanceLine",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "account_id",
                    "remittance_id",
                    blank=True,
                    editable=False,
                    primary_key=True,
                    serialize=False,
                ),
            ),
            ("account_id", models.BigIntegerField()),
            ("remittance_id", models.BigIntegerField()),
            ("centre_id", models.BigIntegerField()),
            ("base_fen", anju.database.fields.FenField(verbose_name="缴存基数")),
            ("own_fen", anju.database.fields.FenField(verbose_name="个人部分")),
            ("unit_fen", anju.database.fields.FenField(verbose_name="单位部分")),
            ("month", models.IntegerField(verbose_name="年月")),
            ("unit_ratio", models.DecimalField(decimal_places=4, max_digits=6, verbose_name="单位缴存比例")),
            (
                "person_ratio",
                models.DecimalField(decimal_places=4, max_digits=6, verbose_name="个人缴存比例"),
            ),
        ],
        options={
            "verbose_name": "汇缴清册明细",
            "db_table": "remittance_line",
        },
    ),
    migrations.CreateModel(
        name="Suspense",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "centre_id", "suspense_id", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("centre_id", models.BigIntegerField()),
            ("suspense_id", models.BigIntegerField()),
            ("receipt_id", models.BigIntegerField()),
            ("bank_account_id", models.BigIntegerField()),
            ("unit_id", models.BigIntegerField(null=True)),
            ("remittance_id", models.BigIntegerField(null=True)),
            ("refund_order_id", models.BigIntegerField(null=True)),
            ("voucher_id", models.BigIntegerField()),
            ("amount_fen", anju.database.fields.FenField(verbose_name="金额")),
            ("open_fen", anju.database.fields.FenField(verbose_name="未处理金额")),
            ("refunding_fen", anju.database.fields.FenField(default=0, verbose_name="退回中金额")),
            ("received_at", models.DateTimeField()),
            ("settled_at", models.DateTimeField(null=True)),
            ("value_on", models.DateField(verbose_name="到账日期")),
            ("state", models.SmallIntegerField(verbose_name="状态")),
            ("owed", models.BooleanField(default=False)),
            ("reason", models.TextField(verbose_name="挂账原因")),
            ("reason_text", models.TextField()),
            ("summary", models.TextField(default="")),
            ("payer_tail", models.TextField(default="")),
            ("payer_sealed", anju.database.fields.SealedTextField(verbose_name="付款方")),
        ],
        options={
            "verbose_name": "暂收款",
            "db_table": "suspense",
        },
    ),
    migrations.CreateModel(
        name="SuspenseMove",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "centre_id",
                    "suspense_id",
                    "n",
                    blank=True,
                    editable=False,
                    primary_key=True,
                    serialize=False,
                ),
            ),
            ("centre_id", models.BigIntegerField()),
            ("suspense_id", models.BigIntegerField()),
            ("amount_fen", anju.database.fields.FenField()),
            ("remittance_id", models.BigIntegerField(null=True)),
            ("order_id", models.BigIntegerField(null=True)),
            ("voucher_id", models.BigIntegerField(null=True)),
            ("person_id", models.BigIntegerField(null=True)),
            ("login_id", models.BigIntegerField(null=True)),
            ("at", models.DateTimeField()),
            ("n", models.IntegerField()),
            ("kind", models.SmallIntegerField()),
            ("note", models.TextField(default="")),
        ],
        options={
            "verbose_name": "暂收款处理记录",
            "db_table": "suspense_move",
        },
    ),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("database", "0001_functions")]
    operations = [migrations.RunSQL(TABLES, BACK, state_operations=STATE)]
