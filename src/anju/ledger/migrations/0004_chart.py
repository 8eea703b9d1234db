"""The chart from its file, with parents and sections; months and years of the books, and the yearly distribution."""

from django.db import migrations, models

from anju.database.fields import FenField

CHART = """
ALTER TABLE subject
    ADD COLUMN parent text,
    ADD COLUMN section text,
    ADD COLUMN asks text,
    ADD COLUMN from_date date;
"""

CHART_BACK = "ALTER TABLE subject DROP COLUMN parent, DROP COLUMN section, DROP COLUMN asks, DROP COLUMN from_date;"

CHART_HELD = """
ALTER TABLE subject
    ALTER COLUMN section SET NOT NULL,
    ALTER COLUMN from_date SET NOT NULL,
    ADD CONSTRAINT subject_parent FOREIGN KEY (parent) REFERENCES subject (code) ON DELETE RESTRICT,
    ADD CONSTRAINT subject_section CHECK (section IN ('asset', 'liability', 'net_assets', 'income', 'expense')),
    ADD CONSTRAINT subject_side CHECK (debit_side = (section IN ('asset', 'expense'))),
    ADD CONSTRAINT subject_asks CHECK (asks IN ('unit', 'bank'));
"""

CHART_FREE = """
ALTER TABLE subject
    DROP CONSTRAINT subject_parent, DROP CONSTRAINT subject_section, DROP CONSTRAINT subject_side,
    DROP CONSTRAINT subject_asks, ALTER COLUMN section DROP NOT NULL, ALTER COLUMN from_date DROP NOT NULL;
"""

PERIODS = """
CREATE TABLE period (
    centre_id bigint NOT NULL,
    maker_person_id bigint,
    checker_person_id bigint,
    closed_at timestamptz,
    signed_at timestamptz,
    number integer NOT NULL,
    closings integer NOT NULL DEFAULT 0,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    CONSTRAINT period_pk PRIMARY KEY (centre_id, kind, number),
    CONSTRAINT period_kind CHECK (kind IN (1, 2)),
    CONSTRAINT period_number CHECK (
        CASE kind WHEN 1 THEN number BETWEEN 190001 AND 999912 AND number % 100 BETWEEN 1 AND 12
                  ELSE number BETWEEN 1900 AND 9999 END
    ),
    CONSTRAINT period_state CHECK (state IN (1, 2, 3)),
    CONSTRAINT period_closings CHECK (closings >= 0),
    CONSTRAINT period_closed CHECK ((state >= 2) = (closed_at IS NOT NULL)),
    CONSTRAINT period_signed CHECK (
        (state = 3) = (signed_at IS NOT NULL) AND (state = 3) = (checker_person_id IS NOT NULL)
    ),
    CONSTRAINT period_four_eyes CHECK (maker_person_id <> checker_person_id)
);

CREATE TABLE income_distribution (
    centre_id bigint NOT NULL,
    income_fen bigint NOT NULL,
    reserve_fen bigint NOT NULL,
    management_fee_fen bigint NOT NULL,
    supplement_fen bigint NOT NULL,
    maker_person_id bigint NOT NULL,
    checker_person_id bigint,
    proposed_at timestamptz NOT NULL,
    signed_at timestamptz,
    year integer NOT NULL,
    reserve_rate numeric(7,6) NOT NULL,
    document text NOT NULL,
    CONSTRAINT income_distribution_pk PRIMARY KEY (centre_id, year),
    CONSTRAINT income_distribution_parts CHECK (
        income_fen > 0 AND reserve_fen >= 0 AND management_fee_fen >= 0 AND supplement_fen >= 0
        AND reserve_fen + management_fee_fen + supplement_fen = income_fen
    ),
    CONSTRAINT income_distribution_rate CHECK (reserve_rate BETWEEN 0 AND 1),
    CONSTRAINT income_distribution_document CHECK (length(document) BETWEEN 1 AND 100),
    CONSTRAINT income_distribution_signed CHECK ((signed_at IS NULL) = (checker_person_id IS NULL)),
    CONSTRAINT income_distribution_four_eyes CHECK (maker_person_id <> checker_person_id)
);

-- What a person signed stands for good.
CREATE FUNCTION refuse_change_of_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a signed row of % is never changed or deleted', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER period_signed_stands BEFORE UPDATE OR DELETE ON period
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_signed();
CREATE TRIGGER income_distribution_signed_stands BEFORE UPDATE OR DELETE ON income_distribution
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_signed();

-- A closed month takes no voucher; the entries at the end of a year (kind 10) wait for the year's signature instead.
-- Yearly interest (kind 5) belongs to 30 June whenever an account is settled.
CREATE FUNCTION refuse_closed_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_year integer := extract(year FROM NEW.business_date);
    the_month integer := the_year * 100 + extract(month FROM NEW.business_date)::integer;
BEGIN
    IF EXISTS (SELECT 1 FROM period WHERE centre_id = NEW.centre_id AND kind = 1 AND number = the_month
                  AND state >= 2 AND NEW.kind <> 10)
       OR EXISTS (SELECT 1 FROM period WHERE centre_id = NEW.centre_id AND kind = 2 AND number = the_year
                     AND state = 3) THEN
        RAISE EXCEPTION 'the books of % are closed; post to an open day', NEW.business_date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_period_open';
    END IF;
    RETURN NULL;
END $$;
-- After the row is there: a request that is repeated later inserts nothing and is answered as before.
CREATE TRIGGER voucher_period_open AFTER INSERT ON voucher
    FOR EACH ROW WHEN (NEW.kind <> 5) EXECUTE FUNCTION refuse_closed_period();

-- A month is closed while every posting waits: the few lines of net assets, income and expense are found by themselves.
CREATE INDEX gl_line_result ON gl_line (centre_id, subject, voucher_id) INCLUDE (debit_fen, credit_fen)
    WHERE subject >= '3';
"""

