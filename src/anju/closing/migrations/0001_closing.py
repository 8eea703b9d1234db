"""Runs of closing with their steps, explanations of differences, and orders to post a year's interest."""

from django.db import migrations, models

from anju.database.fields import FenField

TABLES = """
CREATE SEQUENCE closing_run_id_seq AS bigint;

CREATE TABLE closing_run (
    centre_id bigint NOT NULL,
    run_id bigint NOT NULL DEFAULT nextval('closing_run_id_seq'),
    started_by_person_id bigint,
    submitted_by_person_id bigint,
    signed_by_person_id bigint,
    reopened_by_person_id bigint,
    started_at timestamptz NOT NULL,
    submitted_at timestamptz,
    signed_at timestamptz,
    reopened_at timestamptz,
    first_on date NOT NULL,
    last_on date NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    reason text NOT NULL DEFAULT '',
    report jsonb NOT NULL DEFAULT '{}',
    report_digest bytea NOT NULL DEFAULT '',
    CONSTRAINT closing_run_pk PRIMARY KEY (centre_id, run_id),
    CONSTRAINT closing_run_kind CHECK (kind IN (1, 2)),
    CONSTRAINT closing_run_state CHECK (state BETWEEN 1 AND 4),
    CONSTRAINT closing_run_days CHECK (first_on <= last_on),
    CONSTRAINT closing_run_submitted CHECK (
        (submitted_by_person_id IS NULL) = (submitted_at IS NULL) AND (state NOT IN (2, 3) OR submitted_at IS NOT NULL)
    ),
    CONSTRAINT closing_run_signed CHECK (
        (signed_by_person_id IS NULL) = (signed_at IS NULL) AND (state = 3) = (signed_at IS NOT NULL)
    ),
    CONSTRAINT closing_run_reopened CHECK (
        (reopened_by_person_id IS NULL) = (reopened_at IS NULL) AND (state = 4) = (reopened_at IS NOT NULL)
        AND (state = 4) = (reason <> '')
    ),
    CONSTRAINT closing_run_four_eyes CHECK (submitted_by_person_id <> signed_by_person_id)
);
-- One day at a time and one month at a time, and each of them signed once.
CREATE UNIQUE INDEX closing_run_one_live ON closing_run (centre_id, kind) WHERE state IN (1, 2);
CREATE UNIQUE INDEX closing_run_signed_once ON closing_run (centre_id, kind, last_on) WHERE state = 3;

CREATE TABLE closing_step (
    centre_id bigint NOT NULL,
    run_id bigint NOT NULL,
    by_person_id bigint,
    began_at timestamptz,
    claims integer NOT NULL DEFAULT 0,
    took_ms integer,
    n smallint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL DEFAULT 1,
    text text NOT NULL DEFAULT '',
    findings jsonb NOT NULL DEFAULT '[]',
    figures jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT closing_step_pk PRIMARY KEY (centre_id, run_id, n),
    CONSTRAINT closing_step_state CHECK (state BETWEEN 1 AND 4),
    CONSTRAINT closing_step_run FOREIGN KEY (centre_id, run_id)
        REFERENCES closing_run (centre_id, run_id) ON DELETE RESTRICT
);

CREATE TABLE closing_explanation (
    centre_id bigint NOT NULL,
    run_id bigint NOT NULL,
    person_id bigint NOT NULL,
    left_fen bigint NOT NULL,
    right_fen bigint NOT NULL,
    at timestamptz NOT NULL,
    level smallint NOT NULL,
    subject text NOT NULL,
    place text NOT NULL,
    told text NOT NULL,
    words text NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT closing_explanation_pk PRIMARY KEY (centre_id, digest),
    CONSTRAINT closing_explanation_words CHECK (length(words) BETWEEN 1 AND 400),
    CONSTRAINT closing_explanation_run FOREIGN KEY (centre_id, run_id)
        REFERENCES closing_run (centre_id, run_id) ON DELETE RESTRICT
);
CREATE TRIGGER closing_explanation_append_only BEFORE UPDATE OR DELETE ON closing_explanation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE closing_interest (
    centre_id bigint NOT NULL,
    trial_run_id bigint NOT NULL,
    accounts bigint NOT NULL,
    interest_fen bigint NOT NULL,
    ordered_by_person_id bigint NOT NULL,
    signed_by_person_id bigint,
    ordered_at timestamptz NOT NULL,
    signed_at timestamptz,
    interest_year smallint NOT NULL,
    CONSTRAINT closing_interest_pk PRIMARY KEY (centre_id, interest_year),
    CONSTRAINT closing_interest_signed CHECK ((signed_by_person_id IS NULL) = (signed_at IS NULL)),
    CONSTRAINT closing_interest_four_eyes CHECK (ordered_by_person_id <> signed_by_person_id)
);

CREATE FUNCTION refuse_change_of_signed_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a signed closing stands' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER closing_run_signed_stands BEFORE UPDATE OR DELETE ON closing_run
    FOR EACH ROW WHEN (OLD.state IN (3, 4)) EXECUTE FUNCTION refuse_change_of_signed_closing();
CREATE TRIGGER closing_interest_signed_stands BEFORE UPDATE OR DELETE ON closing_interest
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION refuse_change_of_signed_closing();

CREATE FUNCTION refuse_change_of_ended_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM closing_run WHERE centre_id = OLD.centre_id AND run_id = OLD.run_id AND state >= 3) THEN
        RAISE EXCEPTION 'a step of a signed closing stands' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER closing_step_signed_stands BEFORE UPDATE OR DELETE ON closing_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_ended_step();
"""
BACK = """
DROP TABLE closing_interest, closing_explanation, closing_step, closing_run;
DROP SEQUENCE closing_run_id_seq;
DROP FUNCTION refuse_change_of_signed_closing(), refuse_change_of_ended_step();
"""

