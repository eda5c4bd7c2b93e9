import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_bounded_intervals'),
    ]

    operations = [
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
        migrations.AddField(
            model_name='plan',
            name='after_trial',
            field=models.CharField(choices=[('convert', 'billing begins'), ('cancel', 'the subscription ends')], default='convert', help_text="What a trial's end brings.", max_length=7),
        ),
        migrations.AddField(
            model_name='plan',
            name='alignment',
            field=models.CharField(choices=[('anniversary', 'the day it started'), ('calendar', 'the calendar: first of the month, quarter or year, Mondays')], default='anniversary', help_text='By the calendar, the first cycle is a short one, and costs its part.', max_length=11, verbose_name='cycles begin on'),
        ),
        migrations.AddField(
            model_name='planhistory',
            name='after_trial',
            field=models.CharField(choices=[('convert', 'billing begins'), ('cancel', 'the subscription ends')], default='convert', help_text="What a trial's end brings.", max_length=7),
        ),
        migrations.AddField(
            model_name='planhistory',
            name='alignment',
            field=models.CharField(choices=[('anniversary', 'the day it started'), ('calendar', 'the calendar: first of the month, quarter or year, Mondays')], default='anniversary', help_text='By the calendar, the first cycle is a short one, and costs its part.', max_length=11, verbose_name='cycles begin on'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planhistory" ("after_trial", "alignment", "archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing", "trial_days") VALUES (NEW."after_trial", NEW."alignment", NEW."archived_at", NEW."created_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."is_free", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."public_id", NEW."timing", NEW."trial_days"); RETURN NULL;', hash='9e25cc6ed4c20b943e4108b15a0c3ccd1c01646f', operation='INSERT', pgid='pgtrigger_insert_insert_2a406', table='catalog_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_planhistory" ("after_trial", "alignment", "archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing", "trial_days") VALUES (NEW."after_trial", NEW."alignment", NEW."archived_at", NEW."created_at", NEW."id", NEW."interval_count", NEW."interval_unit", NEW."is_free", NEW."key", NEW."name", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."public_id", NEW."timing", NEW."trial_days"); RETURN NULL;', hash='724861ad12825dde8a1f3b1084464b3c2db08c64', operation='UPDATE', pgid='pgtrigger_update_update_3d50e', table='catalog_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_planhistory" ("after_trial", "alignment", "archived_at", "created_at", "id", "interval_count", "interval_unit", "is_free", "key", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "timing", "trial_days") VALUES (OLD."after_trial", OLD."alignment", OLD."archived_at", OLD."created_at", OLD."id", OLD."interval_count", OLD."interval_unit", OLD."is_free", OLD."key", OLD."name", OLD."organization_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."product_id", OLD."public_id", OLD."timing", OLD."trial_days"); RETURN NULL;', hash='52d8b705693bbb46b0a3d015031dbf3feedc6feb', operation='DELETE', pgid='pgtrigger_delete_delete_60aa4', table='catalog_plan', when='AFTER')),
        ),
    ]
