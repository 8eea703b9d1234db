"""Statements of the bank and their lines: kept once, in the bank's order, and never changed."""

import anju.database.fields
from django.db import migrations, models


SEQUENCES = "CREATE SEQUENCE bank_statement_id_seq; CREATE SEQUENCE bank_entry_id_seq;"
UNDO_SEQUENCES = "DROP SEQUENCE bank_statement_id_seq, bank_entry_id_seq;"
GUARDS = """
ALTER TABLE bank_statement ADD CONSTRAINT bank_statement_account_fk
    FOREIGN KEY (centre_id, bank_account_id) REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;
ALTER TABLE bank_entry ADD CONSTRAINT bank_entry_account_fk
    FOREIGN KEY (centre_id, bank_account_id) REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;
ALTER TABLE bank_entry ADD CONSTRAINT bank_entry_statement_fk
    FOREIGN KEY (centre_id, statement_id) REFERENCES bank_statement (centre_id, statement_id) ON DELETE RESTRICT;
CREATE TRIGGER bank_statement_append_only BEFORE UPDATE OR DELETE ON bank_statement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bank_entry_append_only BEFORE UPDATE OR DELETE ON bank_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
UNDO_GUARDS = """
DROP TRIGGER bank_entry_append_only ON bank_entry;
DROP TRIGGER bank_statement_append_only ON bank_statement;
ALTER TABLE bank_entry DROP CONSTRAINT bank_entry_account_fk, DROP CONSTRAINT bank_entry_statement_fk;
ALTER TABLE bank_statement DROP CONSTRAINT bank_statement_account_fk;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('treasury', '0003_contradictions'),
    ]

    operations = [
        migrations.RunSQL(SEQUENCES, UNDO_SEQUENCES),
        migrations.CreateModel(
            name='BankEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'entry_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('entry_id', models.BigIntegerField(db_default=models.Func(models.Value('bank_entry_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('bank_account_id', models.BigIntegerField()),
                ('statement_id', models.BigIntegerField()),
                ('position', models.BigIntegerField()),
                ('host_serial', models.CharField(max_length=40)),
                ('entry_date', models.DateField()),
                ('booked_time', models.CharField(default='', max_length=6)),
                ('direction', models.SmallIntegerField(choices=[(1, 'DEBIT'), (2, 'CREDIT')])),
                ('amount_fen', anju.database.fields.FenField()),
                ('balance_after_fen', anju.database.fields.FenField()),
                ('counter_name', anju.database.fields.SealedTextField()),
                ('counter_account', anju.database.fields.SealedTextField()),
                ('counter_bank', models.CharField(default='', max_length=20)),
                ('summary', models.CharField(default='', max_length=200)),
                ('remark', models.CharField(default='', max_length=200)),
                ('voucher_number', models.CharField(default='', max_length=40)),
                ('reversal', models.BooleanField(default=False)),
                ('original_host_serial', models.CharField(default='', max_length=40)),
                ('original_serial', models.CharField(default='', max_length=40)),
                ('content_digest', models.BinaryField()),
            ],
            options={
                'verbose_name': '银行明细',
                'db_table': 'bank_entry',
                'indexes': [models.Index(fields=['centre_id', 'bank_account_id', 'entry_date'], name='bank_entry_day'), models.Index(fields=['centre_id', 'statement_id'], name='bank_entry_statement')],
                'constraints': [models.UniqueConstraint(fields=('centre_id', 'bank_account_id', 'host_serial', 'entry_date'), name='bank_entry_once'), models.UniqueConstraint(fields=('centre_id', 'bank_account_id', 'position'), name='bank_entry_position_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bank_entry_amount_positive'), models.CheckConstraint(condition=models.Q(('direction__in', [1, 2])), name='bank_entry_direction')],
            },
        ),
        migrations.CreateModel(
            name='BankStatement',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'statement_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('statement_id', models.BigIntegerField(db_default=models.Func(models.Value('bank_statement_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('bank_account_id', models.BigIntegerField()),
                ('format', models.CharField(max_length=10)),
                ('file_digest', models.BinaryField()),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('opening_fen', anju.database.fields.FenField()),
                ('closing_fen', anju.database.fields.FenField()),
                ('entry_count', models.IntegerField()),
                ('new_count', models.IntegerField()),
                ('imported_by_person_id', models.BigIntegerField()),
                ('imported_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '银行对账单',
                'db_table': 'bank_statement',
                'constraints': [models.UniqueConstraint(fields=('centre_id', 'bank_account_id', 'file_digest'), name='bank_statement_file_once'), models.CheckConstraint(condition=models.Q(('first_on__lte', models.F('last_on'))), name='bank_statement_period'), models.CheckConstraint(condition=models.Q(('new_count__gte', 0), ('new_count__lte', models.F('entry_count'))), name='bank_statement_counts')],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO_GUARDS),
    ]
