import apps.core.ids
import apps.tenancy.models
import datetime
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_line1', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('address_line2', models.CharField(blank=True, max_length=200, verbose_name='address, second line')),
                ('postal_code', models.CharField(blank=True, max_length=20)),
                ('city', models.CharField(blank=True, max_length=100)),
                ('region', models.CharField(blank=True, max_length=100)),
                ('country', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z', 'Use the two-letter country code, such as US.')])),
                ('public_id', apps.core.ids.PublicIdField(prefix='org')),
                ('key', models.CharField(help_text='Names the organization in commands.', max_length=50, unique=True, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('mode', models.CharField(choices=[('live', 'Live'), ('test', 'Test')], default='live', max_length=4)),
                ('clock_at', models.DateTimeField(blank=True, editable=False, help_text='The moved clock of a test organization.', null=True)),
                ('currency', models.CharField(default='USD', max_length=3, validators=[apps.tenancy.models.validate_currency])),
                ('timezone', models.CharField(default='UTC', max_length=64, validators=[apps.tenancy.models.validate_timezone])),
                ('locale', models.CharField(default='en_US', max_length=10)),
                ('legal_name', models.CharField(blank=True, max_length=200)),
                ('tax_id', models.CharField(blank=True, max_length=50)),
                ('email', models.EmailField(blank=True, help_text='Invoices are sent from here, and replies come here.', max_length=254, verbose_name='billing e-mail')),
                ('payment_details', models.TextField(blank=True, help_text='How to pay, printed on every invoice: bank, account, reference.')),
                ('footer', models.TextField(blank=True, help_text='Printed at the foot of every page: register number and the like.')),
                ('page_size', models.CharField(choices=[('A4', 'A4'), ('Letter', 'Letter')], default='A4', max_length=6)),
                ('auto_finalize', models.BooleanField(default=True, help_text='Off: closed periods wait as drafts for a person.')),
                ('usage_grace', models.DurationField(default=datetime.timedelta, help_text="How long after a period's end its usage may still arrive before it is billed.")),
                ('late_window_days', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MaxValueValidator(3650)])),
                ('payment_terms_days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MaxValueValidator(365)])),
                ('zero_invoices', models.CharField(choices=[('mail', 'issue and e-mail'), ('issue', 'issue without e-mail'), ('skip', 'do not issue')], default='mail', max_length=5)),
                ('invoice_prefix', models.CharField(blank=True, default='INV-', max_length=20)),
                ('invoice_digits', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MaxValueValidator(12)])),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(help_text="An e-mail address, a key's public id, or the name of a job.", max_length=320)),
                ('verb', models.CharField(max_length=50)),
                ('object_type', models.CharField(max_length=50)),
                ('object_id', models.CharField(max_length=64)),
                ('summary', models.CharField(blank=True, max_length=500)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name_plural': 'audit entries',
            },
        ),
        migrations.CreateModel(
            name='OrganizationHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('address_line1', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('address_line2', models.CharField(blank=True, max_length=200, verbose_name='address, second line')),
                ('postal_code', models.CharField(blank=True, max_length=20)),
                ('city', models.CharField(blank=True, max_length=100)),
                ('region', models.CharField(blank=True, max_length=100)),
                ('country', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z', 'Use the two-letter country code, such as US.')])),
                ('public_id', apps.core.ids.PublicIdField(prefix='org', unique=False)),
                ('key', models.CharField(help_text='Names the organization in commands.', max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('mode', models.CharField(choices=[('live', 'Live'), ('test', 'Test')], default='live', max_length=4)),
                ('clock_at', models.DateTimeField(blank=True, editable=False, help_text='The moved clock of a test organization.', null=True)),
                ('currency', models.CharField(default='USD', max_length=3, validators=[apps.tenancy.models.validate_currency])),
                ('timezone', models.CharField(default='UTC', max_length=64, validators=[apps.tenancy.models.validate_timezone])),
                ('locale', models.CharField(default='en_US', max_length=10)),
                ('legal_name', models.CharField(blank=True, max_length=200)),
                ('tax_id', models.CharField(blank=True, max_length=50)),
                ('email', models.EmailField(blank=True, help_text='Invoices are sent from here, and replies come here.', max_length=254, verbose_name='billing e-mail')),
                ('payment_details', models.TextField(blank=True, help_text='How to pay, printed on every invoice: bank, account, reference.')),
                ('footer', models.TextField(blank=True, help_text='Printed at the foot of every page: register number and the like.')),
                ('page_size', models.CharField(choices=[('A4', 'A4'), ('Letter', 'Letter')], default='A4', max_length=6)),
                ('auto_finalize', models.BooleanField(default=True, help_text='Off: closed periods wait as drafts for a person.')),
                ('usage_grace', models.DurationField(default=datetime.timedelta, help_text="How long after a period's end its usage may still arrive before it is billed.")),
                ('late_window_days', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MaxValueValidator(3650)])),
                ('payment_terms_days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MaxValueValidator(365)])),
                ('zero_invoices', models.CharField(choices=[('mail', 'issue and e-mail'), ('issue', 'issue without e-mail'), ('skip', 'do not issue')], default='mail', max_length=5)),
                ('invoice_prefix', models.CharField(blank=True, default='INV-', max_length=20)),
                ('invoice_digits', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MaxValueValidator(12)])),
                ('created_at', models.DateTimeField()),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='organization_history_bases', to='tenancy.organization')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='Organization',
            constraint=models.CheckConstraint(condition=models.Q(('clock_at__isnull', True), ('mode', 'test'), _connector='OR'), name='organization_clock_only_in_test'),
        ),
        migrations.AddConstraint(
            model_name='Organization',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['live', 'test'])), name='organization_mode_known'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['organization', 'object_id', '-at'], name='audit_object'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tenancy_organizationhistory" ("address_line1", "address_line2", "auto_finalize", "city", "clock_at", "country", "created_at", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_id", "timezone", "usage_grace", "zero_invoices") VALUES (NEW."address_line1", NEW."address_line2", NEW."auto_finalize", NEW."city", NEW."clock_at", NEW."country", NEW."created_at", NEW."currency", NEW."email", NEW."footer", NEW."id", NEW."invoice_digits", NEW."invoice_prefix", NEW."key", NEW."late_window_days", NEW."legal_name", NEW."locale", NEW."mode", NEW."name", NEW."page_size", NEW."payment_details", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."tax_id", NEW."timezone", NEW."usage_grace", NEW."zero_invoices"); RETURN NULL;', hash='98c85ed43bec9736bd23a16eacb4a251991c6a95', operation='INSERT', pgid='pgtrigger_insert_insert_dad15', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "tenancy_organizationhistory" ("address_line1", "address_line2", "auto_finalize", "city", "clock_at", "country", "created_at", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_id", "timezone", "usage_grace", "zero_invoices") VALUES (NEW."address_line1", NEW."address_line2", NEW."auto_finalize", NEW."city", NEW."clock_at", NEW."country", NEW."created_at", NEW."currency", NEW."email", NEW."footer", NEW."id", NEW."invoice_digits", NEW."invoice_prefix", NEW."key", NEW."late_window_days", NEW."legal_name", NEW."locale", NEW."mode", NEW."name", NEW."page_size", NEW."payment_details", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."tax_id", NEW."timezone", NEW."usage_grace", NEW."zero_invoices"); RETURN NULL;', hash='9ea1df81fe71af35241ab90d2ae856ef261c4f7c', operation='UPDATE', pgid='pgtrigger_update_update_99134', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tenancy_organizationhistory" ("address_line1", "address_line2", "auto_finalize", "city", "clock_at", "country", "created_at", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_id", "timezone", "usage_grace", "zero_invoices") VALUES (OLD."address_line1", OLD."address_line2", OLD."auto_finalize", OLD."city", OLD."clock_at", OLD."country", OLD."created_at", OLD."currency", OLD."email", OLD."footer", OLD."id", OLD."invoice_digits", OLD."invoice_prefix", OLD."key", OLD."late_window_days", OLD."legal_name", OLD."locale", OLD."mode", OLD."name", OLD."page_size", OLD."payment_details", OLD."payment_terms_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postal_code", OLD."public_id", OLD."region", OLD."tax_id", OLD."timezone", OLD."usage_grace", OLD."zero_invoices"); RETURN NULL;', hash='f1fbf97d5deae9e253623388c47957ad38ab77af', operation='DELETE', pgid='pgtrigger_delete_delete_885fd', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'tenancy_auditentry: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='86717edda82b01b7ed858b33bedcef8238c74485', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_23695', table='tenancy_auditentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'tenancy_auditentry: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='a885c42214bcf96c5ac65abbb6b0d9aaae0c9de2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_6eca1', table='tenancy_auditentry', when='BEFORE')),
        ),
    ]
