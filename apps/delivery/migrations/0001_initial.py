import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('invoicing', '0001_initial'),
        ('outbox', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='dlv')),
                ('channel', models.CharField(choices=[('email', 'e-mail')], default='email', max_length=5)),
                ('recipient', models.EmailField(max_length=254)),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('unknown', 'outcome unknown'), ('failed', 'Failed')], default='queued', max_length=7)),
                ('sent_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoicing.invoice')),
                ('message', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outbox.message')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('outcome', models.CharField(choices=[('started', 'Started'), ('sent', 'Sent'), ('refused', 'refused, will be tried again'), ('rejected', 'refused for good'), ('unknown', 'outcome unknown')], default='started', max_length=8)),
                ('detail', models.TextField(blank=True)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('delivery', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='delivery.delivery')),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='doc')),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('pages', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('invoice', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoicing.invoice')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='delivery_delivery_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('message', 'channel', 'recipient'), name='delivery_once'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(fields=('delivery', 'number'), name='attempt_number_once'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='delivery_document_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'message'), name='delivery_message_owned', to_fields=('organization', 'id'), via='message'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'invoice'), name='delivery_invoice_owned', to_fields=('organization', 'id'), via='invoice'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'delivery'), name='attempt_delivery_owned', to_fields=('organization', 'id'), via='delivery'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'invoice'), name='document_invoice_owned', to_fields=('organization', 'id'), via='invoice'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['organization', 'invoice'], name='delivery_of_invoice'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'delivery_document: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='725f9f84e34a24e0ef0689e8e637a708c64cd500', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fe066', table='delivery_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'delivery_document: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='7d92a444cb20266a94dbb560fea379c41d210ffa', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_269f0', table='delivery_document', when='BEFORE')),
        ),
    ]
