import apps.core.constraints
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('subscriptions', '0003_period_of_item'),
        ('tenancy', '0002_stricter_texts'),
        ('usage', '0002_reversals_and_one_key_to_the_period'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('quantity', models.DecimalField(decimal_places=12, max_digits=40)),
                ('event_count', models.BigIntegerField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('period', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period')),
            ],
            options={
                'constraints': [apps.core.constraints.CompositeForeignKey(fields=('organization', 'period'), name='daily_rollup_period_owned', to_fields=('organization', 'id'), via='period'), models.UniqueConstraint(fields=('period', 'day'), name='daily_rollup_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Rollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted_to', models.BigIntegerField(default=0, help_text='The greatest id of an event among them.')),
                ('quantity', models.DecimalField(decimal_places=12, default=Decimal('0'), max_digits=40)),
                ('event_count', models.BigIntegerField(default=0)),
                ('fact_count', models.BigIntegerField(default=0)),
                ('timezone', models.CharField(max_length=64)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('period', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period')),
            ],
            options={
                'constraints': [apps.core.constraints.CompositeForeignKey(fields=('organization', 'period'), name='rollup_period_owned', to_fields=('organization', 'id'), via='period'), models.UniqueConstraint(fields=('period',), name='rollup_once_per_period'), models.CheckConstraint(condition=models.Q(('fact_count__gt', 0), ('event_count__gte', 0), ('event_count__lte', models.F('fact_count'))), name='rollup_counts_are_sane')],
            },
        ),
    ]
