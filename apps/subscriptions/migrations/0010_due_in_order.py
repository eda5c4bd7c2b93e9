from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_tax_of_customers'),
        ('catalog', '0004_alignment_and_trial_end'),
        ('subscriptions', '0009_status_without_trigger'),
        ('tenancy', '0010_prices_with_tax'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='subscription',
            name='subscription_due',
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('parked_at__isnull', True)), fields=['organization', 'bills_at', 'next_boundary_at', 'id'], name='subscription_due'),
        ),
    ]
