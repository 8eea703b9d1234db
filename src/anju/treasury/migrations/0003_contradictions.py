"""What a bank told a second time with other content is kept for the treasurer."""

from django.db import migrations, models

import anju.database.fields

SEQUENCE = "CREATE SEQUENCE bank_contradiction_id_seq"
UNDO_SEQUENCE = "DROP SEQUENCE bank_contradiction_id_seq"
FOREIGN_KEY = """
ALTER TABLE bank_contradiction ADD CONSTRAINT bank_contradiction_notice_fk
    FOREIGN KEY (centre_id, notice_id) REFERENCES bank_notice (centre_id, notice_id) ON DELETE RESTRICT
"""
UNDO_FOREIGN_KEY = "ALTER TABLE bank_contradiction DROP CONSTRAINT bank_contradiction_notice_fk"


class Migration(migrations.Migration):
    dependencies = [("treasury", "0002_mandate_office")]
    operations = [
        migrations.RunSQL(SEQUENCE, UNDO_SEQUENCE),
        migrations.CreateModel(
            name='BankContradiction',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'contradiction_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('contradiction_id', models.BigIntegerField(db_default=models.Func(models.Value('bank_contradiction_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('notice_id', models.BigIntegerField()),
                ('direction', models.SmallIntegerField(choices=[(1, 'DEBIT'), (2, 'CREDIT')])),
                ('amount_fen', anju.database.fields.FenField()),
                ('counter_name', anju.database.fields.SealedTextField()),
                ('counter_account', anju.database.fields.SealedTextField()),
                ('summary', models.CharField(default='', max_length=200)),
                ('reversal', models.BooleanField(default=False)),
                ('original_host_serial', models.CharField(default='', max_length=40)),
                ('content_digest', models.BinaryField()),
                ('told_first_at', models.DateTimeField()),
                ('told_last_at', models.DateTimeField()),
                ('told_count', models.IntegerField(default=1)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by_person_id', models.BigIntegerField(null=True)),
                ('answer', models.CharField(default='', max_length=400)),
            ],
            options={
                'verbose_name': '互相矛盾的通知',
                'db_table': 'bank_contradiction',
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['centre_id', 'contradiction_id'], name='bank_contradiction_open')],
                'constraints': [models.UniqueConstraint(fields=('centre_id', 'notice_id', 'content_digest'), name='bank_contradiction_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bank_contradiction_amount_positive'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('settled_at__isnull', True), ('settled_by_person_id__isnull', True)), models.Q(('settled_at__isnull', False), ('settled_by_person_id__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='bank_contradiction_answered')],
            },
        ),
        migrations.RunSQL(FOREIGN_KEY, UNDO_FOREIGN_KEY),
    ]
