import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('subscriptions', '0008_fewer_indexes'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='period',
            name='frozen',
        ),
        migrations.RemoveConstraint(
            model_name='period',
            name='period_start_once',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation';", hash='830427d4c4ec57d8aa481510b4b4d8735546c04f', operation='DELETE', pgid='pgtrigger_kept_4e4a1', table='subscriptions_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."billable" IS DISTINCT FROM (NEW."billable") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."fees_until" IS DISTINCT FROM (NEW."fees_until") OR OLD."full_ends_at" IS DISTINCT FROM (NEW."full_ends_at") OR OLD."full_starts_at" IS DISTINCT FROM (NEW."full_starts_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."index" IS DISTINCT FROM (NEW."index") OR OLD."item_id" IS DISTINCT FROM (NEW."item_id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."prev_ends_at" IS DISTINCT FROM (NEW."prev_ends_at") OR OLD."price_id" IS DISTINCT FROM (NEW."price_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at"))', func="\n                IF OLD.status <> 'current' OR NEW.ends_at >= OLD.ends_at THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'closed_at', 'returned_at', 'ends_at', 'fees_until']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'closed_at', 'returned_at', 'ends_at', 'fees_until']::text[]) THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                RETURN NEW;\n            ", hash='e33918b3ff160c9b853bc39eb555ec58307f717e', operation='UPDATE', pgid='pgtrigger_frozen_48a6a', table='subscriptions_period', when='BEFORE')),
        ),
    ]
