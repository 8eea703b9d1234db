"""A report names what it is about, is kept once per key, and says by when it is answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0002_danger")]
    operations = [
        migrations.AddField(model_name="report", name="due_on", field=models.DateField("答复期限", null=True)),
        migrations.AddField(
            model_name="report", name="follows_id", field=models.BigIntegerField("接着哪一条说", null=True)
        ),
        migrations.AddField(
            model_name="report", name="request_key", field=models.CharField(default="", max_length=64)
        ),
        migrations.AddField(
            model_name="report", name="subject", field=models.CharField("所指", default="", max_length=200)
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                fields=["login_id", "-report_id"], condition=models.Q(login_id__isnull=False), name="support_report_own"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=["login_id", "request_key"], condition=~models.Q(request_key=""), name="support_report_once"
            ),
        ),
    ]
