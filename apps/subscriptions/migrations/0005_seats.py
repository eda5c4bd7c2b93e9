import apps.core.constraints
import apps.core.ids
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('subscriptions', '0004_lifecycle'),
        ('tenancy', '0007_brand_and_reminders'),
    ]

    operations = [
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='sea')),
                ('grantee', models.CharField(max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)])),
                ('assigned_at', models.DateTimeField()),
                ('unassigned_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('subscription', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='subscriptions.subscription')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('unassigned_at__isnull', True)), fields=['organization', 'grantee'], name='seat_of_grantee'), models.Index(fields=['subscription', 'id'], name='seat_of_subscription')],
                'constraints': [apps.core.constraints.CompositeForeignKey(fields=('organization', 'subscription'), name='seat_subscription_owned', to_fields=('organization', 'id'), via='subscription'), models.CheckConstraint(condition=models.Q(('grantee', ''), _negated=True), name='seat_names_somebody'), models.CheckConstraint(condition=models.Q(('unassigned_at__isnull', True), ('unassigned_at__gte', models.F('assigned_at')), _connector='OR'), name='seat_ends_after_start'), models.UniqueConstraint(condition=models.Q(('unassigned_at__isnull', True)), fields=('subscription', 'grantee'), name='seat_once_at_a_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seat',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NOT (TRUE) THEN\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                END IF;\n                IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'subscriptions_seat: seats are a history' USING ERRCODE = 'restrict_violation'; END IF;\n                IF (to_jsonb(OLD) - ARRAY['unassigned_at']::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['unassigned_at']::text[]) THEN\n                    RAISE EXCEPTION 'subscriptions_seat: seats are a history' USING ERRCODE = 'restrict_violation';\n                END IF;\n                RETURN NEW;\n            ", hash='d796610520440cfab9905644826589c43d26f8e3', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_5cffc', table='subscriptions_seat', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seat',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'subscriptions_seat: rows are kept for ever' USING ERRCODE = 'restrict_violation';", hash='7234a4cdce8172b503a38019723596e5294fdd39', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_13bc7', table='subscriptions_seat', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seat',
            trigger=pgtrigger.compiler.Trigger(name='over', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.unassigned_at IS NOT NULL)', func="RAISE EXCEPTION 'subscriptions_seat: what has ended stays as it was' USING ERRCODE = 'restrict_violation';", hash='1de485abb9ee932c7ac11bd5e4588341b1f1fc5b', operation='UPDATE', pgid='pgtrigger_over_c7431', table='subscriptions_seat', when='BEFORE')),
        ),
    ]
