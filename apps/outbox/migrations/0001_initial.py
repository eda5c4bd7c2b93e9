import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='msg')),
                ('topic', models.CharField(max_length=100)),
                ('payload', models.JSONField()),
                ('occurred_at', models.DateTimeField(help_text='Business time.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='Machine time.')),
                ('position', models.BigIntegerField(null=True, unique=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handler', models.CharField(max_length=100)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('running', 'Running'), ('done', 'Done'), ('failed', 'gave up')], default='pending', max_length=7)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('lease', models.CharField(blank=True, help_text='Whoever holds this token may finish the job.', max_length=32)),
                ('leased_until', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('message', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='outbox.message')),
            ],
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='outbox_message_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='outbox_job_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(fields=('message', 'handler'), name='job_once'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'message'), name='job_message_owned', to_fields=('organization', 'id'), via='message'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('position__isnull', True)), fields=['id'], name='message_to_relay'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['organization', 'topic', 'id'], name='message_of_topic'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('status__in', ['pending', 'running'])), fields=['next_try_at', 'id'], name='job_to_do'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (TRUE) THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'outbox_message: a message never changes' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['position']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['position']::text[]) THEN\n                    RAISE EXCEPTION 'outbox_message: a message never changes' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='2f0791e9cdd93c408a39c8570f85ab37c7092d4a', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_b4f8e', table='outbox_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'outbox_message: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='6c85cb455aa719a000a7ab4de7e80187d66fa46f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_d54af', table='outbox_message', when='BEFORE')),
        ),
    ]
