import apps.accounts.models
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_words_of_customers'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='customer',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='customer',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='customer',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='customer',
            name='cc_emails',
            field=models.JSONField(blank=True, default=list, help_text='Get every invoice as well.', validators=[apps.accounts.models.validate_addresses], verbose_name='copies to'),
        ),
        migrations.AddField(
            model_name='customerhistory',
            name='cc_emails',
            field=models.JSONField(blank=True, default=list, help_text='Get every invoice as well.', validators=[apps.accounts.models.validate_addresses], verbose_name='copies to'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "cc_emails", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_id") VALUES (NEW."address_line1", NEW."address_line2", NEW."archived_at", NEW."cc_emails", NEW."city", NEW."country", NEW."created_at", NEW."currency", NEW."email", NEW."external_id", NEW."id", NEW."legal_name", NEW."locale", NEW."name", NEW."organization_id", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."tax_category", NEW."tax_id"); RETURN NULL;', hash='83980dcbbb5bb2d3a697bc1d788c8e71b6053198', operation='INSERT', pgid='pgtrigger_insert_insert_32108', table='accounts_customer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "cc_emails", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_id") VALUES (NEW."address_line1", NEW."address_line2", NEW."archived_at", NEW."cc_emails", NEW."city", NEW."country", NEW."created_at", NEW."currency", NEW."email", NEW."external_id", NEW."id", NEW."legal_name", NEW."locale", NEW."name", NEW."organization_id", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."tax_category", NEW."tax_id"); RETURN NULL;', hash='7698618155b388b1c57ac46f4f9422e28dd36080', operation='UPDATE', pgid='pgtrigger_update_update_8724e', table='accounts_customer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "cc_emails", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_id") VALUES (OLD."address_line1", OLD."address_line2", OLD."archived_at", OLD."cc_emails", OLD."city", OLD."country", OLD."created_at", OLD."currency", OLD."email", OLD."external_id", OLD."id", OLD."legal_name", OLD."locale", OLD."name", OLD."organization_id", OLD."payment_terms_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postal_code", OLD."public_id", OLD."region", OLD."tax_category", OLD."tax_id"); RETURN NULL;', hash='c9b54979b57a418bf9c0f815b3f9501273cc7625', operation='DELETE', pgid='pgtrigger_delete_delete_a8cb7', table='accounts_customer', when='AFTER')),
        ),
    ]
