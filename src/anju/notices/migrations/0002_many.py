"""Notices to many at once: which parts of a list have been told, and the account line a notice is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [
        migrations.AddField("Notice", "line_seq", models.BigIntegerField("明细序号", null=True)),
        migrations.CreateModel(
            name="NoticePart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("centre_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=80, verbose_name="名单")),
                ("part", models.BigIntegerField("第几部分")),
                ("notices", models.BigIntegerField("消息数")),
                ("told_at", models.DateTimeField()),
            ],
            options={"db_table": "notice_part", "verbose_name": "群发消息的部分"},
        ),
        migrations.AddConstraint(
            "NoticePart", models.UniqueConstraint(fields=["centre_id", "key", "part"], name="notice_part_once"),
        ),
    ]
