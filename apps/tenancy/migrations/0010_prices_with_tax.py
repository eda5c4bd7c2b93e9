import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0009_access_grace'),
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
            name='prices_include_tax',
            field=models.BooleanField(default=False, help_text='Prices contain the tax, and invoices say how much of it. Holds for what is drafted from now on.'),
        ),
        migrations.AddField(
            model_name='organizationhistory',
            name='prices_include_tax',
            field=models.BooleanField(default=False, help_text='Prices contain the tax, and invoices say how much of it. Holds for what is drafted from now on.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tenancy_organizationhistory" ("access_grace_days", "address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "prices_include_tax", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_details", "usage_grace", "zero_invoices") VALUES (NEW."access_grace_days", NEW."address_line1", NEW."address_line2", NEW."auto_finalize", NEW."cancel_suspended_after_days", NEW."city", NEW."clock_at", NEW."color", NEW."country", NEW."created_at", NEW."credit_note_prefix", NEW."currency", NEW."email", NEW."footer", NEW."id", NEW."invoice_digits", NEW."invoice_prefix", NEW."key", NEW."late_window_days", NEW."legal_name", NEW."locale", NEW."logo", NEW."mode", NEW."name", NEW."page_size", NEW."payment_details", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."prices_include_tax", NEW."public_id", NEW."region", NEW."reminder_days", NEW."tax_id", NEW."timezone", NEW."usage_details", NEW."usage_grace", NEW."zero_invoices"); RETURN NULL;', hash='47d3b1bc1abe63de6e30550f4130a62841a17ad4', operation='INSERT', pgid='pgtrigger_insert_insert_dad15', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "tenancy_organizationhistory" ("access_grace_days", "address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "prices_include_tax", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_details", "usage_grace", "zero_invoices") VALUES (NEW."access_grace_days", NEW."address_line1", NEW."address_line2", NEW."auto_finalize", NEW."cancel_suspended_after_days", NEW."city", NEW."clock_at", NEW."color", NEW."country", NEW."created_at", NEW."credit_note_prefix", NEW."currency", NEW."email", NEW."footer", NEW."id", NEW."invoice_digits", NEW."invoice_prefix", NEW."key", NEW."late_window_days", NEW."legal_name", NEW."locale", NEW."logo", NEW."mode", NEW."name", NEW."page_size", NEW."payment_details", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."prices_include_tax", NEW."public_id", NEW."region", NEW."reminder_days", NEW."tax_id", NEW."timezone", NEW."usage_details", NEW."usage_grace", NEW."zero_invoices"); RETURN NULL;', hash='a1472e01b9a0b4c1bbce064adb43d79949208027', operation='UPDATE', pgid='pgtrigger_update_update_99134', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tenancy_organizationhistory" ("access_grace_days", "address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "prices_include_tax", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_details", "usage_grace", "zero_invoices") VALUES (OLD."access_grace_days", OLD."address_line1", OLD."address_line2", OLD."auto_finalize", OLD."cancel_suspended_after_days", OLD."city", OLD."clock_at", OLD."color", OLD."country", OLD."created_at", OLD."credit_note_prefix", OLD."currency", OLD."email", OLD."footer", OLD."id", OLD."invoice_digits", OLD."invoice_prefix", OLD."key", OLD."late_window_days", OLD."legal_name", OLD."locale", OLD."logo", OLD."mode", OLD."name", OLD."page_size", OLD."payment_details", OLD."payment_terms_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postal_code", OLD."prices_include_tax", OLD."public_id", OLD."region", OLD."reminder_days", OLD."tax_id", OLD."timezone", OLD."usage_details", OLD."usage_grace", OLD."zero_invoices"); RETURN NULL;', hash='d5a0c84dc5c4ddc31b09f56598efe3e131c34c6f', operation='DELETE', pgid='pgtrigger_delete_delete_885fd', table='tenancy_organization', when='AFTER')),
        ),
    ]
