"""The register of deposits, and moves of the centre's own money."""

import anju.database.fields
from django.db import migrations, models


SEQUENCES = "CREATE SEQUENCE deposit_id_seq; CREATE SEQUENCE own_move_id_seq;"
UNDO_SEQUENCES = "DROP SEQUENCE deposit_id_seq, own_move_id_seq;"
GUARDS = """
ALTER TABLE deposit ADD CONSTRAINT deposit_account_fk
    FOREIGN KEY (centre_id, bank_account_id) REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;
ALTER TABLE own_move ADD CONSTRAINT own_move_account_fk
    FOREIGN KEY (centre_id, bank_account_id) REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;
ALTER TABLE own_move ADD CONSTRAINT own_move_to_account_fk
    FOREIGN KEY (centre_id, to_account_id) REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;
ALTER TABLE own_move ADD CONSTRAINT own_move_deposit_fk
    FOREIGN KEY (centre_id, deposit_id) REFERENCES deposit (centre_id, deposit_id) ON DELETE RESTRICT;
"""
UNDO_GUARDS = """
ALTER TABLE own_move DROP CONSTRAINT own_move_deposit_fk, DROP CONSTRAINT own_move_to_account_fk,
    DROP CONSTRAINT own_move_account_fk;
ALTER TABLE deposit DROP CONSTRAINT deposit_account_fk;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('treasury', '0005_batches'),
    ]

    operations = [
        migrations.RunSQL(SEQUENCES, UNDO_SEQUENCES),
        migrations.CreateModel(
            name='Deposit',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'deposit_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('deposit_id', models.BigIntegerField(db_default=models.Func(models.Value('deposit_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('bank_account_id', models.BigIntegerField()),
                ('kind', models.SmallIntegerField(choices=[(1, '定期'), (2, '通知'), (3, '协定')])),
                ('amount_fen', anju.database.fields.FenField()),
                ('rate', models.DecimalField(decimal_places=6, max_digits=8, verbose_name='年利率')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('rollover', models.SmallIntegerField(choices=[(0, '到期不转存'), (1, '本金自动转存'), (2, '本息自动转存')], default=0)),
                ('notice_days', models.SmallIntegerField(default=0)),
                ('state', models.SmallIntegerField(choices=[(1, '待存入'), (2, '存期中'), (3, '已支取'), (4, '未存入')])),
                ('deposit_number', models.CharField(default='', max_length=40)),
                ('interest_fen', anju.database.fields.FenField(null=True)),
                ('drawn_on', models.DateField(null=True)),
            ],
            options={
                'verbose_name': '存款登记',
                'db_table': 'deposit',
                'indexes': [models.Index(fields=['centre_id', 'state', 'ends_on'], name='deposit_maturity')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='deposit_amount_positive'), models.CheckConstraint(condition=models.Q(('rate__gte', 0), ('rate__lt', 1)), name='deposit_rate'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 1), _negated=True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='deposit_time_ends'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 2), _negated=True), ('notice_days__in', [1, 7]), _connector='OR'), name='deposit_notice_days'), models.CheckConstraint(condition=models.Q(models.Q(('drawn_on__isnull', False), ('interest_fen__gte', 0), ('state', 3)), models.Q(models.Q(('state', 3), _negated=True), ('drawn_on', None), ('interest_fen', None)), _connector='OR'), name='deposit_drawn')],
            },
        ),
        migrations.CreateModel(
            name='OwnMove',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'move_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('move_id', models.BigIntegerField(db_default=models.Func(models.Value('own_move_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('kind', models.SmallIntegerField(choices=[(1, '存入'), (2, '支取'), (3, '专户划转'), (4, '签订协定')])),
                ('deposit_id', models.BigIntegerField(null=True)),
                ('bank_account_id', models.BigIntegerField()),
                ('to_account_id', models.BigIntegerField(null=True)),
                ('amount_fen', anju.database.fields.FenField()),
                ('interest_fen', anju.database.fields.FenField(default=0)),
                ('content_digest', models.BinaryField()),
                ('state', models.SmallIntegerField(choices=[(1, '待复核'), (2, '已复核，待发送'), (3, '已发银行'), (4, '银行结果未知，查询中'), (5, '已办妥'), (6, '未办成'), (7, '已取消')])),
                ('maker_person_id', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('checker_person_id', models.BigIntegerField(null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('business_serial', models.CharField(default='', max_length=20)),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_count', models.SmallIntegerField(default=0)),
                ('asked_at', models.DateTimeField(null=True)),
                ('asked_count', models.IntegerField(default=0)),
                ('last_answer', models.CharField(default='', max_length=10)),
                ('host_serial', models.CharField(default='', max_length=40)),
                ('value_on', models.DateField(null=True)),
                ('voucher_id', models.BigIntegerField(null=True)),
                ('reason_text', models.CharField(default='', max_length=400)),
                ('final_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '资金调拨',
                'db_table': 'own_move',
                'indexes': [models.Index(fields=['centre_id', 'state', 'move_id'], name='own_move_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('business_serial', ''), _negated=True), fields=('centre_id', 'business_serial'), name='own_move_serial_once'), models.UniqueConstraint(condition=models.Q(('deposit_id__isnull', False), models.Q(('state__in', [6, 7]), _negated=True)), fields=('centre_id', 'deposit_id', 'kind'), name='own_move_once_a_deposit'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('interest_fen__gte', 0)), name='own_move_amounts'), models.CheckConstraint(condition=models.Q(('maker_person_id', models.F('checker_person_id')), _negated=True), name='own_move_maker_not_checker'), models.CheckConstraint(condition=models.Q(('state__in', [1, 7]), ('checker_person_id__isnull', False), _connector='OR'), name='own_move_checked'), models.CheckConstraint(condition=models.Q(models.Q(('deposit_id', None), ('kind', 3), ('to_account_id__isnull', False)), models.Q(models.Q(('kind', 3), _negated=True), ('deposit_id__isnull', False), ('to_account_id', None)), _connector='OR'), name='own_move_ends'), models.CheckConstraint(condition=models.Q(('bank_account_id', models.F('to_account_id')), _negated=True), name='own_move_two_accounts'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', [3, 4]), _negated=True), models.Q(models.Q(('business_serial', ''), _negated=True), ('sent_count__gt', 0)), _connector='OR'), name='own_move_told'), models.CheckConstraint(condition=models.Q(models.Q(('final_at__isnull', False), ('state__in', [5, 6, 7])), models.Q(models.Q(('state__in', [5, 6, 7]), _negated=True), ('final_at', None)), _connector='OR'), name='own_move_final'), models.CheckConstraint(condition=models.Q(models.Q(('state', 5), _negated=True), ('kind', 4), models.Q(('value_on__isnull', False), ('voucher_id__isnull', False)), _connector='OR'), name='own_move_booked')],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO_GUARDS),
    ]
