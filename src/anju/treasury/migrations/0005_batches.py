"""Payment batches, their lines, and what the bank told of them amiss; an order knows the batch that pays it."""

import anju.database.fields
from django.db import migrations, models


SEQUENCES = "CREATE SEQUENCE payment_batch_id_seq; CREATE SEQUENCE batch_contradiction_id_seq;"
UNDO_SEQUENCES = "DROP SEQUENCE payment_batch_id_seq, batch_contradiction_id_seq;"
GUARDS = """
ALTER TABLE payment_batch ADD CONSTRAINT payment_batch_account_fk
    FOREIGN KEY (centre_id, bank_account_id) REFERENCES bank_account (centre_id, bank_account_id) ON DELETE RESTRICT;
ALTER TABLE payment_batch_line ADD CONSTRAINT payment_batch_line_batch_fk
    FOREIGN KEY (centre_id, batch_id) REFERENCES payment_batch (centre_id, batch_id) ON DELETE RESTRICT;
ALTER TABLE payment_batch_line ADD CONSTRAINT payment_batch_line_order_fk
    FOREIGN KEY (centre_id, order_id) REFERENCES payment_order (centre_id, order_id) ON DELETE RESTRICT;
ALTER TABLE payment_order ADD CONSTRAINT payment_order_batch_fk
    FOREIGN KEY (centre_id, batch_id) REFERENCES payment_batch (centre_id, batch_id) ON DELETE RESTRICT;
ALTER TABLE batch_contradiction ADD CONSTRAINT batch_contradiction_batch_fk
    FOREIGN KEY (centre_id, batch_id) REFERENCES payment_batch (centre_id, batch_id) ON DELETE RESTRICT;
"""
UNDO_GUARDS = """
ALTER TABLE batch_contradiction DROP CONSTRAINT batch_contradiction_batch_fk;
ALTER TABLE payment_order DROP CONSTRAINT payment_order_batch_fk;
ALTER TABLE payment_batch_line DROP CONSTRAINT payment_batch_line_order_fk,
    DROP CONSTRAINT payment_batch_line_batch_fk;
ALTER TABLE payment_batch DROP CONSTRAINT payment_batch_account_fk;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('treasury', '0004_statements'),
    ]

    operations = [
        migrations.RunSQL(SEQUENCES, UNDO_SEQUENCES),
        migrations.CreateModel(
            name='BatchContradiction',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'contradiction_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('contradiction_id', models.BigIntegerField(db_default=models.Func(models.Value('batch_contradiction_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('batch_id', models.BigIntegerField()),
                ('kind', models.SmallIntegerField(choices=[(1, '结果里有一笔不是本批次的'), (2, '结果里同一笔出现两次'), (3, '结果的金额与发出的不同'), (4, '银行说已办完，结果里没有这一笔'), (5, '结果与银行先前的最终答复相反'), (6, '银行说的笔数或金额与发出的不同')])),
                ('line_serial', models.CharField(default='', max_length=40)),
                ('order_id', models.BigIntegerField(null=True)),
                ('sent_fen', anju.database.fields.FenField(null=True)),
                ('told_fen', anju.database.fields.FenField(default=0)),
                ('told_state', models.CharField(default='', max_length=10)),
                ('told_first_at', models.DateTimeField()),
                ('told_last_at', models.DateTimeField()),
                ('told_count', models.IntegerField(default=1)),
            ],
            options={
                'verbose_name': '批次结果矛盾',
                'db_table': 'batch_contradiction',
            },
        ),
        migrations.CreateModel(
            name='PaymentBatch',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'batch_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('batch_id', models.BigIntegerField(db_default=models.Func(models.Value('payment_batch_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('bank_account_id', models.BigIntegerField()),
                ('state', models.SmallIntegerField(choices=[(1, '待复核'), (2, '待签发'), (3, '已签发，待发送'), (4, '已发银行'), (5, '银行处理中'), (6, '银行结果未知，查询中'), (7, '已办结'), (8, '已取消'), (9, '已解散，逐笔处理')])),
                ('content_digest', models.BinaryField()),
                ('maker_person_id', models.BigIntegerField()),
                ('gathered_at', models.DateTimeField()),
                ('checker_person_id', models.BigIntegerField(null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('releaser_person_id', models.BigIntegerField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('waits_for', models.CharField(default='', max_length=10)),
                ('waits_until', models.DateTimeField(null=True)),
                ('batch_serial', models.CharField(default='', max_length=20)),
                ('instructed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_count', models.SmallIntegerField(default=0)),
                ('sent_lines', models.IntegerField(default=0)),
                ('sent_fen', anju.database.fields.FenField(default=0)),
                ('asked_at', models.DateTimeField(null=True)),
                ('asked_count', models.IntegerField(default=0)),
                ('last_answer', models.CharField(default='', max_length=10)),
                ('results_at', models.DateTimeField(null=True)),
                ('reason_text', models.CharField(default='', max_length=400)),
                ('final_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '付款批次',
                'db_table': 'payment_batch',
            },
        ),
        migrations.CreateModel(
            name='PaymentBatchLine',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'batch_id', 'line_no', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('batch_id', models.BigIntegerField()),
                ('line_no', models.IntegerField()),
                ('order_id', models.BigIntegerField()),
                ('amount_fen', anju.database.fields.FenField()),
                ('order_digest', models.BinaryField()),
                ('name_state', models.SmallIntegerField(choices=[(0, 'NOT_ASKED'), (1, 'SAME'), (2, 'DIFFERS')], default=0)),
                ('name_serial', models.CharField(default='', max_length=60)),
                ('name_asked_at', models.DateTimeField(null=True)),
                ('signed', models.BooleanField(default=False)),
                ('sent', models.BooleanField(default=False)),
                ('taken_out_at', models.DateTimeField(null=True)),
                ('taken_out_text', models.CharField(default='', max_length=200)),
            ],
            options={
                'verbose_name': '付款批次明细',
                'db_table': 'payment_batch_line',
            },
        ),
        migrations.AddField(
            model_name='paymentorder',
            name='batch_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='paymentorder',
            index=models.Index(condition=models.Q(('batch_id__isnull', False)), fields=['centre_id', 'batch_id'], name='payment_order_batch'),
        ),
        migrations.AddConstraint(
            model_name='paymentorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 1), _negated=True), ('batch_id__isnull', True), ('releaser_person_id__isnull', True), _connector='OR'), name='payment_order_one_way_out'),
        ),
        migrations.AddConstraint(
            model_name='batchcontradiction',
            constraint=models.UniqueConstraint(fields=('centre_id', 'batch_id', 'kind', 'line_serial', 'told_fen', 'told_state'), name='batch_contradiction_once'),
        ),
        migrations.AddIndex(
            model_name='paymentbatch',
            index=models.Index(fields=['centre_id', 'state', 'batch_id'], name='payment_batch_state'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.UniqueConstraint(condition=models.Q(('batch_serial', ''), _negated=True), fields=('centre_id', 'batch_serial'), name='payment_batch_serial_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('maker_person_id', models.F('checker_person_id')), _negated=True), name='payment_batch_maker_not_checker'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('maker_person_id', models.F('releaser_person_id')), _negated=True), name='payment_batch_maker_not_releaser'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('checker_person_id', models.F('releaser_person_id')), _negated=True), name='payment_batch_checker_not_releaser'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [1, 8]), ('checker_person_id__isnull', False), _connector='OR'), name='payment_batch_checked'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [1, 8, 2]), ('releaser_person_id__isnull', False), _connector='OR'), name='payment_batch_released'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [1, 8, 2, 3]), models.Q(models.Q(('batch_serial', ''), _negated=True), ('instructed_at__isnull', False), ('sent_count__gt', 0), ('sent_lines__gt', 0)), _connector='OR'), name='payment_batch_instructed'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', [1, 8, 2, 3]), _negated=True), models.Q(('sent_count', 0), ('sent_fen', 0)), _connector='OR'), name='payment_batch_unsent'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('final_at__isnull', False), ('state__in', [7, 8, 9])), models.Q(models.Q(('state__in', [7, 8, 9]), _negated=True), ('final_at', None)), _connector='OR'), name='payment_batch_final'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatchline',
            constraint=models.UniqueConstraint(condition=models.Q(('taken_out_at__isnull', True)), fields=('centre_id', 'order_id'), name='payment_batch_line_live_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatchline',
            constraint=models.UniqueConstraint(fields=('centre_id', 'batch_id', 'order_id'), name='payment_batch_line_order_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatchline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payment_batch_line_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatchline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name_state', 2), _negated=True), ('taken_out_at__isnull', False), _connector='OR'), name='payment_batch_line_own_name'),
        ),
        migrations.RunSQL(GUARDS, UNDO_GUARDS),
    ]
