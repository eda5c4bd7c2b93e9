import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_tax_of_customers'),
        ('invoicing', '0015_payments_by_name'),
        ('subscriptions', '0009_status_without_trigger'),
        ('tenancy', '0010_prices_with_tax'),
    ]

    operations = [
        migrations.AlterField(
            model_name='charge',
            name='item',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscriptions.item'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='rebills_id',
            field=models.BigIntegerField(help_text='The voided invoice in whose place this stands.', null=True),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('rebills_id__isnull', False)), fields=('rebills_id',), name='invoice_rebills_once'),
        ),
    ]
