import datetime

import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_stricter_texts'),
        ('catalog', '0004_alignment_and_trial_end'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('subscriptions', '0003_period_of_item'),
        ('tenancy', '0006_long_suspensions'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='chn')),
                ('add_ons', models.JSONField(default=list, help_text='The public ids of the add-ons that were chosen with it.')),
                ('quantity', models.DecimalField(decimal_places=12, help_text='Of the base fee; as it is where empty.', max_digits=30, null=True)),
                ('at', models.DateTimeField()),
                ('keep_fees', models.BooleanField(help_text='What was paid in advance beyond the change is not given back.')),
                ('actor', models.CharField(max_length=320)),
                ('created_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PlanChangeHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='chn', unique=False)),
                ('add_ons', models.JSONField(default=list, help_text='The public ids of the add-ons that were chosen with it.')),
                ('quantity', models.DecimalField(decimal_places=12, help_text='Of the base fee; as it is where empty.', max_digits=30, null=True)),
                ('at', models.DateTimeField()),
                ('keep_fees', models.BooleanField(help_text='What was paid in advance beyond the change is not given back.')),
                ('actor', models.CharField(max_length=320)),
                ('created_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='item',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='item',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='item',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='period',
            name='frozen',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='subscription',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='subscription',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='subscription',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='item',
            name='item_ends_after_start',
        ),
        migrations.RemoveConstraint(
            model_name='quantity',
            name='quantity_one_per_instant',
        ),
        migrations.AddField(
            model_name='item',
            name='removed_at',
            field=models.DateTimeField(blank=True, help_text='When it was taken off by itself, and not with its subscription.', null=True),
        ),
        migrations.AddField(
            model_name='itemhistory',
            name='removed_at',
            field=models.DateTimeField(blank=True, help_text='When it was taken off by itself, and not with its subscription.', null=True),
        ),
        migrations.AddField(
            model_name='period',
            name='fees_until',
            field=models.DateTimeField(help_text='Until when fees paid in advance stay owed, where a cut gave none back; empty: its end.', null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='alignment',
            field=models.CharField(choices=[('anniversary', 'the day it started'), ('calendar', 'the calendar: first of the month, quarter or year, Mondays')], default='anniversary', max_length=11),
        ),
        migrations.AddField(
            model_name='subscription',
            name='anchor_at',
            field=models.DateTimeField(default=datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc), help_text='Cycle n of the plan begins n of its intervals after this.'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subscription',
            name='canceled_at',
            field=models.DateTimeField(blank=True, help_text='When somebody asked for its end.', null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='ends_at',
            field=models.DateTimeField(blank=True, help_text='When it ends, or ended.', null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='paused_at',
            field=models.DateTimeField(blank=True, help_text='Since then nothing is billed.', null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='suspended_at',
            field=models.DateTimeField(blank=True, help_text='Since then nobody has access; billing runs on.', null=True),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='alignment',
            field=models.CharField(choices=[('anniversary', 'the day it started'), ('calendar', 'the calendar: first of the month, quarter or year, Mondays')], default='anniversary', max_length=11),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='anchor_at',
            field=models.DateTimeField(default=datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc), help_text='Cycle n of the plan begins n of its intervals after this.'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='canceled_at',
            field=models.DateTimeField(blank=True, help_text='When somebody asked for its end.', null=True),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='ends_at',
            field=models.DateTimeField(blank=True, help_text='When it ends, or ended.', null=True),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='paused_at',
            field=models.DateTimeField(blank=True, help_text='Since then nothing is billed.', null=True),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='suspended_at',
            field=models.DateTimeField(blank=True, help_text='Since then nobody has access; billing runs on.', null=True),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='status',
            field=models.CharField(choices=[('scheduled', 'begins later'), ('trialing', 'on trial'), ('active', 'Active'), ('suspended', 'Suspended'), ('paused', 'Paused'), ('canceled', 'Canceled')], default='scheduled', max_length=9),
        ),
        migrations.AlterField(
            model_name='subscriptionhistory',
            name='status',
            field=models.CharField(choices=[('scheduled', 'begins later'), ('trialing', 'on trial'), ('active', 'Active'), ('suspended', 'Suspended'), ('paused', 'Paused'), ('canceled', 'Canceled')], default='scheduled', max_length=9),
        ),
        migrations.AddIndex(
            model_name='quantity',
            index=models.Index(fields=['item', 'id'], name='quantity_of_item'),
        ),
        migrations.RunSQL(
            """
            UPDATE subscriptions_subscription SET anchor_at = coalesce(trial_ends_at, starts_at);
            UPDATE subscriptions_subscriptionhistory SET anchor_at = coalesce(trial_ends_at, starts_at);
            """,
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "removed_at", "starts_at", "subscription_id", "timing") VALUES (NEW."add_on_id", NEW."anchor_at", NEW."ends_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."price_id", NEW."public_id", NEW."removed_at", NEW."starts_at", NEW."subscription_id", NEW."timing"); RETURN NULL;', hash='318526f648976374098d79faf443d1a402be3b56', operation='INSERT', pgid='pgtrigger_insert_insert_b0a8f', table='subscriptions_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "removed_at", "starts_at", "subscription_id", "timing") VALUES (NEW."add_on_id", NEW."anchor_at", NEW."ends_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."price_id", NEW."public_id", NEW."removed_at", NEW."starts_at", NEW."subscription_id", NEW."timing"); RETURN NULL;', hash='4afa31055f3dd689aebc75ca52f8b5987cdd485c', operation='UPDATE', pgid='pgtrigger_update_update_c9638', table='subscriptions_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "removed_at", "starts_at", "subscription_id", "timing") VALUES (OLD."add_on_id", OLD."anchor_at", OLD."ends_at", OLD."id", OLD."interval_count", OLD."interval_unit", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."price_id", OLD."public_id", OLD."removed_at", OLD."starts_at", OLD."subscription_id", OLD."timing"); RETURN NULL;', hash='6d94d94fe12e81dea0ba010fff9728c059b92ea8', operation='DELETE', pgid='pgtrigger_delete_delete_25b2a', table='subscriptions_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'closed_at']::text[]) IS NOT DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'closed_at']::text[]) THEN RETURN NEW; END IF;\n                IF OLD.status <> 'current' OR NEW.ends_at >= OLD.ends_at THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'closed_at', 'ends_at', 'fees_until']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'closed_at', 'ends_at', 'fees_until']::text[]) THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                RETURN NEW;\n            ", hash='a58f967a0b6318d8fc2ce1e69a2e88d0eb791ea4', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_48a6a', table='subscriptions_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_subscriptionhistory" ("alignment", "anchor_at", "canceled_at", "created_at", "currency", "customer_id", "ends_at", "id", "organization_id", "parked_at", "parked_reason", "paused_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "suspended_at", "trial_ends_at") VALUES (NEW."alignment", NEW."anchor_at", NEW."canceled_at", NEW."created_at", NEW."currency", NEW."customer_id", NEW."ends_at", NEW."id", NEW."organization_id", NEW."parked_at", NEW."parked_reason", NEW."paused_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."starts_at", NEW."status", NEW."suspended_at", NEW."trial_ends_at"); RETURN NULL;', hash='fd267c2abeab26bf10367c4b7cb5ab8b3163731b', operation='INSERT', pgid='pgtrigger_insert_insert_7b204', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."alignment" IS DISTINCT FROM (NEW."alignment") OR OLD."anchor_at" IS DISTINCT FROM (NEW."anchor_at") OR OLD."canceled_at" IS DISTINCT FROM (NEW."canceled_at") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."parked_at" IS DISTINCT FROM (NEW."parked_at") OR OLD."parked_reason" IS DISTINCT FROM (NEW."parked_reason") OR OLD."paused_at" IS DISTINCT FROM (NEW."paused_at") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."suspended_at" IS DISTINCT FROM (NEW."suspended_at") OR OLD."trial_ends_at" IS DISTINCT FROM (NEW."trial_ends_at"))', func='INSERT INTO "subscriptions_subscriptionhistory" ("alignment", "anchor_at", "canceled_at", "created_at", "currency", "customer_id", "ends_at", "id", "organization_id", "parked_at", "parked_reason", "paused_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "suspended_at", "trial_ends_at") VALUES (NEW."alignment", NEW."anchor_at", NEW."canceled_at", NEW."created_at", NEW."currency", NEW."customer_id", NEW."ends_at", NEW."id", NEW."organization_id", NEW."parked_at", NEW."parked_reason", NEW."paused_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."starts_at", NEW."status", NEW."suspended_at", NEW."trial_ends_at"); RETURN NULL;', hash='a21dc2471951e50de9131011d8cd5909d2ebd0a9', operation='UPDATE', pgid='pgtrigger_update_update_fb679', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_subscriptionhistory" ("alignment", "anchor_at", "canceled_at", "created_at", "currency", "customer_id", "ends_at", "id", "organization_id", "parked_at", "parked_reason", "paused_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "suspended_at", "trial_ends_at") VALUES (OLD."alignment", OLD."anchor_at", OLD."canceled_at", OLD."created_at", OLD."currency", OLD."customer_id", OLD."ends_at", OLD."id", OLD."organization_id", OLD."parked_at", OLD."parked_reason", OLD."paused_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."starts_at", OLD."status", OLD."suspended_at", OLD."trial_ends_at"); RETURN NULL;', hash='8c5b234a36b159cc5c4ca4d8b62aa48330c92138', operation='DELETE', pgid='pgtrigger_delete_delete_a0d64', table='subscriptions_subscription', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='item_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.CheckConstraint(condition=models.Q(('fees_until__isnull', True), models.Q(('fees_until__gt', models.F('ends_at')), ('fees_until__lte', models.F('full_ends_at'))), _connector='OR'), name='period_fees_beyond_end'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='subscription_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'canceled'), _negated=True), models.Q(('ends_at__isnull', False), ('next_boundary_at__isnull', True)), _connector='OR'), name='subscription_canceled_has_end'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paused_at__isnull', False), ('status', 'paused')), models.Q(('status', 'paused'), _negated=True), _connector='OR'), name='subscription_paused_has_instant'),
        ),
        migrations.AddField(
            model_name='planchange',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='planchange',
            name='plan',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.plan'),
        ),
        migrations.AddField(
            model_name='planchange',
            name='subscription',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.subscription'),
        ),
        migrations.AddField(
            model_name='planchangehistory',
            name='organization',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='planchangehistory',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='planchangehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='subscriptions.planchange'),
        ),
        migrations.AddField(
            model_name='planchangehistory',
            name='plan',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.plan'),
        ),
        migrations.AddField(
            model_name='planchangehistory',
            name='subscription',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscriptions.subscription'),
        ),
        migrations.AddConstraint(
            model_name='planchange',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='subscriptions_planchange_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='planchange',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'subscription'), name='planchange_subscription_owned', to_fields=('organization', 'id'), via='subscription'),
        ),
        migrations.AddConstraint(
            model_name='planchange',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'plan'), name='planchange_plan_owned', to_fields=('organization', 'id'), via='plan'),
        ),
        migrations.AddConstraint(
            model_name='planchange',
            constraint=models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('withdrawn_at__isnull', True), _connector='OR'), name='planchange_done_or_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='planchange',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('subscription',), name='planchange_one_ahead'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planchange',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_planchangehistory" ("actor", "add_ons", "at", "created_at", "done_at", "id", "keep_fees", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "quantity", "subscription_id", "withdrawn_at") VALUES (NEW."actor", NEW."add_ons", NEW."at", NEW."created_at", NEW."done_at", NEW."id", NEW."keep_fees", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."quantity", NEW."subscription_id", NEW."withdrawn_at"); RETURN NULL;', hash='62f97aebde498612fc9fc64437446e15be9da46f', operation='INSERT', pgid='pgtrigger_insert_insert_73cc7', table='subscriptions_planchange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planchange',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "subscriptions_planchangehistory" ("actor", "add_ons", "at", "created_at", "done_at", "id", "keep_fees", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "quantity", "subscription_id", "withdrawn_at") VALUES (NEW."actor", NEW."add_ons", NEW."at", NEW."created_at", NEW."done_at", NEW."id", NEW."keep_fees", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."quantity", NEW."subscription_id", NEW."withdrawn_at"); RETURN NULL;', hash='8daa95aa31a3092cbb21786d01455b65123d9dae', operation='UPDATE', pgid='pgtrigger_update_update_125bc', table='subscriptions_planchange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planchange',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_planchangehistory" ("actor", "add_ons", "at", "created_at", "done_at", "id", "keep_fees", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "quantity", "subscription_id", "withdrawn_at") VALUES (OLD."actor", OLD."add_ons", OLD."at", OLD."created_at", OLD."done_at", OLD."id", OLD."keep_fees", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."quantity", OLD."subscription_id", OLD."withdrawn_at"); RETURN NULL;', hash='58d823b44f00d0f3b560a4263ebebf74cef532e7', operation='DELETE', pgid='pgtrigger_delete_delete_7cec4', table='subscriptions_planchange', when='AFTER')),
        ),
    ]
