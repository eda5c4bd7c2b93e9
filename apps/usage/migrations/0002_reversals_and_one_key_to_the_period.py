import apps.core.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('subscriptions', '0003_period_of_item'),
        ('tenancy', '0002_stricter_texts'),
        ('usage', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='event',
            name='usage_event_owned_id',
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_item_owned',
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_period_owned',
        ),
        migrations.RemoveIndex(
            model_name='event',
            name='event_of_period',
        ),
        migrations.AddField(
            model_name='event',
            name='reverses_id',
            field=models.BigIntegerField(help_text='The event that this one takes back.', null=True),
        ),
        migrations.AlterField(
            model_name='event',
            name='organization',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization'),
        ),
        migrations.AlterField(
            model_name='event',
            name='period',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.period'),
        ),
        migrations.AlterField(
            model_name='event',
            name='source',
            field=models.CharField(choices=[('admin', 'by hand'), ('api', 'API'), ('command', 'command'), ('import', 'file'), ('pull', 'asked of a usage address')], max_length=7),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['period', 'id'], name='event_of_period'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'item', 'period'), name='event_period_of_item', to_fields=('organization', 'item', 'id'), via='period'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(condition=models.Q(('reverses_id__isnull', False)), fields=('reverses_id',), name='event_reversed_once'),
        ),
    ]
