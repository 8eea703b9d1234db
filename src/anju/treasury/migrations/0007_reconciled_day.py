"""Days of an account that agreed, where later tables go on; notices are found by account and day."""

import anju.database.fields
import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("treasury", "0006_deposits"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReconciledDay",
            fields=[
                ("pk", models.CompositePrimaryKey("centre_id", "bank_account_id", "on_day", blank=True, editable=False, primary_key=True, serialize=False)),
                ("centre_id", models.BigIntegerField()),
                ("bank_account_id", models.BigIntegerField()),
                ("balance_fen", anju.database.fields.FenField()),
                ("paired_fen", anju.database.fields.FenField()),
                ("before_fen", anju.database.fields.FenField()),
                ("agreed_at", models.DateTimeField()),
                ("on_day", models.DateField()),
                ("print", models.TextField()),
                ("entry_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("notice_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("order_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("voucher_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={"verbose_name": "已核对日", "db_table": "reconciled_day"},
        ),
        migrations.AddIndex(
            model_name="banknotice",
            index=models.Index(fields=["centre_id", "bank_account_id", "entry_date"], name="bank_notice_day"),
        ),
        migrations.RunSQL(
            "ALTER TABLE reconciled_day ADD CONSTRAINT reconciled_day_account_fk FOREIGN KEY (centre_id, bank_account_id)"
            " REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;",
            "ALTER TABLE reconciled_day DROP CONSTRAINT reconciled_day_account_fk;",
        ),
    ]
