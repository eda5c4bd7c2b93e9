import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0008_usage_in_detail'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='organization',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='organization',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='organization',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='organization',
            name='access_grace_days',
            field=models.PositiveSmallIntegerField(default=0, help_text="How many days of 24 hours access goes on after a subscription's end.", validators=[django.core.validators.MaxValueValidator(365)]),
        ),
        migrations.AddField(
            model_name='organizationhistory',
            name='access_grace_days',
            field=models.PositiveSmallIntegerField(default=0, help_text="How many days of 24 hours access goes on after a subscription's end.", validators=[django.core.validators.MaxValueValidator(365)]),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tenancy_organizationhistory" ("access_grace_days", "address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_details", "usage_grace", "zero_invoices") VALUES (NEW."access_grace_days", NEW."address_line1", NEW."address_line2", NEW."auto_finalize", NEW."cancel_suspended_after_days", NEW."city", NEW."clock_at", NEW."color", NEW."country", NEW."created_at", NEW."credit_note_prefix", NEW."currency", NEW."email", NEW."footer", NEW."id", NEW."invoice_digits", NEW."invoice_prefix", NEW."key", NEW."late_window_days", NEW."legal_name", NEW."locale", NEW."logo", NEW."mode", NEW."name", NEW."page_size", NEW."payment_details", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."reminder_days", NEW."tax_id", NEW."timezone", NEW."usage_details", NEW."usage_grace", NEW."zero_invoices"); RETURN NULL;', hash='a6c3b931f802a8060171dfcae69acf2ee148f8d9', operation='INSERT', pgid='pgtrigger_insert_insert_dad15', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "tenancy_organizationhistory" ("access_grace_days", "address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_details", "usage_grace", "zero_invoices") VALUES (NEW."access_grace_days", NEW."address_line1", NEW."address_line2", NEW."auto_finalize", NEW."cancel_suspended_after_days", NEW."city", NEW."clock_at", NEW."color", NEW."country", NEW."created_at", NEW."credit_note_prefix", NEW."currency", NEW."email", NEW."footer", NEW."id", NEW."invoice_digits", NEW."invoice_prefix", NEW."key", NEW."late_window_days", NEW."legal_name", NEW."locale", NEW."logo", NEW."mode", NEW."name", NEW."page_size", NEW."payment_details", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."reminder_days", NEW."tax_id", NEW."timezone", NEW."usage_details", NEW."usage_grace", NEW."zero_invoices"); RETURN NULL;', hash='d2172e5f4d4be6f7037d1d10ddda440f7abfcd53', operation='UPDATE', pgid='pgtrigger_update_update_99134', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tenancy_organizationhistory" ("access_grace_days", "address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_details", "usage_grace", "zero_invoices") VALUES (OLD."access_grace_days", OLD."address_line1", OLD."address_line2", OLD."auto_finalize", OLD."cancel_suspended_after_days", OLD."city", OLD."clock_at", OLD."color", OLD."country", OLD."created_at", OLD."credit_note_prefix", OLD."currency", OLD."email", OLD."footer", OLD."id", OLD."invoice_digits", OLD."invoice_prefix", OLD."key", OLD."late_window_days", OLD."legal_name", OLD."locale", OLD."logo", OLD."mode", OLD."name", OLD."page_size", OLD."payment_details", OLD."payment_terms_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postal_code", OLD."public_id", OLD."region", OLD."reminder_days", OLD."tax_id", OLD."timezone", OLD."usage_details", OLD."usage_grace", OLD."zero_invoices"); RETURN NULL;', hash='5d615a5cf4c125469ed645a4b85cde7b82b3f4b6', operation='DELETE', pgid='pgtrigger_delete_delete_885fd', table='tenancy_organization', when='AFTER')),
        ),
    ]