PERIODS_BACK = """
DROP INDEX gl_line_result;
DROP TRIGGER voucher_period_open ON voucher;
DROP TABLE income_distribution; DROP TABLE period;
DROP FUNCTION refuse_closed_period(), refuse_change_of_signed();
"""


def fill(apps, schema_editor):
    """Write the chart: new subjects are added, known ones are described anew; no code is ever taken away."""
    from anju.ledger.chart import chart

    subject = apps.get_model("ledger", "Subject")
    told = ["name", "debit_side", "member_control", "parent", "section", "asks", "from_date"]
    subject.objects.bulk_create(
        [
            subject(code=one.code, name=one.name, debit_side=one.section.debit_side, member_control=one.member_control,
                    parent=one.parent, section=str(one.section), asks=one.asks and str(one.asks), from_date=one.from_date)
            for one in chart().subjects
        ],
        update_conflicts=True, unique_fields=["code"], update_fields=told,
    )


def keep(apps, schema_editor):
    """Going back leaves the subjects: lines may name them."""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_subjects")]
    operations = [
        migrations.RunSQL(
            CHART, CHART_BACK,
            state_operations=[
                migrations.AddField("Subject", "parent", models.TextField(null=True, verbose_name="上级科目")),
                migrations.AddField("Subject", "section", models.TextField(verbose_name="类别")),
                migrations.AddField("Subject", "asks", models.TextField(null=True, verbose_name="分录写明的对象")),
                migrations.AddField("Subject", "from_date", models.DateField(verbose_name="启用日")),
            ],
        ),
        migrations.RunPython(fill, keep),
        migrations.RunSQL(CHART_HELD, CHART_FREE),
        migrations.RunSQL(
            PERIODS, PERIODS_BACK,
            state_operations=[
                migrations.CreateModel(
                    name="Period",
                    fields=[
                        ("pk", models.CompositePrimaryKey("centre_id", "kind", "number", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("centre_id", models.BigIntegerField()),
                        ("maker_person_id", models.BigIntegerField(null=True)),
                        ("checker_person_id", models.BigIntegerField(null=True)),
                        ("closed_at", models.DateTimeField(null=True)),
                        ("signed_at", models.DateTimeField(null=True)),
                        ("number", models.IntegerField()),
                        ("closings", models.IntegerField(default=0)),
                        ("kind", models.SmallIntegerField()),
                        ("state", models.SmallIntegerField()),
                    ],
                    options={"db_table": "period", "verbose_name": "会计期间"},
                ),
                migrations.CreateModel(
                    name="IncomeDistribution",
                    fields=[
                        ("pk", models.CompositePrimaryKey("centre_id", "year", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("centre_id", models.BigIntegerField()),
                        ("income_fen", FenField()),
                        ("reserve_fen", FenField()),
                        ("management_fee_fen", FenField()),
                        ("supplement_fen", FenField()),
                        ("maker_person_id", models.BigIntegerField()),
                        ("checker_person_id", models.BigIntegerField(null=True)),
                        ("proposed_at", models.DateTimeField()),
                        ("signed_at", models.DateTimeField(null=True)),
                        ("year", models.IntegerField()),
                        ("reserve_rate", models.DecimalField(decimal_places=6, max_digits=7)),
                        ("document", models.TextField()),
                    ],
                    options={"db_table": "income_distribution", "verbose_name": "增值收益分配方案"},
                ),
            ],
        ),
    ]
