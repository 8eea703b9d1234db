"""The numbers of withdrawals."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("withdrawals", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE withdrawal_id_seq AS bigint", "DROP SEQUENCE withdrawal_id_seq"),
    ]
