import apps.tenancy.brand
import apps.tenancy.models
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0006_long_suspensions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Logo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('media_type', models.CharField(max_length=20)),
                ('content', models.BinaryField()),
                ('created_at', models.DateTimeField()),
            ],
        ),
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
            name='color',
            field=models.CharField(default='#111111', help_text='Of headings on invoices and of buttons in mails: # and six digits, such as #1a4f8b.', max_length=7, validators=[apps.tenancy.brand.validate_color], verbose_name='colour'),
        ),
        migrations.AddField(
            model_name='organization',
            name='logo',
            field=models.CharField(blank=True, editable=False, help_text='The digest of the logo in use.', max_length=64),
        ),
        migrations.AddField(
            model_name='organization',
            name='reminder_days',
            field=models.JSONField(blank=True, default=list, help_text='When unpaid invoices are reminded of, in days from the due day: -3, 3, 10 is three days before, three and ten after. Empty: never.', validators=[apps.tenancy.models.validate_reminder_days]),
        ),
        migrations.AddField(
            model_name='organizationhistory',
            name='color',
            field=models.CharField(default='#111111', help_text='Of headings on invoices and of buttons in mails: # and six digits, such as #1a4f8b.', max_length=7, validators=[apps.tenancy.brand.validate_color], verbose_name='colour'),
        ),
        migrations.AddField(
            model_name='organizationhistory',
            name='logo',
            field=models.CharField(blank=True, editable=False, help_text='The digest of the logo in use.', max_length=64),
        ),
        migrations.AddField(
            model_name='organizationhistory',
            name='reminder_days',
            field=models.JSONField(blank=True, default=list, help_text='When unpaid invoices are reminded of, in days from the due day: -3, 3, 10 is three days before, three and ten after. Empty: never.', validators=[apps.tenancy.models.validate_reminder_days]),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tenancy_organizationhistory" ("address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_grace", "zero_invoices") VALUES (NEW."address_line1", NEW."address_line2", NEW."auto_finalize", NEW."cancel_suspended_after_days", NEW."city", NEW."clock_at", NEW."color", NEW."country", NEW."created_at", NEW."credit_note_prefix", NEW."currency", NEW."email", NEW."footer", NEW."id", NEW."invoice_digits", NEW."invoice_prefix", NEW."key", NEW."late_window_days", NEW."legal_name", NEW."locale", NEW."logo", NEW."mode", NEW."name", NEW."page_size", NEW."payment_details", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."reminder_days", NEW."tax_id", NEW."timezone", NEW."usage_grace", NEW."zero_invoices"); RETURN NULL;', hash='580ddb66b161e2ec266028c21e159ca010673b34', operation='INSERT', pgid='pgtrigger_insert_insert_dad15', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "tenancy_organizationhistory" ("address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_grace", "zero_invoices") VALUES (NEW."address_line1", NEW."address_line2", NEW."auto_finalize", NEW."cancel_suspended_after_days", NEW."city", NEW."clock_at", NEW."color", NEW."country", NEW."created_at", NEW."credit_note_prefix", NEW."currency", NEW."email", NEW."footer", NEW."id", NEW."invoice_digits", NEW."invoice_prefix", NEW."key", NEW."late_window_days", NEW."legal_name", NEW."locale", NEW."logo", NEW."mode", NEW."name", NEW."page_size", NEW."payment_details", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."reminder_days", NEW."tax_id", NEW."timezone", NEW."usage_grace", NEW."zero_invoices"); RETURN NULL;', hash='465b06ee327ed1e6a6dd8547a7ba06f1ee8ef767', operation='UPDATE', pgid='pgtrigger_update_update_99134', table='tenancy_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tenancy_organizationhistory" ("address_line1", "address_line2", "auto_finalize", "cancel_suspended_after_days", "city", "clock_at", "color", "country", "created_at", "credit_note_prefix", "currency", "email", "footer", "id", "invoice_digits", "invoice_prefix", "key", "late_window_days", "legal_name", "locale", "logo", "mode", "name", "page_size", "payment_details", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "reminder_days", "tax_id", "timezone", "usage_grace", "zero_invoices") VALUES (OLD."address_line1", OLD."address_line2", OLD."auto_finalize", OLD."cancel_suspended_after_days", OLD."city", OLD."clock_at", OLD."color", OLD."country", OLD."created_at", OLD."credit_note_prefix", OLD."currency", OLD."email", OLD."footer", OLD."id", OLD."invoice_digits", OLD."invoice_prefix", OLD."key", OLD."late_window_days", OLD."legal_name", OLD."locale", OLD."logo", OLD."mode", OLD."name", OLD."page_size", OLD."payment_details", OLD."payment_terms_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postal_code", OLD."public_id", OLD."region", OLD."reminder_days", OLD."tax_id", OLD."timezone", OLD."usage_grace", OLD."zero_invoices"); RETURN NULL;', hash='c502ac8066aea201807bfd08e20e46a3e916f503', operation='DELETE', pgid='pgtrigger_delete_delete_885fd', table='tenancy_organization', when='AFTER')),
        ),
        migrations.AddField(
            model_name='logo',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddConstraint(
            model_name='logo',
            constraint=models.UniqueConstraint(fields=('organization', 'sha256'), name='logo_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logo',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'tenancy_logo: rows are append-only' USING ERRCODE = 'restrict_violation';", hash='f8f56c8274ba88bae05f245887deaa94bdd2ce46', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1bd5f', table='tenancy_logo', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='logo',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'tenancy_logo: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='0ed47df97db056d9dede02c75f4d8282bbb59509', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_c2e04', table='tenancy_logo', when='BEFORE')),
        ),
    ]
