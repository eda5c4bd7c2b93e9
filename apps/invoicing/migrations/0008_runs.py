import apps.core.constraints
import apps.core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_copies'),
        ('invoicing', '0007_drafts_voids_and_payments'),
        ('subscriptions', '0006_returned_periods'),
        ('tenancy', '0009_access_grace'),
    ]

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='run')),
                ('status', models.CharField(choices=[('running', 'Running'), ('stopped', 'Stopped'), ('done', 'Done')], default='running', max_length=7)),
                ('dry', models.BooleanField(default=False, help_text='Only says what would be billed.', verbose_name='dry run')),
                ('as_of', models.DateTimeField(help_text='What is billed by then is closed.', verbose_name='due by')),
                ('started_at', models.DateTimeField()),
                ('started_by', models.CharField(help_text="An e-mail address, a key's public id, or what did it.", max_length=320)),
                ('ended_at', models.DateTimeField(help_text='When it was done, or stopped last.', null=True)),
                ('done', models.PositiveIntegerField(default=0, help_text='How many boundaries were closed.')),
                ('invoices', models.PositiveIntegerField(default=0, help_text='How many invoices and drafts that made.')),
                ('failed', models.PositiveIntegerField(default=0, help_text='How many subscriptions were parked.')),
                ('sums_minor', models.JSONField(default=dict, help_text='What the invoices come to, in minor units by currency.')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='RunLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', apps.core.ids.PublicIdField(prefix='rln')),
                ('boundary_at', models.DateTimeField()),
                ('currency', models.CharField(max_length=3)),
                ('total_minor', models.BigIntegerField(help_text='Empty where no invoice would be made.', null=True)),
                ('previous_minor', models.BigIntegerField(help_text='What the invoice of the period before came to.', null=True)),
                ('reason', models.TextField(blank=True, help_text='Why it would be parked.')),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('run', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='invoicing.run')),
                ('subscription', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.subscription')),
            ],
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['organization', '-id'], name='run_newest'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='invoicing_run_owned_id'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('dry', False), ('status', 'running')), fields=('organization',), name='run_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('status', 'running')), models.Q(models.Q(('status', 'running'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='run_ended_has_instant'),
        ),
        migrations.AddIndex(
            model_name='runline',
            index=models.Index(fields=['run', 'subscription'], name='runline_of_run'),
        ),
        migrations.AddConstraint(
            model_name='runline',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'run'), name='runline_run_owned', to_fields=('organization', 'id'), via='run'),
        ),
        migrations.AddConstraint(
            model_name='runline',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'customer'), name='runline_customer_owned', to_fields=('organization', 'id'), via='customer'),
        ),
        migrations.AddConstraint(
            model_name='runline',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'subscription'), name='runline_subscription_owned', to_fields=('organization', 'id'), via='subscription'),
        ),
    ]
