from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0016_fewer_keys'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='charge',
            name='charge_price_owned',
        ),
        migrations.RemoveField(
            model_name='charge',
            name='price',
        ),
    ]
