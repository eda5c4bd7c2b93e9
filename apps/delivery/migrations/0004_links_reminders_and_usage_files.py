import apps.core.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0003_mails_without_invoice'),
        ('invoicing', '0005_invoice_cause'),
        ('tenancy', '0007_brand_and_reminders'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='usage_csv',
            field=models.BinaryField(help_text='The usage behind it, where that is too long to be printed.', null=True),
        ),
        migrations.CreateModel(
            name='InvoiceLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoicing.invoice')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'constraints': [apps.core.constraints.CompositeForeignKey(fields=('organization', 'invoice'), name='link_invoice_owned', to_fields=('organization', 'id'), via='invoice')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.SmallIntegerField(help_text='After the due day; negative is before it.')),
                ('created_at', models.DateTimeField()),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoicing.invoice')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'constraints': [apps.core.constraints.CompositeForeignKey(fields=('organization', 'invoice'), name='reminder_invoice_owned', to_fields=('organization', 'id'), via='invoice'), models.UniqueConstraint(fields=('invoice', 'days'), name='reminder_step_once')],
            },
        ),
    ]
