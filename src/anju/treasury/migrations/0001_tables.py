"""Tables of the treasury, their sequences, and the foreign keys inside the centre group."""

import anju.database.fields
import django.db.models.functions.datetime
from django.db import migrations, models


SEQUENCES = """
CREATE SEQUENCE bank_account_id_seq;
CREATE SEQUENCE bank_notice_id_seq;
CREATE SEQUENCE payment_order_id_seq;
CREATE SEQUENCE treasury_mandate_id_seq;
"""
UNDO_SEQUENCES = """
DROP SEQUENCE bank_account_id_seq, bank_notice_id_seq, payment_order_id_seq, treasury_mandate_id_seq;
"""
FOREIGN_KEYS = """
ALTER TABLE bank_notice ADD CONSTRAINT bank_notice_account_fk
    FOREIGN KEY (centre_id, bank_account_id) REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;
ALTER TABLE bank_notice ADD CONSTRAINT bank_notice_order_fk
    FOREIGN KEY (centre_id, order_id) REFERENCES payment_order (centre_id, order_id) ON DELETE RESTRICT;
ALTER TABLE bank_notice ADD CONSTRAINT bank_notice_original_fk
    FOREIGN KEY (centre_id, original_notice_id) REFERENCES bank_notice (centre_id, notice_id) ON DELETE RESTRICT;
ALTER TABLE payment_order ADD CONSTRAINT payment_order_account_fk
    FOREIGN KEY (centre_id, bank_account_id) REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;
ALTER TABLE payment_order ADD CONSTRAINT payment_order_mandate_fk
    FOREIGN KEY (centre_id, mandate_id) REFERENCES treasury_mandate (centre_id, mandate_id) ON DELETE RESTRICT;
"""
UNDO_FOREIGN_KEYS = """
ALTER TABLE bank_notice DROP CONSTRAINT bank_notice_account_fk, DROP CONSTRAINT bank_notice_order_fk,
    DROP CONSTRAINT bank_notice_original_fk;
ALTER TABLE payment_order DROP CONSTRAINT payment_order_account_fk, DROP CONSTRAINT payment_order_mandate_fk;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("database", "0001_functions"),
    ]

    operations = [
        migrations.RunSQL(SEQUENCES, UNDO_SEQUENCES),
        migrations.CreateModel(
            name='BankAccount',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'bank_account_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('bank_account_id', models.BigIntegerField(db_default=models.Func(models.Value('bank_account_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('number_sealed', anju.database.fields.SealedTextField()),
                ('number_digest', anju.database.fields.DigestField()),
                ('tail', models.CharField(max_length=4)),
                ('name', models.CharField(max_length=200, verbose_name='户名')),
                ('bank_name', models.CharField(max_length=100, verbose_name='开户银行')),
                ('bank_code', models.CharField(default='', max_length=20, verbose_name='联行号')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '存款专户',
                'db_table': 'bank_account',
                'constraints': [models.UniqueConstraint(fields=('centre_id', 'number_digest'), name='bank_account_number_once')],
            },
        ),
        migrations.CreateModel(
            name='BankNotice',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'notice_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('notice_id', models.BigIntegerField(db_default=models.Func(models.Value('bank_notice_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('bank_account_id', models.BigIntegerField()),
                ('host_serial', models.CharField(max_length=40)),
                ('entry_date', models.DateField()),
                ('booked_time', models.CharField(default='', max_length=6)),
                ('direction', models.SmallIntegerField(choices=[(1, 'DEBIT'), (2, 'CREDIT')])),
                ('amount_fen', anju.database.fields.FenField()),
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
                ('state', models.SmallIntegerField(choices=[(1, '已入账'), (2, '已被银行冲回'), (3, '冲回通知'), (4, '冲回通知，等待原到账'), (5, '本中心付款'), (6, '未知支出，待资金人员核实')])),
                ('order_id', models.BigIntegerField(null=True)),
                ('original_notice_id', models.BigIntegerField(null=True)),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '到账通知',
                'db_table': 'bank_notice',
                'indexes': [models.Index(fields=['centre_id', 'state', '-received_at'], name='bank_notice_state'), models.Index(condition=models.Q(('reversal', True)), fields=['centre_id', 'bank_account_id', 'original_host_serial'], name='bank_notice_original')],
                'constraints': [models.UniqueConstraint(fields=('centre_id', 'bank_account_id', 'host_serial', 'entry_date'), name='bank_notice_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bank_notice_amount_positive')],
            },
        ),
        migrations.CreateModel(
            name='MemberCard',
            fields=[
                ('pk', models.CompositePrimaryKey('person_id', 'n', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.BigIntegerField()),
                ('n', models.SmallIntegerField()),
                ('card_sealed', anju.database.fields.SealedTextField()),
                ('card_digest', anju.database.fields.DigestField()),
                ('holder_sealed', anju.database.fields.SealedTextField()),
                ('tail', models.CharField(max_length=4)),
                ('bank_name', models.CharField(max_length=100)),
                ('bank_code', models.CharField(default='', max_length=20)),
                ('check_serial', models.CharField(max_length=60)),
                ('bound_at', models.DateTimeField()),
                ('usable_from', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '收款账户',
                'db_table': 'member_card',
                'indexes': [models.Index(fields=['card_digest'], name='member_card_digest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('person_id',), name='member_card_one_bound'), models.CheckConstraint(condition=models.Q(('usable_from__gte', models.F('bound_at'))), name='member_card_wait')],
            },
        ),
        migrations.CreateModel(
            name='PaymentOrder',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'order_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('order_id', models.BigIntegerField(db_default=models.Func(models.Value('payment_order_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('idempotency_key', models.CharField(max_length=120)),
                ('request_digest', models.BinaryField()),
                ('source_kind', models.CharField(max_length=40)),
                ('source_id', models.BigIntegerField()),
                ('bank_account_id', models.BigIntegerField()),
                ('business_kind', models.CharField(max_length=2)),
                ('amount_fen', anju.database.fields.FenField()),
                ('interest_fen', anju.database.fields.FenField(default=0)),
                ('payee_name', anju.database.fields.SealedTextField()),
                ('payee_account', anju.database.fields.SealedTextField()),
                ('payee_tail', models.CharField(max_length=4)),
                ('payee_bank_name', models.CharField(default='', max_length=100)),
                ('payee_bank_code', models.CharField(default='', max_length=20)),
                ('payee_corporate', models.BooleanField(default=False)),
                ('summary', models.CharField(max_length=60)),
                ('maker_person_id', models.BigIntegerField(null=True)),
                ('checker_person_id', models.BigIntegerField(null=True)),
                ('checker_release', models.CharField(default='', max_length=60)),
                ('releaser_person_id', models.BigIntegerField(null=True)),
                ('mandate_id', models.BigIntegerField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('state', models.SmallIntegerField(choices=[(1, '待付款'), (2, '已发银行'), (3, '银行结果未知，查询中'), (4, '已付款'), (5, '已退回'), (6, '已撤销')])),
                ('business_serial', models.CharField(default='', max_length=20)),
                ('reserved_at', models.DateTimeField()),
                ('instructed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_count', models.SmallIntegerField(default=0)),
                ('asked_at', models.DateTimeField(null=True)),
                ('asked_count', models.IntegerField(default=0)),
                ('last_answer', models.CharField(default='', max_length=10)),
                ('host_serial', models.CharField(default='', max_length=40)),
                ('value_on', models.DateField(null=True)),
                ('reason_code', models.CharField(default='', max_length=20)),
                ('reason_text', models.CharField(default='', max_length=400)),
                ('final_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '付款指令',
                'db_table': 'payment_order',
                'indexes': [models.Index(fields=['centre_id', 'state', 'reserved_at'], name='payment_order_state'), models.Index(fields=['centre_id', 'source_kind', 'source_id'], name='payment_order_source')],
                'constraints': [models.UniqueConstraint(fields=('centre_id', 'idempotency_key'), name='payment_order_key_once'), models.UniqueConstraint(condition=models.Q(('business_serial', ''), _negated=True), fields=('centre_id', 'business_serial'), name='payment_order_serial_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payment_order_amount_positive'), models.CheckConstraint(condition=models.Q(('interest_fen__gte', 0), ('interest_fen__lte', models.F('amount_fen'))), name='payment_order_interest_within'), models.CheckConstraint(condition=models.Q(('maker_person_id', models.F('releaser_person_id')), _negated=True), name='payment_order_maker_not_releaser'), models.CheckConstraint(condition=models.Q(('maker_person_id', models.F('checker_person_id')), _negated=True), name='payment_order_maker_not_checker'), models.CheckConstraint(condition=models.Q(('checker_person_id', models.F('releaser_person_id')), _negated=True), name='payment_order_checker_not_releaser'), models.CheckConstraint(condition=models.Q(('checker_person_id__isnull', False), models.Q(('checker_release', ''), _negated=True), _connector='OR'), name='payment_order_checked'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', [2, 3, 4]), _negated=True), ('releaser_person_id__isnull', False), _connector='OR'), name='payment_order_released'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', [2, 3, 4]), _negated=True), models.Q(models.Q(('business_serial', ''), _negated=True), ('instructed_at__isnull', False)), _connector='OR'), name='payment_order_instructed'), models.CheckConstraint(condition=models.Q(models.Q(('state', 4), _negated=True), ('value_on__isnull', False), _connector='OR'), name='payment_order_value_date'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', [1, 6]), _negated=True), ('sent_count', 0), _connector='OR'), name='payment_order_unsent')],
            },
        ),
        migrations.CreateModel(
            name='TreasuryMandate',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'mandate_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('mandate_id', models.BigIntegerField(db_default=models.Func(models.Value('treasury_mandate_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('signed_by_login_id', models.BigIntegerField(null=True)),
                ('signed_by_person_id', models.BigIntegerField()),
                ('limit_fen', anju.database.fields.FenField()),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('signed_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_person_id', models.BigIntegerField(null=True)),
            ],
            options={
                'verbose_name': '付款授权',
                'db_table': 'treasury_mandate',
                'constraints': [models.CheckConstraint(condition=models.Q(('limit_fen__gt', 0)), name='treasury_mandate_limit_positive'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='treasury_mandate_dates')],
            },
        ),
        migrations.RunSQL(FOREIGN_KEYS, UNDO_FOREIGN_KEYS),
    ]
