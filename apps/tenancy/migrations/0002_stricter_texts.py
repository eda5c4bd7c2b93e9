import apps.tenancy.models
import datetime
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='organization',
            name='footer',
            field=models.TextField(blank=True, help_text='Printed at the foot of every page: register number and the like.', validators=[django.core.validators.MaxLengthValidator(500)]),
        ),
        migrations.AlterField(
            model_name='organization',
            name='invoice_prefix',
            field=models.CharField(blank=True, default='INV-', max_length=20, validators=[django.core.validators.RegexValidator('\\A(?:[A-Za-z0-9/_.-]*[A-Za-z/_.-])?\\Z', 'Use letters, digits, / _ . and - only, and no digit at the end.')]),
        ),
        migrations.AlterField(
            model_name='organization',
            name='legal_name',
            field=models.CharField(blank=True, max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='organization',
            name='name',
            field=models.CharField(max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='organization',
            name='payment_details',
            field=models.TextField(blank=True, help_text='How to pay, printed on every invoice: bank, account, reference.', validators=[django.core.validators.MaxLengthValidator(1500)]),
        ),
        migrations.AlterField(
            model_name='organization',
            name='usage_grace',
            field=models.DurationField(default=datetime.timedelta, help_text="How long after a period's end its usage may still arrive before it is billed. Write it as days and hours:minutes:seconds, such as 2 00:00:00 for two days.", validators=[apps.tenancy.models.validate_grace]),
        ),
        migrations.AlterField(
            model_name='organizationhistory',
            name='footer',
            field=models.TextField(blank=True, help_text='Printed at the foot of every page: register number and the like.', validators=[django.core.validators.MaxLengthValidator(500)]),
        ),
        migrations.AlterField(
            model_name='organizationhistory',
            name='invoice_prefix',
            field=models.CharField(blank=True, default='INV-', max_length=20, validators=[django.core.validators.RegexValidator('\\A(?:[A-Za-z0-9/_.-]*[A-Za-z/_.-])?\\Z', 'Use letters, digits, / _ . and - only, and no digit at the end.')]),
        ),
        migrations.AlterField(
            model_name='organizationhistory',
            name='legal_name',
            field=models.CharField(blank=True, max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='organizationhistory',
            name='name',
            field=models.CharField(max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AlterField(
            model_name='organizationhistory',
            name='payment_details',
            field=models.TextField(blank=True, help_text='How to pay, printed on every invoice: bank, account, reference.', validators=[django.core.validators.MaxLengthValidator(1500)]),
        ),
        migrations.AlterField(
            model_name='organizationhistory',
            name='usage_grace',
            field=models.DurationField(default=datetime.timedelta, help_text="How long after a period's end its usage may still arrive before it is billed. Write it as days and hours:minutes:seconds, such as 2 00:00:00 for two days.", validators=[apps.tenancy.models.validate_grace]),
        ),
        migrations.AddConstraint(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(('usage_grace__gte', datetime.timedelta(0)), ('usage_grace__lte', datetime.timedelta(days=60))), name='organization_grace_bounded'),
        ),
    ]
