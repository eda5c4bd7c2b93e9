import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_copies'),
        ('invoicing', '0006_late_invoices'),
        ('subscriptions', '0006_returned_periods'),
        ('tenancy', '0008_usage_in_detail'),
    ]

    operations = [
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='rec')),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('method', models.CharField(choices=[('bank', 'bank transfer'), ('card', 'card'), ('cash', 'cash'), ('check', 'check'), ('other', 'another way')], max_length=5)),
                ('reference', models.CharField(blank=True, help_text='Such as the text of the bank transfer.', max_length=200)),
                ('received_on', models.DateField()),
                ('actor', models.CharField(max_length=320)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='rfd')),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('method', models.CharField(choices=[('bank', 'bank transfer'), ('card', 'card'), ('cash', 'cash'), ('check', 'check'), ('other', 'another way')], max_length=5)),
                ('reference', models.CharField(blank=True, max_length=200)),
                ('refunded_on', models.DateField()),
                ('actor', models.CharField(max_length=320)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='allocation',
            name='allocation_bounds',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='creditline',
            name='credit_bounds',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='invoice',
            name='frozen',
        ),
        migrations.AddField(
            model_name='creditline',
            name='discount_minor',
            field=models.BigIntegerField(default=0, help_text="The part of the line's discount that goes with it."),
        ),
        migrations.AddField(
            model_name='creditnote',
            name='reason',
            field=models.CharField(blank=True, help_text='Printed on it.', max_length=300),
        ),
        migrations.AddField(
            model_name='invoice',
            name='discount_fixed_minor',
            field=models.BigIntegerField(help_text='The amount that was asked for, if one was.', null=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='discount_minor',
            field=models.BigIntegerField(default=0, help_text='In all, spread over its lines before tax.'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='discount_percent',
            field=models.DecimalField(decimal_places=4, max_digits=7, null=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='discount_reason',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='invoice',
            name='notes',
            field=models.TextField(blank=True, help_text='Printed below the lines.', max_length=1000),
        ),
        migrations.AddField(
            model_name='invoice',
            name='payment_terms_days',
            field=models.PositiveSmallIntegerField(help_text='Days until it is due, where somebody said so for this one.', null=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='rebills_id',
            field=models.BigIntegerField(help_text='The voided invoice in whose place this stands.', null=True, unique=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='voided_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='written_off_at',
            field=models.DateTimeField(help_text='When it was given up as uncollectible.', null=True),
        ),
        migrations.AddField(
            model_name='line',
            name='discount_minor',
            field=models.BigIntegerField(default=0, help_text="Its part of the invoice's discount."),
        ),
        migrations.AlterField(
            model_name='allocation',
            name='credit_note',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='invoicing.creditnote'),
        ),
        migrations.AlterField(
            model_name='allocation',
            name='invoice',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='invoicing.invoice'),
        ),
        migrations.AlterField(
            model_name='charge',
            name='kind',
            field=models.CharField(choices=[('flat', 'fee'), ('usage', 'usage'), ('setup', 'setup fee'), ('one_time', 'one-time fee'), ('manual', 'added by hand')], max_length=8),
        ),
        migrations.AlterField(
            model_name='creditline',
            name='amount_minor',
            field=models.BigIntegerField(help_text="Of the line's amount, before its part of the discount."),
        ),
        migrations.AlterField(
            model_name='creditline',
            name='charge',
            field=models.ForeignKey(db_constraint=False, help_text='The charge that takes back; goodwill takes nothing back of what was billed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_lines', to='invoicing.charge'),
        ),
        migrations.AlterField(
            model_name='creditnote',
            name='kind',
            field=models.CharField(choices=[('correction', 'correction of what was billed'), ('commercial', 'goodwill')], default='correction', max_length=10),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='cause',
            field=models.CharField(choices=[('cycle', 'the end of a period'), ('start', 'the start of a subscription'), ('change', 'a change of a subscription'), ('end', 'the end of a subscription'), ('late', 'usage that arrived after the end of a subscription'), ('rebill', 'an invoice that was voided'), ('manual', 'a person or a program')], default='cycle', max_length=6),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('paid', 'Paid'), ('void', 'Void'), ('uncollectible', 'Uncollectible')], default='draft', max_length=13),
        ),
        migrations.AlterField(
            model_name='line',
            name='amount_minor',
            field=models.BigIntegerField(help_text='Before its part of the discount.'),
        ),
        migrations.AlterField(
            model_name='line',
            name='charge',
            field=models.OneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='line', to='invoicing.charge'),
        ),
        migrations.AlterField(
            model_name='line',
            name='kind',
            field=models.CharField(choices=[('flat', 'fee'), ('usage', 'usage'), ('setup', 'setup fee'), ('one_time', 'one-time fee'), ('manual', 'added by hand')], max_length=8),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='allocation_bounds', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE most bigint;', func="\n        IF NEW.credit_note_id IS NOT NULL THEN\n            SELECT total_minor INTO most FROM invoicing_creditnote WHERE id = NEW.credit_note_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_allocation WHERE credit_note_id = NEW.credit_note_id\n            ) > most THEN RAISE EXCEPTION 'invoicing_allocation: more than the credit note gives' USING ERRCODE = 'restrict_violation'; END IF;\n        END IF;\n    \n        IF NEW.receipt_id IS NOT NULL THEN\n            SELECT amount_minor INTO most FROM invoicing_receipt WHERE id = NEW.receipt_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_allocation WHERE receipt_id = NEW.receipt_id\n            ) > most THEN RAISE EXCEPTION 'invoicing_allocation: more than was received' USING ERRCODE = 'restrict_violation'; END IF;\n        END IF;\n    \n        IF NEW.invoice_id IS NOT NULL THEN\n            SELECT total_minor INTO most FROM invoicing_invoice WHERE id = NEW.invoice_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_allocation WHERE invoice_id = NEW.invoice_id\n            ) > most THEN RAISE EXCEPTION 'invoicing_allocation: more than the invoice asks for' USING ERRCODE = 'restrict_violation'; END IF;\n        END IF;\n    \n        IF NEW.refund_id IS NOT NULL THEN\n            SELECT amount_minor INTO most FROM invoicing_refund WHERE id = NEW.refund_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_allocation WHERE refund_id = NEW.refund_id\n            ) > most THEN RAISE EXCEPTION 'invoicing_allocation: more than is paid back' USING ERRCODE = 'restrict_violation'; END IF;\n        END IF;\n     RETURN NEW;", hash='3440a469f1b00d9d33da228c68fd4a51ab03ad02', operation='INSERT', pgid='pgtrigger_allocation_bounds_d37f6', table='invoicing_allocation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditline',
            trigger=pgtrigger.compiler.Trigger(name='credit_bounds', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE charged bigint; given bigint;', func="\n            SELECT amount_minor INTO charged FROM invoicing_line WHERE id = NEW.line_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_creditline WHERE line_id = NEW.line_id\n            ) > charged THEN RAISE EXCEPTION 'invoicing_creditline: more than the line charged' USING ERRCODE = 'restrict_violation'; END IF;\n            SELECT subtotal_minor INTO given FROM invoicing_creditnote WHERE id = NEW.credit_note_id FOR UPDATE;\n            IF NEW.amount_minor - NEW.discount_minor + (\n                SELECT coalesce(sum(amount_minor - discount_minor), 0) FROM invoicing_creditline\n                WHERE credit_note_id = NEW.credit_note_id\n            ) > given THEN RAISE EXCEPTION 'invoicing_creditline: more than its credit note gives' USING ERRCODE = 'restrict_violation'; END IF;\n            RETURN NEW;\n        ", hash='58d4fb6fd120b9543a13c266eed147b4a839d0d3', operation='INSERT', pgid='pgtrigger_credit_bounds_03d35', table='invoicing_creditline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (OLD.status <> 'draft') THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'invoicing_invoice: a finalized invoice never changes' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'paid_at', 'settled_minor', 'voided_at', 'written_off_at']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'paid_at', 'settled_minor', 'voided_at', 'written_off_at']::text[]) THEN\n                    RAISE EXCEPTION 'invoicing_invoice: a finalized invoice never changes' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='083f9c21503821b9d6b051dc8adf07c16faa51ec', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_ccb60', table='invoicing_invoice', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0), ('discount_minor__lte', models.F('amount_minor'))), name='creditline_discount_within_amount'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='refund',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_receipt_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_refund_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'rebills_id'), name='invoice_rebills_owned', to_fields=('organization', 'id'), via=''),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_minor', 0), ('status', 'void'), ('voided_at__isnull', False)), models.Q(models.Q(('status', 'void'), _negated=True), ('voided_at__isnull', True)), _connector='OR'), name='invoice_void_is_unpaid'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'uncollectible'), _negated=True), ('written_off_at__isnull', False), _connector='OR'), name='invoice_written_off_has_instant'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('discount_minor', 0), models.Q(('discount_reason', ''), _negated=True), _connector='OR'), name='invoice_discount_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0), models.Q(('discount_percent__isnull', True), models.Q(('discount_percent__gt', 0), ('discount_percent__lte', 100)), _connector='OR')), name='invoice_discount_in_range'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0), ('discount_minor__lte', models.F('amount_minor'))), name='line_discount_within_amount'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('charge__isnull', True), ('kind', 'manual')), models.Q(models.Q(('kind', 'manual'), _negated=True), ('charge__isnull', False)), _connector='OR'), name='line_charge_unless_manual'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='receipt',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='invoicing.receipt'),
        ),
        migrations.AddField(
            model_name='refund',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='refund',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='invoicing.refund'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'receipt'), name='allocation_receipt_owned', to_fields=('organization', 'id'), via='receipt'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'refund'), name='allocation_refund_owned', to_fields=('organization', 'id'), via='refund'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credit_note__isnull', False), ('receipt__isnull', True)), models.Q(('credit_note__isnull', True), ('receipt__isnull', False)), _connector='OR'), name='allocation_from_one'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('invoice__isnull', False), ('refund__isnull', True)), models.Q(('invoice__isnull', True), ('refund__isnull', False)), _connector='OR'), name='allocation_to_one'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(fields=['organization', 'customer', 'id'], name='receipt_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'customer'), name='receipt_customer_owned', to_fields=('organization', 'id'), via='customer'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='receipt_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_receipt: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='021f4a999f3a50871f3e38c0629ad17209e3796b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5f663', table='invoicing_receipt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_receipt: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='429be107fc68c9a7f01358df6a77ed17cc2b12d9', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_46642', table='invoicing_receipt', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['organization', 'customer', 'id'], name='refund_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'customer'), name='refund_customer_owned', to_fields=('organization', 'id'), via='customer'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refund_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_refund: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='39b7ffff675e08a62063c2ef32b70d86812311c1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_745a6', table='invoicing_refund', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_refund: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='7647a413e7c27cb8b99329095ce7b3fdf9af7242', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_95178', table='invoicing_refund', when='BEFORE')),
        ),
    ]
