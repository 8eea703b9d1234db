"""A member may put off the advice to change an old password."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_append_only")]
    operations = [
        migrations.AddField(
            model_name="login",
            name="password_peace_until",
            field=models.DateTimeField(null=True, verbose_name="不再提醒换密码，到"),
        ),
    ]
