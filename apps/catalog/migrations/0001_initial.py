import apps.core.constraints
import apps.core.ids
import apps.tenancy.models
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AddOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='add')),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('usage', 'by use'), ('fixed', 'a fixed fee each period'), ('one_time', 'once')], default='usage', max_length=8)),
                ('unit', models.CharField(help_text='One of it, such as call.', max_length=50, verbose_name='unit of measure')),
                ('unit_plural', models.CharField(help_text='Several of it, such as calls.', max_length=50)),
                ('tax_category', models.CharField(default='standard', max_length=30, validators=[django.core.validators.RegexValidator('\\A[a-z0-9_-]+\\Z', 'Use small letters, digits, - and _ only.')])),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Metric',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='met')),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('aggregation', models.CharField(choices=[('sum', 'sum of the quantities'), ('count', 'number of events'), ('max', 'greatest quantity'), ('unique', 'number of distinct values of a property'), ('latest', 'last quantity')], default='sum', max_length=6)),
                ('property', models.CharField(blank=True, help_text='The event property whose distinct values count.', max_length=100)),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='AddOnHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='add', unique=False)),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('usage', 'by use'), ('fixed', 'a fixed fee each period'), ('one_time', 'once')], default='usage', max_length=8)),
                ('unit', models.CharField(help_text='One of it, such as call.', max_length=50, verbose_name='unit of measure')),
                ('unit_plural', models.CharField(help_text='Several of it, such as calls.', max_length=50)),
                ('tax_category', models.CharField(default='standard', max_length=30, validators=[django.core.validators.RegexValidator('\\A[a-z0-9_-]+\\Z', 'Use small letters, digits, - and _ only.')])),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='catalog.addon')),
                ('metric', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.metric')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='addon',
            name='metric',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.metric'),
        ),
        migrations.CreateModel(
            name='MetricHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='met', unique=False)),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('aggregation', models.CharField(choices=[('sum', 'sum of the quantities'), ('count', 'number of events'), ('max', 'greatest quantity'), ('unique', 'number of distinct values of a property'), ('latest', 'last quantity')], default='sum', max_length=6)),
                ('property', models.CharField(blank=True, help_text='The event property whose distinct values count.', max_length=100)),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='catalog.metric')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='pln')),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('is_free', models.BooleanField(default=False, help_text='No base fee: a customer pays for add-ons alone.', verbose_name='free')),
                ('interval_unit', models.CharField(choices=[('day', 'day'), ('week', 'week'), ('month', 'month'), ('year', 'year')], default='month', max_length=5)),
                ('interval_count', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)])),
                ('timing', models.CharField(choices=[('advance', 'in advance'), ('arrears', 'in arrears')], default='advance', max_length=7, verbose_name='base fee billed')),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='PlanAddOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('automatic', models.BooleanField(default=True, help_text='Comes with the plan; otherwise it is chosen.')),
                ('add_on', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='plan_add_ons', to='catalog.addon')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='plan_add_ons', to='catalog.plan')),
            ],
            options={
                'verbose_name': 'add-on of a plan',
                'verbose_name_plural': 'add-ons of plans',
            },
        ),
        migrations.CreateModel(
            name='PlanAddOnHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('automatic', models.BooleanField(default=True, help_text='Comes with the plan; otherwise it is chosen.')),
                ('add_on', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.addon')),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='catalog.planaddon')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='pri')),
                ('currency', models.CharField(max_length=3, validators=[apps.tenancy.models.validate_currency])),
                ('form', models.JSONField()),
                ('setup_fee_minor', models.BigIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0)])),
                ('superseded_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('add_on', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='catalog.addon')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('plan', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='catalog.plan')),
            ],
        ),
        migrations.CreateModel(
            name='PriceHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='pri', unique=False)),
                ('currency', models.CharField(max_length=3, validators=[apps.tenancy.models.validate_currency])),
                ('form', models.JSONField()),
                ('setup_fee_minor', models.BigIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0)])),
                ('superseded_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('add_on', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.addon')),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='catalog.price')),
                ('plan', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='prd')),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('currency', models.CharField(max_length=3, validators=[apps.tenancy.models.validate_currency], verbose_name='default currency')),
                ('tax_category', models.CharField(default='standard', max_length=30, validators=[django.core.validators.RegexValidator('\\A[a-z0-9_-]+\\Z', 'Use small letters, digits, - and _ only.')])),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='PlanHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='pln', unique=False)),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('is_free', models.BooleanField(default=False, help_text='No base fee: a customer pays for add-ons alone.', verbose_name='free')),
                ('interval_unit', models.CharField(choices=[('day', 'day'), ('week', 'week'), ('month', 'month'), ('year', 'year')], default='month', max_length=5)),
                ('interval_count', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)])),
                ('timing', models.CharField(choices=[('advance', 'in advance'), ('arrears', 'in arrears')], default='advance', max_length=7, verbose_name='base fee billed')),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='catalog.plan')),
                ('product', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.product')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='plan',
            name='product',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='catalog.product'),
        ),
        migrations.CreateModel(
            name='ProductHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='prd', unique=False)),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('currency', models.CharField(max_length=3, validators=[apps.tenancy.models.validate_currency], verbose_name='default currency')),
                ('tax_category', models.CharField(default='standard', max_length=30, validators=[django.core.validators.RegexValidator('\\A[a-z0-9_-]+\\Z', 'Use small letters, digits, - and _ only.')])),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='catalog.product')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='metric',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='catalog_metric_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='metric',
            constraint=models.UniqueConstraint(fields=('organization', 'key'), name='metric_key_once'),
        ),
        migrations.AddConstraint(
            model_name='metric',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('aggregation', 'unique'), models.Q(('property', ''), _negated=True)), models.Q(models.Q(('aggregation', 'unique'), _negated=True), ('property', '')), _connector='OR'), name='metric_unique_names_a_property', violation_error_message='Name a property for a unique count, and only for that.'),
        ),
        migrations.AddConstraint(
            model_name='addon',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='catalog_addon_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='addon',
            constraint=models.UniqueConstraint(fields=('organization', 'key'), name='addon_key_once'),
        ),
        migrations.AddConstraint(
            model_name='addon',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'usage'), ('metric__isnull', False)), models.Q(models.Q(('kind', 'usage'), _negated=True), ('metric__isnull', True)), _connector='OR'), name='addon_usage_has_metric', violation_error_message='A usage add-on needs a metric; no other kind has one.'),
        ),
        migrations.AddConstraint(
            model_name='planaddon',
            constraint=models.UniqueConstraint(fields=('plan', 'add_on'), name='planaddon_once'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='catalog_price_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.CheckConstraint(condition=models.Q(('plan__isnull', False), ('add_on__isnull', False), _connector='OR'), name='price_of_something'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.CheckConstraint(condition=models.Q(('setup_fee_minor__gte', 0)), name='price_setup_fee_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.CheckConstraint(condition=models.Q(('superseded_at__isnull', True), ('superseded_at__gte', models.F('created_at')), _connector='OR'), name='price_superseded_later'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_at__isnull', True)), fields=('organization', 'plan', 'add_on', 'currency'), name='price_one_current', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='catalog_product_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('organization', 'key'), name='product_key_once'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='catalog_plan_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('organization', 'key'), name='plan_key_once'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('interval_count__gte', 1)), name='plan_interval_positive'),
        ),
        migrations.AddConstraint(
            model_name='addon',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'metric'), name='addon_metric_owned', to_fields=('organization', 'id'), via='metric'),
        ),
        migrations.AddConstraint(
            model_name='planaddon',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'plan'), name='planaddon_plan_owned', to_fields=('organization', 'id'), via='plan'),
        ),
        migrations.AddConstraint(
            model_name='planaddon',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'add_on'), name='planaddon_addon_owned', to_fields=('organization', 'id'), via='add_on'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'plan'), name='price_plan_owned', to_fields=('organization', 'id'), via='plan'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'add_on'), name='price_addon_owned', to_fields=('organization', 'id'), via='add_on'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'product'), name='plan_product_owned', to_fields=('organization', 'id'), via='product'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='metric',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_metrichistory" ("aggregation", "archived_at", "created_at", "id", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "property", "public_id") VALUES (NEW."aggregation", NEW."archived_at", NEW."created_at", NEW."id", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."property", NEW."public_id"); RETURN NULL;', hash='009306d09703cd18fc59dfac2750eda9fd49c3d6', operation='INSERT', pgid='pgtrigger_insert_insert_e0027', table='catalog_metric', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='metric',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_metrichistory" ("aggregation", "archived_at", "created_at", "id", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "property", "public_id") VALUES (NEW."aggregation", NEW."archived_at", NEW."created_at", NEW."id", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."property", NEW."public_id"); RETURN NULL;', hash='3b7e9ee69dfc95b9d1f8d40e12ca46309670556a', operation='UPDATE', pgid='pgtrigger_update_update_a59ff', table='catalog_metric', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='metric',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_metrichistory" ("aggregation", "archived_at", "created_at", "id", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "property", "public_id") VALUES (OLD."aggregation", OLD."archived_at", OLD."created_at", OLD."id", OLD."key", OLD."name", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."property", OLD."public_id"); RETURN NULL;', hash='9651b8cfe0e2ca0716dec33561b382de52633522', operation='DELETE', pgid='pgtrigger_delete_delete_2926f', table='catalog_metric', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='addon',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_addonhistory" ("archived_at", "created_at", "id", "key", "kind", "metric_id", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category", "unit", "unit_plural") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."key", NEW."kind", NEW."metric_id", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."tax_category", NEW."unit", NEW."unit_plural"); RETURN NULL;', hash='fe78606715f866f406b6ea8f8a51ba3e86b4bc76', operation='INSERT', pgid='pgtrigger_insert_insert_e1ffa', table='catalog_addon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='addon',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_addonhistory" ("archived_at", "created_at", "id", "key", "kind", "metric_id", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category", "unit", "unit_plural") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."key", NEW."kind", NEW."metric_id", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."tax_category", NEW."unit", NEW."unit_plural"); RETURN NULL;', hash='f059bede800ee0f412a57a202699545af7d6ee39', operation='UPDATE', pgid='pgtrigger_update_update_685fd', table='catalog_addon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='addon',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_addonhistory" ("archived_at", "created_at", "id", "key", "kind", "metric_id", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category", "unit", "unit_plural") VALUES (OLD."archived_at", OLD."created_at", OLD."id", OLD."key", OLD."kind", OLD."metric_id", OLD."name", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_id", OLD."tax_category", OLD."unit", OLD."unit_plural"); RETURN NULL;', hash='b349f999b492d1dd27736bdb99522bf538b2d3d6', operation='DELETE', pgid='pgtrigger_delete_delete_a8e4a', table='catalog_addon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planaddon',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planaddonhistory" ("add_on_id", "automatic", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (NEW."add_on_id", NEW."automatic", NEW."id", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id"); RETURN NULL;', hash='3b34ec1c761874d098273429f9855cba8a9e52a2', operation='INSERT', pgid='pgtrigger_insert_insert_754e6', table='catalog_planaddon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planaddon',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_planaddonhistory" ("add_on_id", "automatic", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (NEW."add_on_id", NEW."automatic", NEW."id", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id"); RETURN NULL;', hash='e0d859841321e4ca15762582dcf2ed7d13236f18', operation='UPDATE', pgid='pgtrigger_update_update_a073f', table='catalog_planaddon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planaddon',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planaddonhistory" ("add_on_id", "automatic", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (OLD."add_on_id", OLD."automatic", OLD."id", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id"); RETURN NULL;', hash='010dcf473a795951feb3ae7f6197ebc7d12720a3', operation='DELETE', pgid='pgtrigger_delete_delete_adb61', table='catalog_planaddon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (TRUE) THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'catalog_price: a price is superseded, never edited' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['superseded_at']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['superseded_at']::text[]) THEN\n                    RAISE EXCEPTION 'catalog_price: a price is superseded, never edited' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='ff27c0453a7e56c7e605bed6023b3990844e3434', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_4360b', table='catalog_price', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'catalog_price: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='69437f2725d925a552433b9b951eb0644ccc7e32', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_cafe3', table='catalog_price', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_pricehistory" ("add_on_id", "created_at", "currency", "form", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "setup_fee_minor", "superseded_at") VALUES (NEW."add_on_id", NEW."created_at", NEW."currency", NEW."form", NEW."id", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."setup_fee_minor", NEW."superseded_at"); RETURN NULL;', hash='0d227fc936a176167daaae9b1e078171acb9d620', operation='INSERT', pgid='pgtrigger_insert_insert_e6258', table='catalog_price', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_pricehistory" ("add_on_id", "created_at", "currency", "form", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "setup_fee_minor", "superseded_at") VALUES (NEW."add_on_id", NEW."created_at", NEW."currency", NEW."form", NEW."id", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."setup_fee_minor", NEW."superseded_at"); RETURN NULL;', hash='529869568d5cd892397fccbd10ac823b9b094837', operation='UPDATE', pgid='pgtrigger_update_update_5a6c7', table='catalog_price', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_pricehistory" ("add_on_id", "created_at", "currency", "form", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "setup_fee_minor", "superseded_at") VALUES (OLD."add_on_id", OLD."created_at", OLD."currency", OLD."form", OLD."id", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."setup_fee_minor", OLD."superseded_at"); RETURN NULL;', hash='098775ea81c57976b29adbe20a765e57cb6f9628', operation='DELETE', pgid='pgtrigger_delete_delete_d273e', table='catalog_price', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_producthistory" ("archived_at", "created_at", "currency", "id", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category") VALUES (NEW."archived_at", NEW."created_at", NEW."currency", NEW."id", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."tax_category"); RETURN NULL;', hash='0bb179a01cd403289a3feeb60da91ef27e108095', operation='INSERT', pgid='pgtrigger_insert_insert_ae3fa', table='catalog_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_producthistory" ("archived_at", "created_at", "currency", "id", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category") VALUES (NEW."archived_at", NEW."created_at", NEW."currency", NEW."id", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."tax_category"); RETURN NULL;', hash='f3df3060bffae8da41673f39284c2c097ad428b2', operation='UPDATE', pgid='pgtrigger_update_update_580c5', table='catalog_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_producthistory" ("archived_at", "created_at", "currency", "id", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category") VALUES (OLD."archived_at", OLD."created_at", OLD."currency", OLD."id", OLD."key", OLD."name", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_id", OLD."tax_category"); RETURN NULL;', hash='e3d639e44044f0c42bb0508b6eef6fd43d23fed0', operation='DELETE', pgid='pgtrigger_delete_delete_a763a', table='catalog_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."is_free", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."public_id", NEW."timing"); RETURN NULL;', hash='88bb9dc5f537106b4e15ca3a15e186d4c4d050cb', operation='INSERT', pgid='pgtrigger_insert_insert_2a406', table='catalog_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_planhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."is_free", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."public_id", NEW."timing"); RETURN NULL;', hash='55c1211f0437d5cd16fb3ee97de69a785956aabf', operation='UPDATE', pgid='pgtrigger_update_update_3d50e', table='catalog_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing") VALUES (OLD."archived_at", OLD."created_at", OLD."id", OLD."interval_count", OLD."interval_unit", OLD."is_free", OLD."key", OLD."name", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."product_id", OLD."public_id", OLD."timing"); RETURN NULL;', hash='6e15b05f4daefe85fb956bfdb96670d0bdffc522', operation='DELETE', pgid='pgtrigger_delete_delete_60aa4', table='catalog_plan', when='AFTER')),
        ),
    ]
