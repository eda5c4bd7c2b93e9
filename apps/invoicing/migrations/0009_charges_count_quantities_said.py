from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0008_runs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='charge',
            name='fact_count',
            field=models.BigIntegerField(default=0, help_text="How many facts it has seen, in the order of their ids: of usage the period's events, reversals with what they took back; of a fee what was said of how many there are."),
        ),
    ]
