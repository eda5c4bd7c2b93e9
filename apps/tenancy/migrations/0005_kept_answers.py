import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0004_late_window_of_a_day'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255)),
                ('digest', models.CharField(help_text='Of the request as it was sent.', max_length=64)),
                ('answer', models.JSONField(help_text='Empty only inside the transaction that is finding it out.', null=True)),
                ('created_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'key'), name='kept_answer_key_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='keptanswer',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (OLD.answer IS NOT NULL) THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'tenancy_keptanswer: what was answered is kept for ever' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY[]::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY[]::text[]) THEN\n                    RAISE EXCEPTION 'tenancy_keptanswer: what was answered is kept for ever' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='6d96d97e7ad5d1fa79f1aa9b2d37b36e14a97356', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_78e8e', table='tenancy_keptanswer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='keptanswer',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'tenancy_keptanswer: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='3c3f95b5ce18f03f522aaec29243dd2d0f8eec63', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_9c82b', table='tenancy_keptanswer', when='BEFORE')),
        ),
    ]
