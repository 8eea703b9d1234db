"""Which detail of 219 an item in suspense stands on: fixed when it is opened, by its source.

Items that were opened before stand on the subject itself, where their vouchers put them, until they are dealt with.
"""

from django.db import migrations, models

COLUMN = """
ALTER TABLE suspense
    ADD COLUMN subject text NOT NULL DEFAULT '219',
    ADD CONSTRAINT suspense_subject CHECK (subject = '219' OR subject BETWEEN '219-01' AND '219-05');
ALTER TABLE suspense ALTER COLUMN subject DROP DEFAULT;
"""
BACK = "ALTER TABLE suspense DROP COLUMN subject"


class Migration(migrations.Migration):
    dependencies = [("contributions", "0003_payer_digest")]
    operations = [
        migrations.RunSQL(COLUMN, BACK, state_operations=[
            migrations.AddField("Suspense", "subject", models.TextField("明细科目", default="219"), preserve_default=False),
        ]),
    ]  # fmt: skip
