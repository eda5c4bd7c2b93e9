import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('subscriptions', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='evt')),
                ('quantity', models.DecimalField(decimal_places=12, max_digits=30)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('late', models.BooleanField(default=False, help_text='Its period was closed already when it arrived.')),
                ('idempotency_key', models.CharField(max_length=255, null=True)),
                ('content_digest', models.CharField(blank=True, help_text='SHA-256 of the content as sent.', max_length=64)),
                ('properties', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('source', models.CharField(choices=[('admin', 'by hand'), ('api', 'API'), ('command', 'command')], max_length=7)),
                ('actor', models.CharField(max_length=320)),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('period', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period')),
            ],
            options={
                'indexes': [models.Index(fields=['period', 'occurred_at', 'id'], name='event_of_period'), models.Index(condition=models.Q(('late', True)), fields=['period'], name='event_late')],
            },
        ),
        migrations.AddConstraint(
            model_name='Event',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='usage_event_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='Event',
            constraint=models.UniqueConstraint(fields=('organization', 'idempotency_key'), name='event_key_once'),
        ),
        migrations.AddConstraint(
            model_name='Event',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', -1000000000000000), ('quantity__lt', 1000000000000000)), name='event_quantity_in_range'),
        ),
        migrations.AddConstraint(
            model_name='Event',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item'), name='event_item_owned', to_fields=('organization', 'id'), via='item'),
        ),
        migrations.AddConstraint(
            model_name='Event',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'period'), name='event_period_owned', to_fields=('organization', 'id'), via='period'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'usage_event: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='4860b29dfae8efd097195aeb72c5752e308d2179', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7f0e3', table='usage_event', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'usage_event: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='9d814a471d5dc2e1570bb4fc93c280d007d4f3f3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_160f6', table='usage_event', when='BEFORE')),
        ),
    ]
