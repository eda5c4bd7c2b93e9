import apps.core.constraints
import apps.core.encrypted_field
import apps.core.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('subscriptions', '0003_period_of_item'),
        ('tenancy', '0002_stricter_texts'),
        ('usage', '0004_limits_and_alerts'),
    ]

    operations = [
        migrations.CreateModel(
            name='PullSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='pls')),
                ('url', models.CharField(max_length=2000, verbose_name='address')),
                ('secret', apps.core.encrypted_field.EncryptedTextField(help_text='Signs the questions, as Standard Webhooks say.')),
                ('asks_from', models.DateTimeField(help_text='Periods that end after this are asked for.')),
                ('created_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(help_text='Set when it was taken away: nothing waits for it any more.', null=True)),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name': 'usage system',
            },
        ),
        migrations.CreateModel(
            name='Pull',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='pul')),
                ('status', models.CharField(choices=[('waiting', 'no answer yet'), ('done', 'recorded'), ('failed', 'no valid answer'), ('dropped', 'not asked any more')], default='waiting', max_length=7)),
                ('tries', models.PositiveSmallIntegerField(default=0, help_text='Since it was announced, or told to try again.')),
                ('asked_at', models.DateTimeField(help_text='When it was asked last, in machine time.', null=True)),
                ('answer', models.CharField(blank=True, help_text='What came of the last try, in words.', max_length=500)),
                ('quantity', models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                ('created_at', models.DateTimeField(help_text='When the period was found to have ended, in business time.')),
                ('answered_at', models.DateTimeField(help_text='When the answer was recorded, in business time.', null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('period', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period')),
                ('source', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='usage.pullsource')),
            ],
        ),
        migrations.CreateModel(
            name='PullSourceHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='pls', unique=False)),
                ('url', models.CharField(max_length=2000, verbose_name='address')),
                ('secret', apps.core.encrypted_field.EncryptedTextField(help_text='Signs the questions, as Standard Webhooks say.')),
                ('asks_from', models.DateTimeField(help_text='Periods that end after this are asked for.')),
                ('created_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(help_text='Set when it was taken away: nothing waits for it any more.', null=True)),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='usage.pullsource')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='pullsource',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='usage_pullsource_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='pullsource',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item'), name='pullsource_item_owned', to_fields=('organization', 'id'), via='item'),
        ),
        migrations.AddConstraint(
            model_name='pullsource',
            constraint=models.UniqueConstraint(fields=('item',), name='pullsource_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pullsource',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "usage_pullsourcehistory" ("asks_from", "created_at", "id", "item_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "secret", "stopped_at", "url") VALUES (NEW."asks_from", NEW."created_at", NEW."id", NEW."item_id", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."secret", NEW."stopped_at", NEW."url"); RETURN NULL;', hash='96085fc1c30bf4f278bdd375a4a4e2b56e5c55dc', operation='INSERT', pgid='pgtrigger_insert_insert_e7deb', table='usage_pullsource', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pullsource',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "usage_pullsourcehistory" ("asks_from", "created_at", "id", "item_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "secret", "stopped_at", "url") VALUES (NEW."asks_from", NEW."created_at", NEW."id", NEW."item_id", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."secret", NEW."stopped_at", NEW."url"); RETURN NULL;', hash='4ff64c4d810fd39daffdc3da174bac7e17cfde69', operation='UPDATE', pgid='pgtrigger_update_update_309c6', table='usage_pullsource', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pullsource',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "usage_pullsourcehistory" ("asks_from", "created_at", "id", "item_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "secret", "stopped_at", "url") VALUES (OLD."asks_from", OLD."created_at", OLD."id", OLD."item_id", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_id", OLD."secret", OLD."stopped_at", OLD."url"); RETURN NULL;', hash='37e61810a9201ce812e37d9bb2de6f2808d1f08a', operation='DELETE', pgid='pgtrigger_delete_delete_f2ccd', table='usage_pullsource', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='pull',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='usage_pull_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='pull',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'source'), name='pull_source_owned', to_fields=('organization', 'id'), via='source'),
        ),
        migrations.AddConstraint(
            model_name='pull',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'period'), name='pull_period_owned', to_fields=('organization', 'id'), via='period'),
        ),
        migrations.AddConstraint(
            model_name='pull',
            constraint=models.UniqueConstraint(fields=('period',), name='pull_once'),
        ),
        migrations.AddConstraint(
            model_name='pull',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('quantity__gte', 0), ('status', 'done')), models.Q(models.Q(('status', 'done'), _negated=True), ('answered_at__isnull', True), ('quantity__isnull', True)), _connector='OR'), name='pull_done_has_quantity'),
        ),
    ]
