"""The staging table of trial runs. Unlogged: what a crash takes away is asked for again; a trial posts nothing."""

from django.db import migrations, models

from anju.database.fields import FenField

TABLES = """
CREATE SEQUENCE interest_trial_run_id_seq AS bigint;

CREATE UNLOGGED TABLE interest_trial (
    account_id bigint NOT NULL,
    run_id bigint NOT NULL,
    centre_id bigint NOT NULL,
    interest_fen bigint NOT NULL,
    last_year_fen bigint NOT NULL,
    balance_fen bigint NOT NULL,
    CONSTRAINT interest_trial_pk PRIMARY KEY (account_id, run_id)
);

CREATE TABLE interest_trial_run (
    centre_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('interest_trial_run_id_seq'),
    made_at timestamptz NOT NULL,
    accounts bigint NOT NULL,
    settled_accounts bigint NOT NULL,
    zero_accounts bigint NOT NULL,
    negative_accounts bigint NOT NULL,
    balance_fen bigint NOT NULL,
    credited_fen bigint NOT NULL,
    taken_fen bigint NOT NULL,
    last_year_fen bigint NOT NULL,
    interest_year smallint NOT NULL,
    CONSTRAINT interest_trial_run_pk PRIMARY KEY (centre_id, id),
    CONSTRAINT interest_trial_run_totals CHECK (credited_fen >= 0 AND taken_fen >= 0)
);
"""

BACK = """
DROP TABLE interest_trial_run, interest_trial;
DROP SEQUENCE interest_trial_run_id_seq;
"""

big = models.BigIntegerField


def key(*names):
    """A composite key's state."""
    return ("pk", models.CompositePrimaryKey(*names, blank=True, editable=False, primary_key=True, serialize=False))


STATE = [
    migrations.CreateModel(
        name="InterestTrial",
        fields=[
            key("account_id", "run_id"), ("account_id", big()), ("run_id", big()), ("centre_id", big()),
            ("interest_fen", big()), ("last_year_fen", big()), ("balance_fen", FenField()),
        ],
        options={"db_table": "interest_trial", "verbose_name": "结息试算明细"},
    ),
    migrations.CreateModel(
        name="InterestTrialRun",
        fields=[
            key("centre_id", "id"), ("centre_id", big()), ("id", big()), ("made_at", models.DateTimeField()),
            ("accounts", big()), ("settled_accounts", big()), ("zero_accounts", big()), ("negative_accounts", big()),
            ("balance_fen", FenField()), ("credited_fen", FenField()), ("taken_fen", FenField()),
            ("last_year_fen", big()), ("interest_year", models.SmallIntegerField()),
        ],
        options={"db_table": "interest_trial_run", "verbose_name": "结息试算"},
    ),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_functions")]
    operations = [migrations.RunSQL(TABLES, BACK, state_operations=STATE)]
