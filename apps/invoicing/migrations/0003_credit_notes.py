import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_stricter_texts'),
        ('invoicing', '0002_charge_fact_count'),
        ('subscriptions', '0003_period_of_item'),
        ('tenancy', '0003_credit_note_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='alo')),
                ('amount_minor', models.BigIntegerField()),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CreditLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='crl')),
                ('position', models.PositiveIntegerField()),
                ('description', models.CharField(max_length=300)),
                ('amount_minor', models.BigIntegerField()),
                ('tax_category', models.CharField(max_length=30)),
                ('tax_rate', models.DecimalField(decimal_places=6, default=Decimal('0'), max_digits=9)),
                ('period_starts_at', models.DateTimeField(null=True)),
                ('period_ends_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CreditNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='crn')),
                ('kind', models.CharField(choices=[('correction', 'correction of what was billed')], default='correction', max_length=10)),
                ('currency', models.CharField(max_length=3)),
                ('number', models.CharField(max_length=50)),
                ('sequence', models.BigIntegerField(help_text='The place in the gapless series.')),
                ('issued_on', models.DateField()),
                ('issued_at', models.DateTimeField()),
                ('subtotal_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('total_minor', models.BigIntegerField()),
                ('tax_groups', models.JSONField(default=list)),
                ('seller', models.JSONField(default=dict, help_text='The organization as it was when this was issued.')),
                ('buyer', models.JSONField(default=dict, help_text='The customer as it was when this was issued.')),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='charge',
            name='frozen',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='invoice',
            name='frozen',
        ),
        migrations.RemoveConstraint(
            model_name='invoice',
            name='invoice_paid_has_instant',
        ),
        migrations.AddField(
            model_name='invoice',
            name='credit_minor',
            field=models.BigIntegerField(default=0, help_text='Credit that was applied when it was finalized.'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='settled_minor',
            field=models.BigIntegerField(default=0, help_text='The sum of its allocations.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='charge',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF (EXISTS (\n        SELECT 1 FROM invoicing_line l JOIN invoicing_invoice i ON i.id = l.invoice_id\n        WHERE l.charge_id = OLD.id AND i.status <> 'draft'\n    ) OR EXISTS (SELECT 1 FROM invoicing_creditline c WHERE c.charge_id = OLD.id)) THEN RAISE EXCEPTION 'invoicing_charge: a charge on a finalized invoice never changes' USING ERRCODE = 'restrict_violation'; END IF;\n                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                RETURN NEW;\n            ", hash='713bca18ee9eda394b79d2c5b8fd7071033663aa', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_57b26', table='invoicing_charge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (OLD.status <> 'draft') THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'invoicing_invoice: a finalized invoice never changes' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'paid_at', 'settled_minor']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'paid_at', 'settled_minor']::text[]) THEN\n                    RAISE EXCEPTION 'invoicing_invoice: a finalized invoice never changes' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='e4dd9e838ad7866330e11178b28e44be24896cf9', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_ccb60', table='invoicing_invoice', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('credit_minor__gte', 0), ('settled_minor__gte', models.F('credit_minor')), ('settled_minor__lte', models.F('total_minor'))), name='invoice_settled_within_total'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('settled_minor', models.F('total_minor')), ('status', 'paid')), models.Q(models.Q(('status', 'paid'), _negated=True), ('paid_at__isnull', True)), _connector='OR'), name='invoice_paid_has_instant'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='invoice',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='invoicing.invoice'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='creditline',
            name='charge',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='credit_lines', to='invoicing.charge'),
        ),
        migrations.AddField(
            model_name='creditline',
            name='line',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='credit_lines', to='invoicing.line'),
        ),
        migrations.AddField(
            model_name='creditline',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='creditnote',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer'),
        ),
        migrations.AddField(
            model_name='creditnote',
            name='invoice',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='credit_notes', to='invoicing.invoice'),
        ),
        migrations.AddField(
            model_name='creditnote',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='creditline',
            name='credit_note',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='invoicing.creditnote'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='credit_note',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='invoicing.creditnote'),
        ),
        migrations.AddIndex(
            model_name='creditnote',
            index=models.Index(fields=['organization', 'customer', 'id'], name='creditnote_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_creditnote_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'invoice'), name='creditnote_invoice_owned', to_fields=('organization', 'id'), via='invoice'),
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'customer'), name='creditnote_customer_owned', to_fields=('organization', 'id'), via='customer'),
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=models.UniqueConstraint(fields=('organization', 'number'), name='creditnote_number_once'),
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=models.UniqueConstraint(fields=('organization', 'sequence'), name='creditnote_sequence_once'),
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('subtotal_minor'), '+', models.F('tax_minor'))), ('total_minor__gt', 0)), name='creditnote_total_adds_up'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditnote',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_creditnote: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='8bc5561c89dfa911b650cff2323fb49c3235b595', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5838f', table='invoicing_creditnote', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditnote',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_creditnote: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='85a3ad74fe59741d182fde02c020b4b845a11224', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_978c4', table='invoicing_creditnote', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_creditline_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'credit_note'), name='creditline_note_owned', to_fields=('organization', 'id'), via='credit_note'),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'line'), name='creditline_line_owned', to_fields=('organization', 'id'), via='line'),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'charge'), name='creditline_charge_owned', to_fields=('organization', 'id'), via='charge'),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.UniqueConstraint(fields=('credit_note', 'position'), name='creditline_position_once'),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='creditline_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_creditline: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='ce054cfae9cfd06da56e55252fd5863689ce9c78', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_312f1', table='invoicing_creditline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditline',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_creditline: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='30a7ed174c6154973a02802d1e8322d95581493b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_af1c7', table='invoicing_creditline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditline',
            trigger=pgtrigger.compiler.Trigger(name='credit_bounds', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE charged bigint; given bigint;', func="\n            SELECT amount_minor INTO charged FROM invoicing_line WHERE id = NEW.line_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_creditline WHERE line_id = NEW.line_id\n            ) > charged THEN RAISE EXCEPTION 'invoicing_creditline: more than the line charged' USING ERRCODE = 'restrict_violation'; END IF;\n            SELECT subtotal_minor INTO given FROM invoicing_creditnote WHERE id = NEW.credit_note_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_creditline\n                WHERE credit_note_id = NEW.credit_note_id\n            ) > given THEN RAISE EXCEPTION 'invoicing_creditline: more than its credit note gives' USING ERRCODE = 'restrict_violation'; END IF;\n            RETURN NEW;\n        ", hash='74748eaf7265035a2078a707e0be6e783c5afd5e', operation='INSERT', pgid='pgtrigger_credit_bounds_03d35', table='invoicing_creditline', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_allocation_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'credit_note'), name='allocation_note_owned', to_fields=('organization', 'id'), via='credit_note'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'invoice'), name='allocation_invoice_owned', to_fields=('organization', 'id'), via='invoice'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='allocation_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_allocation: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='ac50bfa4d995208b3b3fceb4e937f21d4a9673bf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7bac5', table='invoicing_allocation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_allocation: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='a75bf4e33e881d343a5db4eb02832557e66a6b4d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_81c87', table='invoicing_allocation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='allocation_bounds', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE given bigint; asked bigint;', func="\n            SELECT total_minor INTO given FROM invoicing_creditnote WHERE id = NEW.credit_note_id FOR UPDATE;\n            SELECT total_minor INTO asked FROM invoicing_invoice WHERE id = NEW.invoice_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_allocation\n                WHERE credit_note_id = NEW.credit_note_id\n            ) > given THEN RAISE EXCEPTION 'invoicing_allocation: more than the credit note gives' USING ERRCODE = 'restrict_violation'; END IF;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_allocation WHERE invoice_id = NEW.invoice_id\n            ) > asked THEN RAISE EXCEPTION 'invoicing_allocation: more than the invoice asks for' USING ERRCODE = 'restrict_violation'; END IF;\n            RETURN NEW;\n        ", hash='3fd2f20586837a04cfe7f7794d7d0091f2cc2e67', operation='INSERT', pgid='pgtrigger_allocation_bounds_d37f6', table='invoicing_allocation', when='BEFORE')),
        ),
    ]
