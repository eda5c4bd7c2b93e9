from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_bounded_intervals'),
        ('subscriptions', '0002_trials'),
        ('tenancy', '0002_stricter_texts'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('organization', 'item', 'id'), name='period_of_item'),
        ),
    ]
