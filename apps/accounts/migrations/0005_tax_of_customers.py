import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_copies'),
        ('tenancy', '0010_prices_with_tax'),
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
            name='tax_exempt_reason',
            field=models.CharField(blank=True, help_text='Why an exempt customer pays no tax, printed on invoices: the article of the law.', max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AddField(
            model_name='customerhistory',
            name='tax_exempt_reason',
            field=models.CharField(blank=True, help_text='Why an exempt customer pays no tax, printed on invoices: the article of the law.', max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='customer',
            name='tax_category',
            field=models.CharField(default='standard', help_text='standard: taxed by what is bought; exempt: not taxed; another holds for all that this one buys.', max_length=30, validators=[django.core.validators.RegexValidator('\\A[a-z0-9_-]+\\Z', 'Use small letters, digits, - and _ only.')]),
        ),
        migrations.AlterField(
            model_name='customerhistory',
            name='tax_category',
            field=models.CharField(default='standard', help_text='standard: taxed by what is bought; exempt: not taxed; another holds for all that this one buys.', max_length=30, validators=[django.core.validators.RegexValidator('\\A[a-z0-9_-]+\\Z', 'Use small letters, digits, - and _ only.')]),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "cc_emails", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_exempt_reason", "tax_id") VALUES (NEW."address_line1", NEW."address_line2", NEW."archived_at", NEW."cc_emails", NEW."city", NEW."country", NEW."created_at", NEW."currency", NEW."email", NEW."external_id", NEW."id", NEW."legal_name", NEW."locale", NEW."name", NEW."organization_id", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."tax_category", NEW."tax_exempt_reason", NEW."tax_id"); RETURN NULL;', hash='a44ba9e15a6928babe3f19bfe880b1266d675661', operation='INSERT', pgid='pgtrigger_insert_insert_32108', table='accounts_customer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "cc_emails", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_exempt_reason", "tax_id") VALUES (NEW."address_line1", NEW."address_line2", NEW."archived_at", NEW."cc_emails", NEW."city", NEW."country", NEW."created_at", NEW."currency", NEW."email", NEW."external_id", NEW."id", NEW."legal_name", NEW."locale", NEW."name", NEW."organization_id", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."tax_category", NEW."tax_exempt_reason", NEW."tax_id"); RETURN NULL;', hash='165d7ee1134f582a036f07354cb9018a91b018ce', operation='UPDATE', pgid='pgtrigger_update_update_8724e', table='accounts_customer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "cc_emails", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_exempt_reason", "tax_id") VALUES (OLD."address_line1", OLD."address_line2", OLD."archived_at", OLD."cc_emails", OLD."city", OLD."country", OLD."created_at", OLD."currency", OLD."email", OLD."external_id", OLD."id", OLD."legal_name", OLD."locale", OLD."name", OLD."organization_id", OLD."payment_terms_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postal_code", OLD."public_id", OLD."region", OLD."tax_category", OLD."tax_exempt_reason", OLD."tax_id"); RETURN NULL;', hash='6ebfa060a9ee35d599b8b45ae5b158c2fd4304b1', operation='DELETE', pgid='pgtrigger_delete_delete_a8cb7', table='accounts_customer', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('tax_category', 'exempt'), _negated=True), models.Q(('tax_exempt_reason', ''), _negated=True), _connector='OR'), name='customer_exempt_has_reason'),
        ),
    ]
