import apps.core.ids
import apps.tenancy.models
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('public_id', apps.core.ids.PublicIdField(prefix='usr')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='key')),
                ('name', models.CharField(help_text='What uses this key, so that you know what stops when you revoke it.', max_length=100)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('developer', 'Developer'), ('viewer', 'Viewer')], default='developer', max_length=10)),
                ('lookup', models.CharField(editable=False, max_length=16, unique=True)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField(editable=False)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name': 'API key',
            },
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_line1', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('address_line2', models.CharField(blank=True, max_length=200, verbose_name='address, second line')),
                ('postal_code', models.CharField(blank=True, max_length=20)),
                ('city', models.CharField(blank=True, max_length=100)),
                ('region', models.CharField(blank=True, max_length=100)),
                ('country', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z', 'Use the two-letter country code, such as US.')])),
                ('public_id', apps.core.ids.PublicIdField(prefix='cus')),
                ('external_id', models.CharField(blank=True, help_text='Your own key for this customer, such as its CRM number.', max_length=200, null=True)),
                ('name', models.CharField(max_length=200)),
                ('legal_name', models.CharField(blank=True, help_text='Printed on invoices instead of the name.', max_length=200)),
                ('email', models.EmailField(help_text='Invoices go here.', max_length=254, verbose_name='billing e-mail')),
                ('tax_id', models.CharField(blank=True, max_length=50)),
                ('tax_category', models.CharField(default='standard', max_length=30)),
                ('currency', models.CharField(max_length=3, validators=[apps.tenancy.models.validate_currency])),
                ('locale', models.CharField(blank=True, help_text="Such as en_GB; empty takes the organization's.", max_length=10)),
                ('payment_terms_days', models.PositiveSmallIntegerField(blank=True, help_text="Empty takes the organization's.", null=True, validators=[django.core.validators.MaxValueValidator(365)])),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='CustomerHistory',
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
                ('public_id', apps.core.ids.PublicIdField(prefix='cus', unique=False)),
                ('external_id', models.CharField(blank=True, help_text='Your own key for this customer, such as its CRM number.', max_length=200, null=True)),
                ('name', models.CharField(max_length=200)),
                ('legal_name', models.CharField(blank=True, help_text='Printed on invoices instead of the name.', max_length=200)),
                ('email', models.EmailField(help_text='Invoices go here.', max_length=254, verbose_name='billing e-mail')),
                ('tax_id', models.CharField(blank=True, max_length=50)),
                ('tax_category', models.CharField(default='standard', max_length=30)),
                ('currency', models.CharField(max_length=3, validators=[apps.tenancy.models.validate_currency])),
                ('locale', models.CharField(blank=True, help_text="Such as en_GB; empty takes the organization's.", max_length=10)),
                ('payment_terms_days', models.PositiveSmallIntegerField(blank=True, help_text="Empty takes the organization's.", null=True, validators=[django.core.validators.MaxValueValidator(365)])),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='accounts.customer')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='mem')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('developer', 'Developer'), ('viewer', 'Viewer')], max_length=10)),
                ('created_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='MemberHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='mem', unique=False)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('developer', 'Developer'), ('viewer', 'Viewer')], max_length=10)),
                ('created_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='accounts.member')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='User',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_any_case'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'admin', 'developer', 'viewer'])), name='api_key_role_known'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_customer_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.UniqueConstraint(fields=('organization', 'external_id'), name='customer_external_id_once'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(fields=('organization', 'user'), name='member_once'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'admin', 'developer', 'viewer'])), name='member_role_known'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['organization', 'name'], name='customer_name'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_id") VALUES (NEW."address_line1", NEW."address_line2", NEW."archived_at", NEW."city", NEW."country", NEW."created_at", NEW."currency", NEW."email", NEW."external_id", NEW."id", NEW."legal_name", NEW."locale", NEW."name", NEW."organization_id", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."tax_category", NEW."tax_id"); RETURN NULL;', hash='815cd26b2c05457d3751c0bb486698be1e67873c', operation='INSERT', pgid='pgtrigger_insert_insert_32108', table='accounts_customer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_id") VALUES (NEW."address_line1", NEW."address_line2", NEW."archived_at", NEW."city", NEW."country", NEW."created_at", NEW."currency", NEW."email", NEW."external_id", NEW."id", NEW."legal_name", NEW."locale", NEW."name", NEW."organization_id", NEW."payment_terms_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."public_id", NEW."region", NEW."tax_category", NEW."tax_id"); RETURN NULL;', hash='e357f653ade771ca37e8d3b52ef110a3d2af76e6', operation='UPDATE', pgid='pgtrigger_update_update_8724e', table='accounts_customer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_customerhistory" ("address_line1", "address_line2", "archived_at", "city", "country", "created_at", "currency", "email", "external_id", "id", "legal_name", "locale", "name", "organization_id", "payment_terms_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "public_id", "region", "tax_category", "tax_id") VALUES (OLD."address_line1", OLD."address_line2", OLD."archived_at", OLD."city", OLD."country", OLD."created_at", OLD."currency", OLD."email", OLD."external_id", OLD."id", OLD."legal_name", OLD."locale", OLD."name", OLD."organization_id", OLD."payment_terms_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postal_code", OLD."public_id", OLD."region", OLD."tax_category", OLD."tax_id"); RETURN NULL;', hash='ebe651203386a8bda6b02a4f6e17dc56d47fa5a2', operation='DELETE', pgid='pgtrigger_delete_delete_a8cb7', table='accounts_customer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_memberhistory" ("created_at", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "role", "user_id") VALUES (NEW."created_at", NEW."id", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."role", NEW."user_id"); RETURN NULL;', hash='c7f3e8e542c6dc9f29ae1aa0f39923fc17547746', operation='INSERT', pgid='pgtrigger_insert_insert_210ee', table='accounts_member', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_memberhistory" ("created_at", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "role", "user_id") VALUES (NEW."created_at", NEW."id", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."role", NEW."user_id"); RETURN NULL;', hash='4e27be985c7b0d4483ccc946285ff1a9becd77aa', operation='UPDATE', pgid='pgtrigger_update_update_c4fcd', table='accounts_member', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_memberhistory" ("created_at", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "role", "user_id") VALUES (OLD."created_at", OLD."id", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_id", OLD."role", OLD."user_id"); RETURN NULL;', hash='3a76ffe3281a6798cbd8b1fc723d7ec80413454a', operation='DELETE', pgid='pgtrigger_delete_delete_71729', table='accounts_member', when='AFTER')),
        ),
    ]
