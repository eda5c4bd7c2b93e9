import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='customer',
            name='external_id',
            field=models.CharField(blank=True, help_text='Your own key for this customer, such as its CRM number.', max_length=200, null=True, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True), django.core.validators.RegexValidator('\\Acus_', 'An own key must not begin like the ids that customers get here.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='customer',
            name='legal_name',
            field=models.CharField(blank=True, help_text='Printed on invoices instead of the name.', max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='customer',
            name='name',
            field=models.CharField(max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='customerhistory',
            name='external_id',
            field=models.CharField(blank=True, help_text='Your own key for this customer, such as its CRM number.', max_length=200, null=True, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True), django.core.validators.RegexValidator('\\Acus_', 'An own key must not begin like the ids that customers get here.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='customerhistory',
            name='legal_name',
            field=models.CharField(blank=True, help_text='Printed on invoices instead of the name.', max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='customerhistory',
            name='name',
            field=models.CharField(max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
    ]