big, moment = models.BigIntegerField, models.DateTimeField
STATE = [
    migrations.CreateModel(
        name="ClosingRun",
        fields=[
            ("pk", models.CompositePrimaryKey("centre_id", "run_id", blank=True, editable=False, primary_key=True, serialize=False)),
            ("centre_id", big()), ("run_id", big()), ("started_by_person_id", big(null=True)),
            ("submitted_by_person_id", big(null=True)), ("signed_by_person_id", big(null=True)),
            ("reopened_by_person_id", big(null=True)), ("started_at", moment()), ("submitted_at", moment(null=True)),
            ("signed_at", moment(null=True)), ("reopened_at", moment(null=True)), ("first_on", models.DateField()),
            ("last_on", models.DateField()), ("kind", models.SmallIntegerField()),
            ("state", models.SmallIntegerField()), ("reason", models.TextField(default="")),
            ("report", models.JSONField(default=dict)), ("report_digest", models.BinaryField(default=b"")),
        ],
        options={"db_table": "closing_run", "verbose_name": "日结和月结"},
    ),
    migrations.CreateModel(
        name="ClosingStep",
        fields=[
            ("pk", models.CompositePrimaryKey("centre_id", "run_id", "n", blank=True, editable=False, primary_key=True, serialize=False)),
            ("centre_id", big()), ("run_id", big()), ("by_person_id", big(null=True)), ("began_at", moment(null=True)),
            ("claims", models.IntegerField(default=0)), ("took_ms", models.IntegerField(null=True)),
            ("n", models.SmallIntegerField()), ("kind", models.SmallIntegerField()),
            ("state", models.SmallIntegerField(default=1)), ("text", models.TextField(default="")),
            ("findings", models.JSONField(default=list)), ("figures", models.JSONField(default=dict)),
        ],
        options={"db_table": "closing_step", "verbose_name": "结账步骤"},
    ),
    migrations.CreateModel(
        name="ClosingExplanation",
        fields=[
            ("pk", models.CompositePrimaryKey("centre_id", "digest", blank=True, editable=False, primary_key=True, serialize=False)),
            ("centre_id", big()), ("run_id", big()), ("person_id", big()), ("left_fen", FenField()), ("right_fen", FenField()),
            ("at", moment()), ("level", models.SmallIntegerField()), ("subject", models.TextField()),
            ("place", models.TextField()), ("told", models.TextField()), ("words", models.TextField()),
            ("digest", models.BinaryField()),
        ],
        options={"db_table": "closing_explanation", "verbose_name": "差异说明"},
    ),
    migrations.CreateModel(
        name="ClosingInterest",
        fields=[
            ("pk", models.CompositePrimaryKey("centre_id", "interest_year", blank=True, editable=False, primary_key=True, serialize=False)),
            ("centre_id", big()), ("trial_run_id", big()), ("accounts", big()), ("interest_fen", FenField()),
            ("ordered_by_person_id", big()), ("signed_by_person_id", big(null=True)), ("ordered_at", moment()),
            ("signed_at", moment(null=True)), ("interest_year", models.SmallIntegerField()),
        ],
        options={"db_table": "closing_interest", "verbose_name": "结息入账审批"},
    ),
]  # fmt: skip


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0006_cut_days")]
    operations = [migrations.RunSQL(TABLES, BACK, state_operations=STATE)]
