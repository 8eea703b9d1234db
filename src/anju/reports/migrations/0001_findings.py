"""Findings and what was said about them; both tables only grow."""

from django.db import migrations, models

TABLES = """
CREATE SEQUENCE audit_finding_id_seq AS bigint;

CREATE TABLE audit_finding (
    centre_id bigint NOT NULL,
    finding_id bigint NOT NULL DEFAULT nextval('audit_finding_id_seq'),
    raised_by_person_id bigint NOT NULL,
    raised_by_login_id bigint NOT NULL,
    raised_at timestamptz NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    due_on date NOT NULL,
    seed integer NOT NULL,
    line_number integer NOT NULL,
    question_version smallint NOT NULL,
    severity smallint NOT NULL,
    question text NOT NULL,
    digest text NOT NULL,
    addressee text NOT NULL,
    text text NOT NULL,
    line jsonb NOT NULL,
    CONSTRAINT audit_finding_pk PRIMARY KEY (centre_id, finding_id),
    CONSTRAINT audit_finding_once UNIQUE (centre_id, question, digest, line_number),
    CONSTRAINT audit_finding_span CHECK (first <= last),
    CONSTRAINT audit_finding_line CHECK (line_number > 0),
    CONSTRAINT audit_finding_severity CHECK (severity IN (1, 2, 3)),
    CONSTRAINT audit_finding_addressee CHECK (addressee IN ('accountant', 'administrator')),
    CONSTRAINT audit_finding_digest CHECK (length(digest) = 64),
    CONSTRAINT audit_finding_text CHECK (length(text) BETWEEN 1 AND 1000)
);
CREATE TRIGGER audit_finding_append_only BEFORE UPDATE OR DELETE ON audit_finding
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE finding_step (
    centre_id bigint NOT NULL,
    finding_id bigint NOT NULL,
    person_id bigint NOT NULL,
    login_id bigint NOT NULL,
    at timestamptz NOT NULL,
    n integer NOT NULL,
    act smallint NOT NULL,
    text text NOT NULL,
    CONSTRAINT finding_step_pk PRIMARY KEY (centre_id, finding_id, n),
    CONSTRAINT finding_step_finding FOREIGN KEY (centre_id, finding_id)
        REFERENCES audit_finding (centre_id, finding_id) ON DELETE RESTRICT,
    CONSTRAINT finding_step_order CHECK (n > 0),
    CONSTRAINT finding_step_act CHECK (act IN (1, 2, 3)),
    CONSTRAINT finding_step_text CHECK (length(text) <= 1000 AND (act = 2 OR length(text) > 0))
);
CREATE TRIGGER finding_step_append_only BEFORE UPDATE OR DELETE ON finding_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

TABLES_BACK = "DROP TABLE finding_step; DROP TABLE audit_finding; DROP SEQUENCE audit_finding_id_seq;"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("database", "0001_functions")]
    operations = [
        migrations.RunSQL(
            TABLES,
            TABLES_BACK,
            state_operations=[
                migrations.CreateModel(
                    name="AuditFinding",
                    fields=[
                        ("pk", models.CompositePrimaryKey("centre_id", "finding_id", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("centre_id", models.BigIntegerField()),
                        ("finding_id", models.BigIntegerField()),
                        ("raised_by_person_id", models.BigIntegerField()),
                        ("raised_by_login_id", models.BigIntegerField()),
                        ("raised_at", models.DateTimeField()),
                        ("first", models.DateField(verbose_name="起始日期")),
                        ("last", models.DateField(verbose_name="截止日期")),
                        ("due_on", models.DateField(verbose_name="答复期限")),
                        ("seed", models.IntegerField(verbose_name="种子号")),
                        ("line_number", models.IntegerField(verbose_name="第几行")),
                        ("question_version", models.SmallIntegerField()),
                        ("severity", models.SmallIntegerField(verbose_name="严重程度")),
                        ("question", models.TextField(verbose_name="提问")),
                        ("digest", models.TextField(verbose_name="结果摘要")),
                        ("addressee", models.TextField(verbose_name="答复岗位")),
                        ("text", models.TextField(verbose_name="发现")),
                        ("line", models.JSONField(verbose_name="这一行")),
                    ],
                    options={"db_table": "audit_finding", "verbose_name": "审计发现"},
                ),
                migrations.CreateModel(
                    name="FindingStep",
                    fields=[
                        ("pk", models.CompositePrimaryKey("centre_id", "finding_id", "n", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("centre_id", models.BigIntegerField()),
                        ("finding_id", models.BigIntegerField()),
                        ("person_id", models.BigIntegerField()),
                        ("login_id", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        ("n", models.IntegerField()),
                        ("act", models.SmallIntegerField()),
                        ("text", models.TextField(verbose_name="内容")),
                    ],
                    options={"db_table": "finding_step", "verbose_name": "审计发现的答复"},
                ),
            ],
        ),
    ]
