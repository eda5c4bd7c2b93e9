import apps.core.constraints
import apps.core.ids
import apps.tenancy.models
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_bounded_intervals'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('subscriptions', '0003_period_of_item'),
        ('tenancy', '0002_stricter_texts'),
        ('usage', '0003_rollups'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='alr')),
                ('basis', models.CharField(choices=[('included', 'percent of the included units'), ('limit', 'percent of the limit'), ('quantity', 'a quantity'), ('amount', 'an amount of money')], max_length=8)),
                ('threshold', models.DecimalField(decimal_places=12, help_text='Percent, units of the metric, or major units of the currency.', max_digits=30)),
                ('currency', models.CharField(blank=True, max_length=3, validators=[apps.tenancy.models.validate_currency])),
                ('tells_team', models.BooleanField(default=True, help_text="At the organization's billing e-mail.", verbose_name='tell the team')),
                ('tells_customer', models.BooleanField(default=False, help_text='At its billing e-mail.', verbose_name='tell the customer')),
                ('addresses', models.JSONField(blank=True, default=list, verbose_name='further addresses')),
                ('removed_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('add_on', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.addon')),
                ('item', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('plan', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.plan')),
            ],
        ),
        migrations.CreateModel(
            name='AlertFiring',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.DecimalField(decimal_places=12, max_digits=40)),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('at', models.DateTimeField()),
                ('alert', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='firings', to='usage.alert')),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('period', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period')),
            ],
        ),
        migrations.CreateModel(
            name='AlertHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='alr', unique=False)),
                ('basis', models.CharField(choices=[('included', 'percent of the included units'), ('limit', 'percent of the limit'), ('quantity', 'a quantity'), ('amount', 'an amount of money')], max_length=8)),
                ('threshold', models.DecimalField(decimal_places=12, help_text='Percent, units of the metric, or major units of the currency.', max_digits=30)),
                ('currency', models.CharField(blank=True, max_length=3, validators=[apps.tenancy.models.validate_currency])),
                ('tells_team', models.BooleanField(default=True, help_text="At the organization's billing e-mail.", verbose_name='tell the team')),
                ('tells_customer', models.BooleanField(default=False, help_text='At its billing e-mail.', verbose_name='tell the customer')),
                ('addresses', models.JSONField(blank=True, default=list, verbose_name='further addresses')),
                ('removed_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('add_on', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.addon')),
                ('item', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='usage.alert')),
                ('plan', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='lim')),
                ('kind', models.CharField(choices=[('hard', 'hard: usage beyond it is refused'), ('soft', 'soft: usage beyond it is charged'), ('notify', 'only tell'), ('none', 'no limit, whatever applies elsewhere')], max_length=6)),
                ('quantity', models.DecimalField(blank=True, decimal_places=12, help_text='In one period. Empty: no limit.', max_digits=30, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('add_on', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.addon')),
                ('item', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('plan', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.plan')),
            ],
        ),
        migrations.CreateModel(
            name='LimitFiring',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('hard', 'hard: usage beyond it is refused'), ('soft', 'soft: usage beyond it is charged'), ('notify', 'only tell'), ('none', 'no limit, whatever applies elsewhere')], max_length=6)),
                ('limit_quantity', models.DecimalField(decimal_places=12, max_digits=30)),
                ('quantity', models.DecimalField(decimal_places=12, help_text='What the period measured then.', max_digits=40)),
                ('refused', models.BooleanField(help_text='Whether usage was refused, rather than the limit met exactly.')),
                ('at', models.DateTimeField()),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('period', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period')),
            ],
        ),
        migrations.CreateModel(
            name='LimitHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='lim', unique=False)),
                ('kind', models.CharField(choices=[('hard', 'hard: usage beyond it is refused'), ('soft', 'soft: usage beyond it is charged'), ('notify', 'only tell'), ('none', 'no limit, whatever applies elsewhere')], max_length=6)),
                ('quantity', models.DecimalField(blank=True, decimal_places=12, help_text='In one period. Empty: no limit.', max_digits=30, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('add_on', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.addon')),
                ('item', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='usage.limit')),
                ('plan', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['item'], name='alert_of_item'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['add_on'], name='alert_of_add_on'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='usage_alert_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item'), name='alert_item_owned', to_fields=('organization', 'id'), via='item'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'plan'), name='alert_plan_owned', to_fields=('organization', 'id'), via='plan'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'add_on'), name='alert_addon_owned', to_fields=('organization', 'id'), via='add_on'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('add_on__isnull', True), ('item__isnull', False), ('plan__isnull', True)), models.Q(('add_on__isnull', False), ('item__isnull', True)), _connector='OR'), name='alert_at_one_place'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('threshold__gt', 0), ('threshold__lt', Decimal('1000000000000000'))), name='alert_threshold_in_range'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', 'amount'), models.Q(('currency', ''), _negated=True)), models.Q(models.Q(('basis', 'amount'), _negated=True), ('currency', '')), _connector='OR'), name='alert_amount_has_currency'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('tells_team', True), ('tells_customer', True), models.Q(('addresses', []), _negated=True), _connector='OR'), name='alert_tells_somebody', violation_error_message='Say whom to tell: the team, the customer, or further addresses.'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('item', 'plan', 'add_on', 'basis', 'threshold', 'currency'), name='alert_once', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "usage_alerthistory" ("add_on_id", "addresses", "basis", "created_at", "currency", "id", "item_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "removed_at", "tells_customer", "tells_team", "threshold") VALUES (NEW."add_on_id", NEW."addresses", NEW."basis", NEW."created_at", NEW."currency", NEW."id", NEW."item_id", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."removed_at", NEW."tells_customer", NEW."tells_team", NEW."threshold"); RETURN NULL;', hash='d39c039a3e3feaa8362737e39c923413a37eb45a', operation='INSERT', pgid='pgtrigger_insert_insert_31a06', table='usage_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "usage_alerthistory" ("add_on_id", "addresses", "basis", "created_at", "currency", "id", "item_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "removed_at", "tells_customer", "tells_team", "threshold") VALUES (NEW."add_on_id", NEW."addresses", NEW."basis", NEW."created_at", NEW."currency", NEW."id", NEW."item_id", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."removed_at", NEW."tells_customer", NEW."tells_team", NEW."threshold"); RETURN NULL;', hash='90f2e7e22d07419240f1293abf594b5e1bab58aa', operation='UPDATE', pgid='pgtrigger_update_update_226cf', table='usage_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "usage_alerthistory" ("add_on_id", "addresses", "basis", "created_at", "currency", "id", "item_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "removed_at", "tells_customer", "tells_team", "threshold") VALUES (OLD."add_on_id", OLD."addresses", OLD."basis", OLD."created_at", OLD."currency", OLD."id", OLD."item_id", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."removed_at", OLD."tells_customer", OLD."tells_team", OLD."threshold"); RETURN NULL;', hash='a1af9032c9e20c441e0afb24cca869950174b79b', operation='DELETE', pgid='pgtrigger_delete_delete_f2eca', table='usage_alert', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='alertfiring',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'alert'), name='alertfiring_alert_owned', to_fields=('organization', 'id'), via='alert'),
        ),
        migrations.AddConstraint(
            model_name='alertfiring',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item', 'period'), name='alertfiring_period_of_item', to_fields=('organization', 'item', 'id'), via='period'),
        ),
        migrations.AddConstraint(
            model_name='alertfiring',
            constraint=models.UniqueConstraint(fields=('alert', 'period'), name='alertfiring_once'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='usage_limit_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item'), name='limit_item_owned', to_fields=('organization', 'id'), via='item'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'plan'), name='limit_plan_owned', to_fields=('organization', 'id'), via='plan'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'add_on'), name='limit_addon_owned', to_fields=('organization', 'id'), via='add_on'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('add_on__isnull', True), ('item__isnull', False), ('plan__isnull', True)), models.Q(('add_on__isnull', False), ('item__isnull', True)), _connector='OR'), name='limit_at_one_place'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'none'), ('quantity__isnull', True)), models.Q(models.Q(('kind', 'none'), _negated=True), ('quantity__isnull', False)), _connector='OR'), name='limit_has_quantity'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__isnull', True), models.Q(('quantity__gte', 0), ('quantity__lt', Decimal('1000000000000000'))), _connector='OR'), name='limit_quantity_in_range'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(('item__isnull', True), ('kind', 'none'), ('plan__isnull', True), _negated=True), name='limit_lifts_something'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.UniqueConstraint(condition=models.Q(('item__isnull', False)), fields=('item',), name='limit_once_at_item'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.UniqueConstraint(condition=models.Q(('item__isnull', True)), fields=('add_on', 'plan'), name='limit_once_at_add_on', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='limit',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "usage_limithistory" ("add_on_id", "created_at", "id", "item_id", "kind", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "quantity") VALUES (NEW."add_on_id", NEW."created_at", NEW."id", NEW."item_id", NEW."kind", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."quantity"); RETURN NULL;', hash='a663335ee41a8b20c59e441cc75c9fd7a10f513f', operation='INSERT', pgid='pgtrigger_insert_insert_18c64', table='usage_limit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='limit',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "usage_limithistory" ("add_on_id", "created_at", "id", "item_id", "kind", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "quantity") VALUES (NEW."add_on_id", NEW."created_at", NEW."id", NEW."item_id", NEW."kind", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."quantity"); RETURN NULL;', hash='4b5940933984142466574cbbdbcf73a6dcaf3572', operation='UPDATE', pgid='pgtrigger_update_update_120df', table='usage_limit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='limit',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "usage_limithistory" ("add_on_id", "created_at", "id", "item_id", "kind", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "quantity") VALUES (OLD."add_on_id", OLD."created_at", OLD."id", OLD."item_id", OLD."kind", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."quantity"); RETURN NULL;', hash='1ef4069a538ebbdbd287b2855c5e97d90f5471e0', operation='DELETE', pgid='pgtrigger_delete_delete_fdd3b', table='usage_limit', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='limitfiring',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item', 'period'), name='limitfiring_period_of_item', to_fields=('organization', 'item', 'id'), via='period'),
        ),
        migrations.AddConstraint(
            model_name='limitfiring',
            constraint=models.UniqueConstraint(fields=('period', 'limit_quantity'), name='limitfiring_once'),
        ),
    ]
