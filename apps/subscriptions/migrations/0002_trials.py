import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        ('subscriptions', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
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
            model_name='subscription',
            name='trial_ends_at',
            field=models.DateTimeField(blank=True, help_text='Until then usage is free, and no fee is due.', null=True),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='trial_ends_at',
            field=models.DateTimeField(blank=True, help_text='Until then usage is free, and no fee is due.', null=True),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='status',
            field=models.CharField(choices=[('scheduled', 'Scheduled'), ('trialing', 'Trialing'), ('active', 'Active')], default='scheduled', max_length=9),
        ),
        migrations.AlterField(
            model_name='subscriptionhistory',
            name='status',
            field=models.CharField(choices=[('scheduled', 'Scheduled'), ('trialing', 'Trialing'), ('active', 'Active')], default='scheduled', max_length=9),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_subscriptionhistory" ("created_at", "currency", "customer_id", "id", "organization_id", "parked_at", "parked_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "trial_ends_at") VALUES (NEW."created_at", NEW."currency", NEW."customer_id", NEW."id", NEW."organization_id", NEW."parked_at", NEW."parked_reason", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."starts_at", NEW."status", NEW."trial_ends_at"); RETURN NULL;', hash='396fd0b5bf7fc3d9cbdf9f3337166d4fd8e007cb', operation='INSERT', pgid='pgtrigger_insert_insert_7b204', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."parked_at" IS DISTINCT FROM (NEW."parked_at") OR OLD."parked_reason" IS DISTINCT FROM (NEW."parked_reason") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."trial_ends_at" IS DISTINCT FROM (NEW."trial_ends_at"))', func='INSERT INTO "subscriptions_subscriptionhistory" ("created_at", "currency", "customer_id", "id", "organization_id", "parked_at", "parked_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "trial_ends_at") VALUES (NEW."created_at", NEW."currency", NEW."customer_id", NEW."id", NEW."organization_id", NEW."parked_at", NEW."parked_reason", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."starts_at", NEW."status", NEW."trial_ends_at"); RETURN NULL;', hash='1b69607a6f0f29b7e0842685f437acc194c47614', operation='UPDATE', pgid='pgtrigger_update_update_fb679', table='subscriptions_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subscriptions_subscriptionhistory" ("created_at", "currency", "customer_id", "id", "organization_id", "parked_at", "parked_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "starts_at", "status", "trial_ends_at") VALUES (OLD."created_at", OLD."currency", OLD."customer_id", OLD."id", OLD."organization_id", OLD."parked_at", OLD."parked_reason", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."starts_at", OLD."status", OLD."trial_ends_at"); RETURN NULL;', hash='6408088aa9d73a0008772873f547723417673edc', operation='DELETE', pgid='pgtrigger_delete_delete_a0d64', table='subscriptions_subscription', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('trial_ends_at__isnull', True), ('trial_ends_at__gt', models.F('starts_at')), _connector='OR'), name='subscription_trial_after_start'),
        ),
    ]
