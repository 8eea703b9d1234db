"""Money remembers by digest which account it came from: a unit's earlier months tell whose the next receipt is."""

from django.db import migrations

import anju.database.fields


class Migration(migrations.Migration):
    dependencies = [("contributions", "0002_file_digest")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE remittance ADD COLUMN payer_digest bytea;
            ALTER TABLE suspense ADD COLUMN payer_digest bytea;
            CREATE INDEX remittance_payer ON remittance (centre_id, payer_digest) WHERE payer_digest IS NOT NULL;
            CREATE INDEX suspense_payer ON suspense (centre_id, payer_digest) WHERE payer_digest IS NOT NULL;
            """,
            "ALTER TABLE suspense DROP COLUMN payer_digest; ALTER TABLE remittance DROP COLUMN payer_digest",
            state_operations=[
                migrations.AddField("remittance", "payer_digest", anju.database.fields.DigestField("付款账户", null=True)),
                migrations.AddField("suspense", "payer_digest", anju.database.fields.DigestField("付款账户", null=True)),
            ],
        )
    ]
