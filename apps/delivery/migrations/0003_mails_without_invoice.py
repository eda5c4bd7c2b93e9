import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0002_credit_note_documents'),
        ('invoicing', '0002_charge_fact_count'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='invoice',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoicing.invoice'),
        ),
    ]
