import apps.core.constraints
import apps.core.ids
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Feature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='fea')),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('boolean', 'yes or no'), ('number', 'a number'), ('text', 'a text')], default='boolean', max_length=7)),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='FeatureHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', apps.core.ids.PublicIdField(prefix='fea', unique=False)),
                ('key', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9_-]*\\Z', 'Use small letters, digits, - and _ only, starting with a letter or digit.')])),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('boolean', 'yes or no'), ('number', 'a number'), ('text', 'a text')], default='boolean', max_length=7)),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanFeature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.JSONField(help_text="true or false, a number as text, or a text, as the feature's kind says.")),
            ],
            options={
                'verbose_name': 'feature of a plan',
                'verbose_name_plural': 'features of plans',
            },
        ),
        migrations.CreateModel(
            name='PlanFeatureHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('value', models.JSONField(help_text="true or false, a number as text, or a text, as the feature's kind says.")),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='addon',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='addon',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='addon',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='plan',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='plan',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='plan',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='price',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='price',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='price',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='price',
            name='price_one_current',
        ),
        migrations.AddField(
            model_name='addon',
            name='interval_count',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='addon',
            name='interval_unit',
            field=models.CharField(blank=True, choices=[('day', 'day'), ('week', 'week'), ('month', 'month'), ('year', 'year')], help_text='Empty: billed as often as the plan. A yearly plan may carry a monthly add-on.', max_length=5, verbose_name='own interval'),
        ),
        migrations.AddField(
            model_name='addonhistory',
            name='interval_count',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='addonhistory',
            name='interval_unit',
            field=models.CharField(blank=True, choices=[('day', 'day'), ('week', 'week'), ('month', 'month'), ('year', 'year')], help_text='Empty: billed as often as the plan. A yearly plan may carry a monthly add-on.', max_length=5, verbose_name='own interval'),
        ),
        migrations.AddField(
            model_name='plan',
            name='trial_days',
            field=models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(730)]),
        ),
        migrations.AddField(
            model_name='planhistory',
            name='trial_days',
            field=models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(730)]),
        ),
        migrations.AddField(
            model_name='price',
            name='negotiated',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='pricehistory',
            name='negotiated',
            field=models.BooleanField(default=False, editable=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='addon',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_addonhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "key", "kind", "metric_id", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category", "unit", "unit_plural") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."key", NEW."kind", NEW."metric_id", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."tax_category", NEW."unit", NEW."unit_plural"); RETURN NULL;', hash='d8c51f4c79fc87699ba0bfa20bb489127493a3c3', operation='INSERT', pgid='pgtrigger_insert_insert_e1ffa', table='catalog_addon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='addon',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_addonhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "key", "kind", "metric_id", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category", "unit", "unit_plural") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."key", NEW."kind", NEW."metric_id", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."tax_category", NEW."unit", NEW."unit_plural"); RETURN NULL;', hash='451048dcf77c6e992034c1a33ed0b87b8845ad36', operation='UPDATE', pgid='pgtrigger_update_update_685fd', table='catalog_addon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='addon',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_addonhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "key", "kind", "metric_id", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "tax_category", "unit", "unit_plural") VALUES (OLD."archived_at", OLD."created_at", OLD."id", OLD."interval_count", OLD."interval_unit", OLD."key", OLD."kind", OLD."metric_id", OLD."name", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_id", OLD."tax_category", OLD."unit", OLD."unit_plural"); RETURN NULL;', hash='de4bcbb0c78cd5570e86617f29b4272dcd438d3d', operation='DELETE', pgid='pgtrigger_delete_delete_a8e4a', table='catalog_addon', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing", "trial_days") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."is_free", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."public_id", NEW."timing", NEW."trial_days"); RETURN NULL;', hash='b32d9eb4d888cd7b5f201cf7c4152b092fc5096f', operation='INSERT', pgid='pgtrigger_insert_insert_2a406', table='catalog_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_planhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing", "trial_days") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."is_free", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."public_id", NEW."timing", NEW."trial_days"); RETURN NULL;', hash='1528cf9823a77cc0aea35c2e4a5e30e4eaa4d474', operation='UPDATE', pgid='pgtrigger_update_update_3d50e', table='catalog_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planhistory" ("archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing", "trial_days") VALUES (OLD."archived_at", OLD."created_at", OLD."id", OLD."interval_count", OLD."interval_unit", OLD."is_free", OLD."key", OLD."name", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."product_id", OLD."public_id", OLD."timing", OLD."trial_days"); RETURN NULL;', hash='4dbda01d06c97967ef92c810340f5d97be0eb566', operation='DELETE', pgid='pgtrigger_delete_delete_60aa4', table='catalog_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_pricehistory" ("add_on_id", "created_at", "currency", "form", "id", "negotiated", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "setup_fee_minor", "superseded_at") VALUES (NEW."add_on_id", NEW."created_at", NEW."currency", NEW."form", NEW."id", NEW."negotiated", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."setup_fee_minor", NEW."superseded_at"); RETURN NULL;', hash='8d80d50303be0e8163946f6a951ad9f3732092f3', operation='INSERT', pgid='pgtrigger_insert_insert_e6258', table='catalog_price', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_pricehistory" ("add_on_id", "created_at", "currency", "form", "id", "negotiated", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "setup_fee_minor", "superseded_at") VALUES (NEW."add_on_id", NEW."created_at", NEW."currency", NEW."form", NEW."id", NEW."negotiated", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."setup_fee_minor", NEW."superseded_at"); RETURN NULL;', hash='d89bd73db516747b3f9293046e0420d7e4678cca', operation='UPDATE', pgid='pgtrigger_update_update_5a6c7', table='catalog_price', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_pricehistory" ("add_on_id", "created_at", "currency", "form", "id", "negotiated", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "setup_fee_minor", "superseded_at") VALUES (OLD."add_on_id", OLD."created_at", OLD."currency", OLD."form", OLD."id", OLD."negotiated", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."setup_fee_minor", OLD."superseded_at"); RETURN NULL;', hash='362bbd0f0434adbbae61b78a4d8e5c9d3fc6bf0a', operation='DELETE', pgid='pgtrigger_delete_delete_d273e', table='catalog_price', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='addon',
            constraint=models.CheckConstraint(condition=models.Q(('interval_count__gte', 1)), name='addon_interval_positive'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.UniqueConstraint(condition=models.Q(('negotiated', False), ('superseded_at__isnull', True)), fields=('organization', 'plan', 'add_on', 'currency'), name='price_one_current', nulls_distinct=False),
        ),
        migrations.AddField(
            model_name='feature',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='feature',
            name='product',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='features', to='catalog.product'),
        ),
        migrations.AddField(
            model_name='featurehistory',
            name='organization',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='featurehistory',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='featurehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='catalog.feature'),
        ),
        migrations.AddField(
            model_name='featurehistory',
            name='product',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.product'),
        ),
        migrations.AddField(
            model_name='planfeature',
            name='feature',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='plan_features', to='catalog.feature'),
        ),
        migrations.AddField(
            model_name='planfeature',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='planfeature',
            name='plan',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='plan_features', to='catalog.plan'),
        ),
        migrations.AddField(
            model_name='planfeaturehistory',
            name='feature',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.feature'),
        ),
        migrations.AddField(
            model_name='planfeaturehistory',
            name='organization',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organization'),
        ),
        migrations.AddField(
            model_name='planfeaturehistory',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='planfeaturehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='owned_historys', to='catalog.planfeature'),
        ),
        migrations.AddField(
            model_name='planfeaturehistory',
            name='plan',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.plan'),
        ),
        migrations.AddConstraint(
            model_name='feature',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='catalog_feature_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='feature',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'product'), name='feature_product_owned', to_fields=('organization', 'id'), via='product'),
        ),
        migrations.AddConstraint(
            model_name='feature',
            constraint=models.UniqueConstraint(fields=('product', 'key'), name='feature_key_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feature',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_featurehistory" ("archived_at", "created_at", "id", "key", "kind", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."key", NEW."kind", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."public_id"); RETURN NULL;', hash='66f39f7125bd6d3b38e15a494a0e915a5c9254ba', operation='INSERT', pgid='pgtrigger_insert_insert_10d73', table='catalog_feature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feature',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_featurehistory" ("archived_at", "created_at", "id", "key", "kind", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id") VALUES (NEW."archived_at", NEW."created_at", NEW."id", NEW."key", NEW."kind", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."public_id"); RETURN NULL;', hash='0f8d5f091e5deda6beb53cf3852cc51a7da6d7c3', operation='UPDATE', pgid='pgtrigger_update_update_b6d54', table='catalog_feature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feature',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_featurehistory" ("archived_at", "created_at", "id", "key", "kind", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id") VALUES (OLD."archived_at", OLD."created_at", OLD."id", OLD."key", OLD."kind", OLD."name", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."product_id", OLD."public_id"); RETURN NULL;', hash='4b4864e597336065b78bb277fd1585df17f3eca9', operation='DELETE', pgid='pgtrigger_delete_delete_1e885', table='catalog_feature', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='planfeature',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'plan'), name='planfeature_plan_owned', to_fields=('organization', 'id'), via='plan'),
        ),
        migrations.AddConstraint(
            model_name='planfeature',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'feature'), name='planfeature_feature_owned', to_fields=('organization', 'id'), via='feature'),
        ),
        migrations.AddConstraint(
            model_name='planfeature',
            constraint=models.UniqueConstraint(fields=('plan', 'feature'), name='planfeature_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planfeature',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planfeaturehistory" ("feature_id", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "value") VALUES (NEW."feature_id", NEW."id", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."value"); RETURN NULL;', hash='1159a8299418e7ff77ad586e2266749e55812e75', operation='INSERT', pgid='pgtrigger_insert_insert_c11e8', table='catalog_planfeature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planfeature',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_planfeaturehistory" ("feature_id", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "value") VALUES (NEW."feature_id", NEW."id", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."value"); RETURN NULL;', hash='20c50d939595a996cfb3496cc894660cc0cfceca', operation='UPDATE', pgid='pgtrigger_update_update_15d0f', table='catalog_planfeature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planfeature',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planfeaturehistory" ("feature_id", "id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "value") VALUES (OLD."feature_id", OLD."id", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."value"); RETURN NULL;', hash='0e0c427e234bbe0a639e1a7f71d730f7454fcb34', operation='DELETE', pgid='pgtrigger_delete_delete_ae75f', table='catalog_planfeature', when='AFTER')),
        ),
    ]
