import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('subscriptions', '0006_returned_periods'),
    ]

    operations = [
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
        migrations.AddField(
            model_name='item',
            name='anchor_zone',
            field=models.CharField(default='UTC', help_text="The zone whose calendar shows the anchor's date.", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='itemhistory',
            name='anchor_zone',
            field=models.CharField(default='UTC', help_text="The zone whose calendar shows the anchor's date.", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subscription',
            name='anchor_zone',
            field=models.CharField(default='UTC', help_text="The zone whose calendar shows the anchor's date.", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='anchor_zone',
            field=models.CharField(default='UTC', help_text="The zone whose calendar shows the anchor's date.", max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(
            """
            UPDATE subscriptions_item row SET anchor_zone = timezone FROM tenancy_organization owner WHERE owner.id = row.organization_id;
            UPDATE subscriptions_itemhistory row SET anchor_zone = timezone FROM tenancy_organization owner WHERE owner.id = row.organization_id;
            UPDATE subscriptions_subscription row SET anchor_zone = timezone FROM tenancy_organization owner WHERE owner.id = row.organization_id;
            UPDATE subscriptions_subscriptionhistory row SET anchor_zone = timezone FROM tenancy_organization owner WHERE owner.id = row.organization_id;
            """,
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "anchor_zone", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "removed_at", "starts_at", "subscription_id", "timing") VALUES (NEW."add_on_id", NEW."anchor_at", NEW."anchor_zone", NEW."ends_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."price_id", NEW."public_id", NEW."removed_at", NEW."starts_at", NEW."subscription_id", NEW."timing"); RETURN NULL;', hash='2b6dc296b44a874e8be13eafdf4c99f984bd024f', operation='INSERT', pgid='pgtrigger_insert_insert_b0a8f', table='subscriptions_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "anchor_zone", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "removed_at", "starts_at", "subscription_id", "timing") VALUES (NEW."add_on_id", NEW."anchor_at", NEW."anchor_zone", NEW."ends_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."price_id", NEW."public_id", NEW."removed_at", NEW."starts_at", NEW."subscription_id", NEW."timing"); RETURN NULL;', hash='7acf6473eaaa446bbf61124859cf3a6a414a28f0', operation='UPDATE', pgid='pgtrigger_update_update_c9638', table='subscriptions_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_itemhistory" ("add_on_id", "anchor_at", "anchor_zone", "ends_at", "id", "interval_count", "interval_unit", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "public_id", "removed_at", "starts_at", "subscription_id", "timing") VALUES (OLD."add_on_id", OLD."anchor_at", OLD."anchor_zone", OLD."ends_at", OLD."id", OLD."interval_count", OLD."interval_unit", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."price_id", OLD."public_id", OLD."removed_at", OLD."starts_at", OLD."subscription_id", OLD."timing"); RETURN NULL;', hash='42c733d7aae521a2dc11e103909589a9dae43257', operation='DELETE', pgid='pgtrigger_delete_delete_25b2a', table='subscriptions_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_subscriptionhistory" ("alignment", "anchor_at", "anchor_zone", "canceled_at", "created_at", "currency", "customer_id", "ends_at", "id", "organization_id", "parked_at", "parked_reason", "paused_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "suspended_at", "trial_ends_at") VALUES (NEW."alignment", NEW."anchor_at", NEW."anchor_zone", NEW."canceled_at", NEW."created_at", NEW."currency", NEW."customer_id", NEW."ends_at", NEW."id", NEW."organization_id", NEW."parked_at", NEW."parked_reason", NEW."paused_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."starts_at", NEW."status", NEW."suspended_at", NEW."trial_ends_at"); RETURN NULL;', hash='a9ccd2b4f8c4dc3eafafb45642a4d68fbd707883', operation='INSERT', pgid='pgtrigger_insert_insert_7b204', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."alignment" IS DISTINCT FROM (NEW."alignment") OR OLD."anchor_at" IS DISTINCT FROM (NEW."anchor_at") OR OLD."anchor_zone" IS DISTINCT FROM (NEW."anchor_zone") OR OLD."canceled_at" IS DISTINCT FROM (NEW."canceled_at") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."parked_at" IS DISTINCT FROM (NEW."parked_at") OR OLD."parked_reason" IS DISTINCT FROM (NEW."parked_reason") OR OLD."paused_at" IS DISTINCT FROM (NEW."paused_at") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."suspended_at" IS DISTINCT FROM (NEW."suspended_at") OR OLD."trial_ends_at" IS DISTINCT FROM (NEW."trial_ends_at"))', func='INSERT INTO "subscriptions_subscriptionhistory" ("alignment", "anchor_at", "anchor_zone", "canceled_at", "created_at", "currency", "customer_id", "ends_at", "id", "organization_id", "parked_at", "parked_reason", "paused_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "suspended_at", "trial_ends_at") VALUES (NEW."alignment", NEW."anchor_at", NEW."anchor_zone", NEW."canceled_at", NEW."created_at", NEW."currency", NEW."customer_id", NEW."ends_at", NEW."id", NEW."organization_id", NEW."parked_at", NEW."parked_reason", NEW."paused_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."starts_at", NEW."status", NEW."suspended_at", NEW."trial_ends_at"); RETURN NULL;', hash='6abffaade1f0a21baf240f1d2b4a5ecd05304b6c', operation='UPDATE', pgid='pgtrigger_update_update_fb679', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_subscriptionhistory" ("alignment", "anchor_at", "anchor_zone", "canceled_at", "created_at", "currency", "customer_id", "ends_at", "id", "organization_id", "parked_at", "parked_reason", "paused_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "suspended_at", "trial_ends_at") VALUES (OLD."alignment", OLD."anchor_at", OLD."anchor_zone", OLD."canceled_at", OLD."created_at", OLD."currency", OLD."customer_id", OLD."ends_at", OLD."id", OLD."organization_id", OLD."parked_at", OLD."parked_reason", OLD."paused_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."starts_at", OLD."status", OLD."suspended_at", OLD."trial_ends_at"); RETURN NULL;', hash='cd25e63885d0d603a16b24bc2c1f09cd2e494228', operation='DELETE', pgid='pgtrigger_delete_delete_a0d64', table='subscriptions_subscription', when='AFTER')),
        ),
    ]
