"""A report of danger stands before all others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]
    operations = [migrations.AddField(model_name="report", name="danger", field=models.BooleanField(default=False))]
