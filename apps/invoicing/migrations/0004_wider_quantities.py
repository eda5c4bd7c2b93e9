from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0003_credit_notes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='charge',
            name='quantity',
            field=models.DecimalField(decimal_places=12, help_text="The period's quantity that it rates.", max_digits=40),
        ),
        migrations.AlterField(
            model_name='line',
            name='quantity',
            field=models.DecimalField(decimal_places=12, max_digits=40),
        ),
    ]
