import apps.core.ids
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0009_charges_count_quantities_said'),
        ('tenancy', '0010_prices_with_tax'),
    ]

    operations = [
        migrations.CreateModel(
            name='TaxRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='txr')),
                ('category', models.CharField(default='standard', help_text='Of products, add-ons and customers that it is for.', max_length=30, validators=[django.core.validators.RegexValidator('\\A[a-z0-9_-]+\\Z', 'Use small letters, digits, - and _ only.'), django.core.validators.RegexValidator('\\Aexempt\\Z', 'Exempt customers need no rate.', inverse_match=True)])),
                ('country', models.CharField(blank=True, help_text='Of the customer: two letters; EU is all of the Union, empty any country without a rate of its own.', max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z', 'Use the two-letter country code, such as DE; EU is all of the Union.')])),
                ('rate', models.DecimalField(decimal_places=6, help_text='A fraction: 0.19 is 19 %.', max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('1'))])),
                ('name', models.CharField(help_text='Printed before the percentage, such as VAT.', max_length=40, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)])),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, help_text='The last day.', null=True)),
                ('created_at', models.DateTimeField(editable=False)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='creditline',
            name='credit_bounds',
        ),
        migrations.AddField(
            model_name='creditline',
            name='tax_name',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='creditline',
            name='tax_treatment',
            field=models.CharField(choices=[('taxed', 'taxed'), ('zero', 'zero'), ('exempt', 'exempt'), ('reverse_charge', 'reverse charge'), ('outside', 'outside'), ('untaxed', 'untaxed')], default='untaxed', max_length=14),
        ),
        migrations.AddField(
            model_name='creditnote',
            name='tax_inclusive',
            field=models.BooleanField(default=False, help_text="Its amounts contain the tax, as its invoice's do."),
        ),
        migrations.AddField(
            model_name='invoice',
            name='tax_inclusive',
            field=models.BooleanField(default=False, help_text='Its amounts contain the tax.'),
        ),
        migrations.AddField(
            model_name='line',
            name='tax_name',
            field=models.CharField(blank=True, help_text='What the tax is called, such as VAT.', max_length=40),
        ),
        migrations.AddField(
            model_name='line',
            name='tax_treatment',
            field=models.CharField(choices=[('taxed', 'taxed'), ('zero', 'zero'), ('exempt', 'exempt'), ('reverse_charge', 'reverse charge'), ('outside', 'outside'), ('untaxed', 'untaxed')], default='untaxed', help_text='Why the rate is what it is.', max_length=14),
        ),
        migrations.AddField(
            model_name='line',
            name='taxed_on',
            field=models.DateField(help_text='The day whose rate applies.', null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditline',
            trigger=pgtrigger.compiler.Trigger(name='credit_bounds', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE charged bigint; given bigint;', func="\n            SELECT amount_minor INTO charged FROM invoicing_line WHERE id = NEW.line_id FOR UPDATE;\n            IF NEW.amount_minor + (\n                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_creditline WHERE line_id = NEW.line_id\n            ) > charged THEN RAISE EXCEPTION 'invoicing_creditline: more than the line charged' USING ERRCODE = 'restrict_violation'; END IF;\n            SELECT CASE WHEN tax_inclusive THEN total_minor ELSE subtotal_minor END INTO given\n                FROM invoicing_creditnote WHERE id = NEW.credit_note_id FOR UPDATE;\n            IF NEW.amount_minor - NEW.discount_minor + (\n                SELECT coalesce(sum(amount_minor - discount_minor), 0) FROM invoicing_creditline\n                WHERE credit_note_id = NEW.credit_note_id\n            ) > given THEN RAISE EXCEPTION 'invoicing_creditline: more than its credit note gives' USING ERRCODE = 'restrict_violation'; END IF;\n            RETURN NEW;\n        ", hash='d194e6801ff08b75a5a4bd311efb23e993ce7172', operation='INSERT', pgid='pgtrigger_credit_bounds_03d35', table='invoicing_creditline', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='taxrate',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.UniqueConstraint(fields=('organization', 'category', 'country', 'valid_from'), name='taxrate_begins_once', violation_error_message='A rate of this category and country begins on that day already.'),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gte', 0), ('rate__lte', 1)), name='taxrate_is_fraction'),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='taxrate_ends_after_start', violation_error_message='The last day must not be before the first.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taxrate',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (OLD.valid_from <= CURRENT_DATE) THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'invoicing_taxrate: a rate that began never changes: end it and add another' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['valid_until']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['valid_until']::text[]) THEN\n                    RAISE EXCEPTION 'invoicing_taxrate: a rate that began never changes: end it and add another' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='8606388a2de48367865a663aa679316890bb1cab', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_98140', table='invoicing_taxrate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taxrate',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'invoicing_taxrate: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='ae7096b9dc92e4e04fe769153d3c9563a7c14db9', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_08ad0', table='invoicing_taxrate', when='BEFORE')),
        ),
    ]
