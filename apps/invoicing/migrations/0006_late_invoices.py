from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0005_invoice_cause'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoice',
            name='cause',
            field=models.CharField(choices=[('cycle', 'the end of a period'), ('start', 'the start of a subscription'), ('change', 'a change of a subscription'), ('end', 'the end of a subscription'), ('late', 'usage that arrived after the end of a subscription')], default='cycle', max_length=6),
        ),
    ]
