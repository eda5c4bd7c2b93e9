import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_tax_of_customers'),
        ('invoicing', '0012_fewer_indexes'),
        ('tenancy', '0010_prices_with_tax'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='creditnote',
            name='creditnote_total_adds_up',
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('subtotal_minor'), '+', models.F('tax_minor'))), ('total_minor__gte', 0)), name='creditnote_total_adds_up'),
        ),
    ]
