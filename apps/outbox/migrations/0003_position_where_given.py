from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0002_fewer_indexes'),
        ('tenancy', '0010_prices_with_tax'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='position',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('position__isnull', False)), fields=('position',), name='message_position_once'),
        ),
    ]
