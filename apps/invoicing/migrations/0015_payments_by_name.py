from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0014_exempt_by_what_it_is'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='receipt',
            options={'verbose_name': 'payment'},
        ),
    ]
