import apps.core.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# The indexes by which Django would search parts of public ids, in all tables: nobody does.
FOR_PARTS_OF_IDS = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT schemaname, indexname FROM pg_indexes
        WHERE schemaname = current_schema() AND strpos(indexdef, '(public_id varchar_pattern_ops)') > 0
    LOOP
        EXECUTE format('DROP INDEX %I.%I', found.schemaname, found.indexname);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_tax_of_customers'),
        ('catalog', '0004_alignment_and_trial_end'),
        ('invoicing', '0011_dry_runs_list_credits'),
        ('subscriptions', '0008_fewer_indexes'),
        ('tenancy', '0010_prices_with_tax'),
    ]

    operations = [
        migrations.RunSQL(FOR_PARTS_OF_IDS, migrations.RunSQL.noop),
        pgtrigger.migrations.RemoveTrigger(
            model_name='line',
            name='frozen',
        ),
        migrations.RemoveConstraint(
            model_name='charge',
            name='charge_period_owned',
        ),
        migrations.RemoveConstraint(
            model_name='charge',
            name='charge_item_owned',
        ),
        migrations.RemoveConstraint(
            model_name='line',
            name='line_invoice_owned',
        ),
        migrations.AlterField(
            model_name='charge',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AlterField(
            model_name='charge',
            name='period',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period'),
        ),
        migrations.AlterField(
            model_name='charge',
            name='price',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.price'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AlterField(
            model_name='line',
            name='invoice',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='invoicing.invoice'),
        ),
        migrations.AlterField(
            model_name='line',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF (SELECT i.status FROM invoicing_invoice i WHERE i.id = OLD.invoice_id) <> 'draft' THEN RAISE EXCEPTION 'invoicing_line: the lines of a finalized invoice never change' USING ERRCODE = 'restrict_violation'; END IF;\n                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                IF (SELECT i.status FROM invoicing_invoice i WHERE i.id = NEW.invoice_id) <> 'draft' THEN RAISE EXCEPTION 'invoicing_line: the lines of a finalized invoice never change' USING ERRCODE = 'restrict_violation'; END IF;\n                RETURN NEW;\n            ", hash='54490132c0236eca007bc15d52d18b9820525511', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_3af52', table='invoicing_line', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='frozen_new', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF EXISTS (SELECT 1 FROM added WHERE (SELECT i.status FROM invoicing_invoice i WHERE i.id = added.invoice_id) <> 'draft') THEN RAISE EXCEPTION 'invoicing_line: the lines of a finalized invoice never change' USING ERRCODE = 'restrict_violation'; END IF;\n                RETURN NULL;\n            ", hash='ded8e3184850259823a001053c270e84aa6f067d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_frozen_new_a27c5', referencing='REFERENCING NEW TABLE AS added ', table='invoicing_line', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item', 'period'), name='charge_period_of_item', to_fields=('organization', 'item', 'id'), via='period'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=apps.core.constraints.CompositeForeignKey(deferrable=True, fields=('organization', 'invoice'), name='line_invoice_owned', to_fields=('organization', 'id'), via='invoice'),
        ),
    ]
