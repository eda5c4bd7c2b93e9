import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='itm')),
                ('timing', models.CharField(choices=[('advance', 'in advance'), ('arrears', 'in arrears')], max_length=7)),
                ('interval_unit', models.CharField(choices=[('day', 'day'), ('week', 'week'), ('month', 'month'), ('year', 'year')], max_length=5)),
                ('interval_count', models.PositiveSmallIntegerField()),
                ('anchor_at', models.DateTimeField(help_text='Period n is this plus n intervals.')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('add_on', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.addon')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('price', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.price')),
            ],
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='per')),
                ('index', models.PositiveIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('prev_ends_at', models.DateTimeField(help_text='The end of the period before; empty for the first.', null=True)),
                ('full_starts_at', models.DateTimeField(help_text='What it would be uncut: the denominator of proration.')),
                ('full_ends_at', models.DateTimeField()),
                ('billable', models.BooleanField(default=True)),
                ('status', models.CharField(choices=[('current', 'collecting'), ('recorded', 'closed'), ('final', 'closed early')], default='current', max_length=8)),
                ('closed_at', models.DateTimeField(null=True)),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('price', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.price')),
            ],
        ),
        migrations.CreateModel(
            name='Quantity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('quantity', models.DecimalField(decimal_places=12, max_digits=30)),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='quantities', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name_plural': 'quantities',
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='sub')),
                ('currency', models.CharField(max_length=3)),
                ('status', models.CharField(choices=[('scheduled', 'Scheduled'), ('active', 'Active')], default='scheduled', max_length=9)),
                ('starts_at', models.DateTimeField()),
                ('next_boundary_at', models.DateTimeField(help_text='The next instant at which something is due; empty when nothing ever is.', null=True)),
                ('bills_at', models.DateTimeField(help_text='When that is billed: the boundary, or later by the grace for usage.', null=True)),
                ('parked_at', models.DateTimeField(blank=True, help_text='Set when closing failed and waits for a person.', null=True)),
                ('parked_reason', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.plan')),
            ],
        ),
        migrations.CreateModel(
            name='ItemHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='itm', unique=False)),
                ('timing', models.CharField(choices=[('advance', 'in advance'), ('arrears', 'in arrears')], max_length=7)),
                ('interval_unit', models.CharField(choices=[('day', 'day'), ('week', 'week'), ('month', 'month'), ('year', 'year')], max_length=5)),
                ('interval_count', models.PositiveSmallIntegerField()),
                ('anchor_at', models.DateTimeField(help_text='Period n is this plus n intervals.')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('add_on', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.addon')),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='subscriptions.item')),
                ('price', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.price')),
                ('subscription', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscriptions.subscription')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='item',
            name='subscription',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='subscriptions.subscription'),
        ),
        migrations.CreateModel(
            name='SubscriptionHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='sub', unique=False)),
                ('currency', models.CharField(max_length=3)),
                ('status', models.CharField(choices=[('scheduled', 'Scheduled'), ('active', 'Active')], default='scheduled', max_length=9)),
                ('starts_at', models.DateTimeField()),
                ('parked_at', models.DateTimeField(blank=True, help_text='Set when closing failed and waits for a person.', null=True)),
                ('parked_reason', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.customer')),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='subscriptions.subscription')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='subscriptions_period_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='period_starts_before_end'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.CheckConstraint(condition=models.Q(('prev_ends_at__isnull', True), ('prev_ends_at', models.F('starts_at')), _connector='OR'), name='period_follows_previous'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.CheckConstraint(condition=models.Q(('full_starts_at__lte', models.F('starts_at')), ('full_ends_at__gte', models.F('ends_at'))), name='period_within_full'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('status', 'current')), models.Q(models.Q(('status', 'current'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='period_closed_has_instant'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('item', 'starts_at'), name='period_start_once'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('item', 'ends_at'), name='period_end_once'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('item', 'index'), name='period_index_once'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('item', 'prev_ends_at'), name='period_one_next', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='quantity',
            constraint=models.UniqueConstraint(fields=('item', 'at'), name='quantity_one_per_instant'),
        ),
        migrations.AddConstraint(
            model_name='quantity',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 0), ('quantity__lt', 1000000000000000)), name='quantity_in_range'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='subscriptions_subscription_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('bills_at__gte', models.F('next_boundary_at'))), name='subscription_bills_after'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='subscriptions_item_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='item_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True)), fields=('subscription', 'add_on'), name='item_once_at_a_time', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item'), name='period_item_owned', to_fields=('organization', 'id'), via='item'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'price'), name='period_price_owned', to_fields=('organization', 'id'), via='price'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('item', 'prev_ends_at'), name='period_chain', to_fields=('item', 'ends_at'), via=''),
        ),
        migrations.AddConstraint(
            model_name='quantity',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item'), name='quantity_item_owned', to_fields=('organization', 'id'), via='item'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'customer'), name='subscription_customer_owned', to_fields=('organization', 'id'), via='customer'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'plan'), name='subscription_plan_owned', to_fields=('organization', 'id'), via='plan'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'subscription'), name='item_subscription_owned', to_fields=('organization', 'id'), via='subscription'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'add_on'), name='item_addon_owned', to_fields=('organization', 'id'), via='add_on'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'price'), name='item_price_owned', to_fields=('organization', 'id'), via='price'),
        ),
        migrations.AddIndex(
            model_name='period',
            index=models.Index(condition=models.Q(('status', 'current')), fields=['item', 'ends_at'], name='period_current'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('parked_at__isnull', True)), fields=['bills_at', 'id'], name='subscription_due'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(fields=['organization', 'customer'], name='subscription_of_customer'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (TRUE) THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'closed_at']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'closed_at']::text[]) THEN\n                    RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='1e202a7ddc3579b3e50ad58b79caf6206368e53e', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_48a6a', table='subscriptions_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'subscriptions_period: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='8a7b29d1fcd23dfd8f05bba1645dbe7ca6107bd2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_42c2d', table='subscriptions_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='quantity',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (TRUE) THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'subscriptions_quantity: quantities are a history' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY[]::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY[]::text[]) THEN\n                    RAISE EXCEPTION 'subscriptions_quantity: quantities are a history' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='215b187d11d94a81c9e4988744adbd77daa0d635', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_c236d', table='subscriptions_quantity', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='quantity',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'subscriptions_quantity: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='f627a00fed4b777ce287c5860782450885f543a3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_cf3a4', table='subscriptions_quantity', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_subscriptionhistory" ("created_at", "currency", "customer_id", "id", "organization_id", "parked_at", "parked_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status") VALUES (NEW."created_at", NEW."currency", NEW."customer_id", NEW."id", NEW."organization_id", NEW."parked_at", NEW."parked_reason", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."starts_at", NEW."status"); RETURN NULL;', hash='d6bdef98d62501b07320b1542290473bbf3ddf50', operation='INSERT', pgid='pgtrigger_insert_insert_7b204', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."parked_at" IS DISTINCT FROM (NEW."parked_at") OR OLD."parked_reason" IS DISTINCT FROM (NEW."parked_reason") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."status" IS DISTINCT FROM (NEW."status"))', func='INSERT INTO "subscriptions_subscriptionhistory" ("created_at", "currency", "customer_id", "id", "organization_id", "parked_at", "parked_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status") VALUES (NEW."created_at", NEW."currency", NEW."customer_id", NEW."id", NEW."organization_id", NEW."parked_at", NEW."parked_reason", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."starts_at", NEW."status"); RETURN NULL;', hash='e89ac603e2a858883e6cc94401b31358c7e60c4f', operation='UPDATE', pgid='pgtrigger_update_update_fb679', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_subscriptionhistory" ("created_at", "currency", "customer_id", "id", "organization_id", "parked_at", "parked_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status") VALUES (OLD."created_at", OLD."currency", OLD."customer_id", OLD."id", OLD."organization_id", OLD."parked_at", OLD."parked_reason", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."starts_at", OLD."status"); RETURN NULL;', hash='211a4e1b82f1465f6ecb95972eb9a18b5cb4ce87', operation='DELETE', pgid='pgtrigger_delete_delete_a0d64', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "starts_at", "subscription_id", "timing") VALUES (NEW."add_on_id", NEW."anchor_at", NEW."ends_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."price_id", NEW."public_id", NEW."starts_at", NEW."subscription_id", NEW."timing"); RETURN NULL;', hash='83b2aef07bd27308f9a62e29c466af7cd165dc97', operation='INSERT', pgid='pgtrigger_insert_insert_b0a8f', table='subscriptions_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "starts_at", "subscription_id", "timing") VALUES (NEW."add_on_id", NEW."anchor_at", NEW."ends_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."price_id", NEW."public_id", NEW."starts_at", NEW."subscription_id", NEW."timing"); RETURN NULL;', hash='be7690d952198cca37e8877179ce38e7977c893f', operation='UPDATE', pgid='pgtrigger_update_update_c9638', table='subscriptions_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "starts_at", "subscription_id", "timing") VALUES (OLD."add_on_id", OLD."anchor_at", OLD."ends_at", OLD."id", OLD."interval_count", OLD."interval_unit", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."price_id", OLD."public_id", OLD."starts_at", OLD."subscription_id", OLD."timing"); RETURN NULL;', hash='9995d540c36dcb53fdcc29706ae155f9c251241b', operation='DELETE', pgid='pgtrigger_delete_delete_25b2a', table='subscriptions_item', when='AFTER')),
        ),
    ]
