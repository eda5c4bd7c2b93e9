import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_copies'),
        ('catalog', '0004_alignment_and_trial_end'),
        ('subscriptions', '0007_anchor_zones'),
        ('tenancy', '0009_access_grace'),
    ]

    operations = [
        # Half of a page is left for the new version that each row gets when its period is closed.
        migrations.RunSQL(
            'ALTER TABLE subscriptions_period SET (fillfactor = 50)',
            'ALTER TABLE subscriptions_period RESET (fillfactor)',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='period',
            name='frozen',
        ),
        migrations.RemoveIndex(
            model_name='period',
            name='period_current',
        ),
        migrations.AlterField(
            model_name='period',
            name='item',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='subscriptions.item'),
        ),
        migrations.AlterField(
            model_name='period',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AlterField(
            model_name='period',
            name='price',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.price'),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer'),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE kept subscriptions_period%ROWTYPE;', func="\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                kept := NEW;\n                kept.status := OLD.status;\n                kept.closed_at := OLD.closed_at;\n                kept.returned_at := OLD.returned_at;\n                IF kept IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;\n                IF OLD.status <> 'current' OR NEW.ends_at >= OLD.ends_at THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'closed_at', 'returned_at', 'ends_at', 'fees_until']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'closed_at', 'returned_at', 'ends_at', 'fees_until']::text[]) THEN RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' USING ERRCODE = 'restrict_violation'; END IF;\n                RETURN NEW;\n            ", hash='d4e655144adf1742bd68948fc0681cd4f0867257', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_48a6a', table='subscriptions_period', when='BEFORE')),
        ),
    ]
