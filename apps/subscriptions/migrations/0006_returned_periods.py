import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_alignment_and_trial_end'),
        ('subscriptions', '0005_seats'),
        ('tenancy', '0007_brand_and_reminders'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='period',
            name='frozen',
        ),
        migrations.AddField(
            model_name='period',
            name='returned_at',
            field=models.DateTimeField(help_text='Set when a draft that billed it was discarded: it is due again with the next invoice.', null=True),
        ),
        migrations.AddIndex(
            model_name='period',
            index=models.Index(condition=models.Q(('returned_at__isnull', False)), fields=['item'], name='period_returned'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'closed_at', 'returned_at']::text[]) IS NOT DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'closed_at', 'returned_at']::text[]) THEN RETURN NEW; END IF;\n                IF OLD.status <> 'current' OR NEW.ends_at >= OLD.ends_at THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'closed_at', 'returned_at', 'ends_at', 'fees_until']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'closed_at', 'returned_at', 'ends_at', 'fees_until']::text[]) THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                RETURN NEW;\n            ", hash='c141d77e856e08dc62d939e5f85d5238b77aac0e', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_48a6a', table='subscriptions_period', when='BEFORE')),
        ),
    ]
