"""The name of a paper is the files room's, sealed; the column here was never filled."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_correction_answers_before")]
    operations = [migrations.RemoveField(model_name="casefile", name="file_name")]
