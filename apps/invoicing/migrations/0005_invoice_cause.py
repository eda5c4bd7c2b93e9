from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_stricter_texts'),
        ('invoicing', '0004_wider_quantities'),
        ('subscriptions', '0004_lifecycle'),
        ('tenancy', '0006_long_suspensions'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='invoice',
            name='invoice_boundary_once',
        ),
        migrations.AddField(
            model_name='invoice',
            name='cause',
            field=models.CharField(choices=[('cycle', 'the end of a period'), ('start', 'the start of a subscription'), ('change', 'a change of a subscription'), ('end', 'the end of a subscription')], default='cycle', max_length=6),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('cause', 'cycle')), fields=('subscription', 'boundary_at'), name='invoice_boundary_once'),
        ),
    ]
