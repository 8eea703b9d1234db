"""Bookings of what the bank did by itself; an entry that was booked so has a state of its own."""

import anju.database.fields
from django.db import migrations, models

SEQUENCE = "CREATE SEQUENCE bank_booking_id_seq"
UNDO_SEQUENCE = "DROP SEQUENCE bank_booking_id_seq"
GUARDS = """
ALTER TABLE bank_booking ADD CONSTRAINT bank_booking_notice_fk
    FOREIGN KEY (centre_id, notice_id) REFERENCES bank_notice (centre_id, notice_id) ON DELETE RESTRICT;
ALTER TABLE bank_booking ADD CONSTRAINT bank_booking_undoes_fk
    FOREIGN KEY (centre_id, undoes_id) REFERENCES bank_booking (centre_id, booking_id) ON DELETE RESTRICT;
"""
UNDO_GUARDS = """
ALTER TABLE bank_booking DROP CONSTRAINT bank_booking_undoes_fk, DROP CONSTRAINT bank_booking_notice_fk;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('treasury', '0007_reconciled_day'),
    ]

    operations = [
        migrations.AlterField(
            model_name='banknotice',
            name='state',
            field=models.SmallIntegerField(choices=[(1, '已入账'), (2, '已被银行冲回'), (3, '冲回通知'), (4, '冲回通知，等待原到账'), (5, '本中心付款'), (6, '未知支出，待资金人员核实'), (7, '已由两人记账')]),
        ),
        migrations.RunSQL(SEQUENCE, UNDO_SEQUENCE),
        migrations.CreateModel(
            name='BankBooking',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'booking_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('booking_id', models.BigIntegerField(db_default=models.Func(models.Value('bank_booking_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('notice_id', models.BigIntegerField()),
                ('purpose', models.SmallIntegerField(choices=[(1, '银行手续费、工本费'), (2, '银行扣错了，要追回'), (3, '存款利息，没有计提过'), (4, '存款利息，已经计提过'), (5, '追回的银行扣款'), (9, '冲销已记的账')])),
                ('amount_fen', anju.database.fields.FenField()),
                ('reason_text', models.CharField(default='', max_length=400)),
                ('content_digest', models.BinaryField()),
                ('state', models.SmallIntegerField(choices=[(1, '待确认'), (2, '已记账'), (3, '已退回'), (4, '已撤回'), (5, '已冲销')])),
                ('maker_person_id', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('checker_person_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('answer_text', models.CharField(default='', max_length=400)),
                ('voucher_id', models.BigIntegerField(null=True)),
                ('undoes_id', models.BigIntegerField(null=True)),
            ],
            options={
                'verbose_name': '银行流水记账',
                'db_table': 'bank_booking',
                'indexes': [models.Index(fields=['centre_id', 'notice_id', 'booking_id'], name='bank_booking_entry'), models.Index(condition=models.Q(('state', 1)), fields=['centre_id', 'booking_id'], name='bank_booking_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 1)), fields=('centre_id', 'notice_id'), name='bank_booking_one_open'), models.UniqueConstraint(condition=models.Q(('state', 2), models.Q(('purpose', 9), _negated=True)), fields=('centre_id', 'notice_id'), name='bank_booking_booked_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bank_booking_amount_positive'), models.CheckConstraint(condition=models.Q(('maker_person_id', models.F('checker_person_id')), _negated=True), name='bank_booking_maker_not_checker'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 1)), models.Q(models.Q(('state', 1), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='bank_booking_decided'), models.CheckConstraint(condition=models.Q(models.Q(('checker_person_id__isnull', False), ('state__in', [2, 5]), ('voucher_id__isnull', False)), models.Q(models.Q(('state__in', [2, 5]), _negated=True), ('voucher_id', None)), _connector='OR'), name='bank_booking_booked'), models.CheckConstraint(condition=models.Q(models.Q(('purpose', 9), ('undoes_id__isnull', False)), models.Q(models.Q(('purpose', 9), _negated=True), ('undoes_id', None)), _connector='OR'), name='bank_booking_undoes')],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO_GUARDS),
    ]
