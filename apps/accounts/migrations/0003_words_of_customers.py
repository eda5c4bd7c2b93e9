import apps.accounts.models
import apps.accounts.words
import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_stricter_texts'),
        ('tenancy', '0005_kept_answers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='locale',
            field=models.CharField(blank=True, help_text="Such as en_GB; empty takes the organization's.", max_length=10, validators=[apps.accounts.models.validate_locale]),
        ),
        migrations.AlterField(
            model_name='customerhistory',
            name='locale',
            field=models.CharField(blank=True, help_text="Such as en_GB; empty takes the organization's.", max_length=10, validators=[apps.accounts.models.validate_locale]),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['organization', '-id'], name='customer_newest'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('organization'), django.db.models.functions.text.Upper('email'), name='customer_email'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(apps.accounts.words.Words(models.F('name'), models.F('email'), django.db.models.functions.comparison.Coalesce(models.F('external_id'), models.Value(''))), fastupdate=False, name='customer_words'),
        ),
    ]
