import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        ('subscriptions', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Charge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='chg')),
                ('kind', models.CharField(choices=[('flat', 'fee'), ('usage', 'usage'), ('setup', 'setup fee'), ('one_time', 'one-time fee')], max_length=8)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('quantity', models.DecimalField(decimal_places=12, help_text="The period's quantity that it rates.", max_digits=30)),
                ('event_count', models.BigIntegerField(default=0, help_text='How many events of the period it rates.')),
                ('steps', models.JSONField(default=list, help_text='How the whole due amount of the period came about.')),
                ('created_at', models.DateTimeField()),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.item')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('period', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period')),
                ('price', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.price')),
            ],
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='inv')),
                ('boundary_at', models.DateTimeField(help_text='The boundary of the subscription that it bills.', null=True)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('paid', 'Paid')], default='draft', max_length=5)),
                ('currency', models.CharField(max_length=3)),
                ('number', models.CharField(max_length=50, null=True)),
                ('sequence', models.BigIntegerField(help_text='The place in the gapless series.', null=True)),
                ('issued_on', models.DateField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('finalized_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('subtotal_minor', models.BigIntegerField(default=0)),
                ('tax_minor', models.BigIntegerField(default=0)),
                ('total_minor', models.BigIntegerField(default=0)),
                ('tax_groups', models.JSONField(default=list)),
                ('seller', models.JSONField(default=dict, help_text='The organization as it was when finalized.')),
                ('buyer', models.JSONField(default=dict, help_text='The customer as it was when finalized.')),
                ('created_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('subscription', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.subscription')),
            ],
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='lin')),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('flat', 'fee'), ('usage', 'usage'), ('setup', 'setup fee'), ('one_time', 'one-time fee')], max_length=8)),
                ('description', models.CharField(max_length=300)),
                ('quantity', models.DecimalField(decimal_places=12, max_digits=30)),
                ('unit', models.CharField(blank=True, help_text='In the number that the quantity asks for.', max_length=50)),
                ('unit_amount', models.DecimalField(decimal_places=12, help_text='Empty where no single one made the amount.', max_digits=30, null=True)),
                ('amount_minor', models.BigIntegerField()),
                ('tax_category', models.CharField(max_length=30)),
                ('tax_rate', models.DecimalField(decimal_places=6, default=Decimal('0'), help_text='A fraction: 0.2 is 20 %.', max_digits=9)),
                ('period_starts_at', models.DateTimeField(null=True)),
                ('period_ends_at', models.DateTimeField(null=True)),
                ('late', models.BooleanField(default=False, help_text='Bills usage that arrived after its period was closed.')),
                ('steps', models.JSONField(default=list)),
                ('charge', models.OneToOneField(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='line', to='invoicing.charge')),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='invoicing.invoice')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=20)),
                ('last', models.BigIntegerField(default=0)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name_plural': 'number series',
            },
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_charge_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(fields=('period', 'kind', 'revision'), name='charge_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'setup'), ('revision', 0)), fields=('item',), name='charge_setup_once_per_item'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_invoice_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('organization', 'number'), name='invoice_number_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('organization', 'sequence'), name='invoice_sequence_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('subscription', 'boundary_at'), name='invoice_boundary_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finalized_at__isnull', True), ('number__isnull', True), ('status', 'draft')), models.Q(models.Q(('status', 'draft'), _negated=True), ('number__isnull', False), ('sequence__isnull', False), ('issued_on__isnull', False), ('due_on__isnull', False), ('finalized_at__isnull', False)), _connector='OR'), name='invoice_finalized_is_complete'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('subtotal_minor'), '+', models.F('tax_minor'))), ('total_minor__gte', 0)), name='invoice_total_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('status', 'paid')), models.Q(models.Q(('status', 'paid'), _negated=True), ('paid_at__isnull', True)), _connector='OR'), name='invoice_paid_has_instant'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_line_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('invoice', 'position'), name='line_position_once'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0)), name='line_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='numberseries',
            constraint=models.UniqueConstraint(fields=('organization', 'series'), name='number_series_once'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'period'), name='charge_period_owned', to_fields=('organization', 'id'), via='period'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item'), name='charge_item_owned', to_fields=('organization', 'id'), via='item'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'price'), name='charge_price_owned', to_fields=('organization', 'id'), via='price'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'customer'), name='invoice_customer_owned', to_fields=('organization', 'id'), via='customer'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'subscription'), name='invoice_subscription_owned', to_fields=('organization', 'id'), via='subscription'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'invoice'), name='line_invoice_owned', to_fields=('organization', 'id'), via='invoice'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'charge'), name='line_charge_owned', to_fields=('organization', 'id'), via='charge'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['organization', 'customer', '-id'], name='invoice_of_customer'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['organization', 'status', '-id'], name='invoice_by_status'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='charge',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF EXISTS (\n        SELECT 1 FROM invoicing_line l JOIN invoicing_invoice i ON i.id = l.invoice_id\n        WHERE l.charge_id = OLD.id AND i.status <> 'draft') THEN RAISE EXCEPTION 'invoicing_charge: a charge on a finalized invoice never changes' USING ERRCODE = 'restrict_violation'; END IF;\n                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                RETURN NEW;\n            ", hash='0044f0b2a7a9c3e01655742f45fc12b9a5d589ee', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_57b26', table='invoicing_charge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='charge',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_charge: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='25e2ae9bcd7f6d4c32252a9d470305e05b1290fe', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_fcc05', table='invoicing_charge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (OLD.status <> 'draft') THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'invoicing_invoice: a finalized invoice never changes' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['status', 'paid_at']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['status', 'paid_at']::text[]) THEN\n                    RAISE EXCEPTION 'invoicing_invoice: a finalized invoice never changes' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='c0c0a9de6fbccd0ec3c90226bdd12b2285cfcd7b', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_ccb60', table='invoicing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_invoice: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='e7016ba13fa0db79376db3d847549abdcb604853', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_70c77', table='invoicing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM invoicing_invoice i WHERE i.id = OLD.invoice_id AND i.status <> 'draft') THEN RAISE EXCEPTION 'invoicing_line: the lines of a finalized invoice never change' USING ERRCODE = 'restrict_violation'; END IF;\n                IF TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM invoicing_invoice i WHERE i.id = NEW.invoice_id AND i.status <> 'draft') THEN RAISE EXCEPTION 'invoicing_line: the lines of a finalized invoice never change' USING ERRCODE = 'restrict_violation'; END IF;\n                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                RETURN NEW;\n            ", hash='c1af938900499d47ff164a80be38d8b9a24a7697', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_3af52', table='invoicing_line', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_line: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='8b2ace359ab5ae0ad7362240de3a59d615a0b686', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_70848', table='invoicing_line', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='numberseries',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_numberseries: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='a5752e9bb9715f68004ababfd3b79bda4f047b28', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_fbb91', table='invoicing_numberseries', when='BEFORE')),
        ),
    ]
