"""Tables of the certificates room; all of them are only ever added to."""

import anju.database.fields
from django.db import migrations, models


SEQUENCE = "CREATE SEQUENCE certificate_id_seq;"
FOREIGN_KEYS = """
ALTER TABLE certificate_paper ADD CONSTRAINT certificate_paper_fk
    FOREIGN KEY (centre_id, certificate_id) REFERENCES certificate (centre_id, certificate_id) ON DELETE RESTRICT;
ALTER TABLE certificate_revocation ADD CONSTRAINT certificate_revocation_fk
    FOREIGN KEY (centre_id, certificate_id) REFERENCES certificate (centre_id, certificate_id) ON DELETE RESTRICT;
"""
UNDO_FOREIGN_KEYS = """
ALTER TABLE certificate_paper DROP CONSTRAINT certificate_paper_fk;
ALTER TABLE certificate_revocation DROP CONSTRAINT certificate_revocation_fk;
"""
APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change();\n"
    for table in ("certificate", "certificate_paper", "certificate_revocation")
)
UNDO_APPEND_ONLY = "".join(
    f"DROP TRIGGER {table}_append_only ON {table};\n"
    for table in ("certificate", "certificate_paper", "certificate_revocation")
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [("database", "0001_functions")]

    operations = [
        migrations.RunSQL(SEQUENCE, "DROP SEQUENCE certificate_id_seq"),
        migrations.CreateModel(
            name='CertificatePaper',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'certificate_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('certificate_id', models.BigIntegerField()),
                ('content_sealed', models.BinaryField()),
            ],
            options={
                'verbose_name': '证明文件',
                'db_table': 'certificate_paper',
            },
        ),
        migrations.CreateModel(
            name='CertificateRevocation',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'certificate_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('certificate_id', models.BigIntegerField()),
                ('revoked_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=200)),
                ('revoked_by_person_id', models.BigIntegerField(null=True)),
            ],
            options={
                'verbose_name': '证明作废',
                'db_table': 'certificate_revocation',
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('pk', models.CompositePrimaryKey('centre_id', 'certificate_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('centre_id', models.BigIntegerField()),
                ('certificate_id', models.BigIntegerField(db_default=models.Func(models.Value('certificate_id_seq'), function='nextval', output_field=models.BigIntegerField()))),
                ('number', models.CharField(max_length=30)),
                ('kind', models.SmallIntegerField(choices=[(1, '住房公积金缴存证明')])),
                ('idempotency_key', models.CharField(max_length=120)),
                ('person_id', models.BigIntegerField()),
                ('account_id', models.BigIntegerField()),
                ('purpose', models.CharField(max_length=60)),
                ('facts_sealed', models.BinaryField()),
                ('code_digest', anju.database.fields.DigestField()),
                ('pdf_sha256', models.BinaryField()),
                ('issued_at', models.DateTimeField()),
                ('valid_until', models.DateField()),
            ],
            options={
                'verbose_name': '证明',
                'db_table': 'certificate',
                'indexes': [models.Index(fields=['centre_id', 'person_id', '-certificate_id'], name='certificate_person'), models.Index(fields=['centre_id', 'pdf_sha256'], name='certificate_file')],
                'constraints': [models.UniqueConstraint(fields=('centre_id', 'number'), name='certificate_number_once'), models.UniqueConstraint(fields=('centre_id', 'idempotency_key'), name='certificate_key_once')],
            },
        ),
        migrations.RunSQL(FOREIGN_KEYS, UNDO_FOREIGN_KEYS),
        migrations.RunSQL(APPEND_ONLY, UNDO_APPEND_ONLY),
    ]
