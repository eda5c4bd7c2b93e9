import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0013_credit_of_nothing'),
        ('tenancy', '0010_prices_with_tax'),
    ]

    operations = [
        migrations.AlterField(
            model_name='creditline',
            name='tax_name',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name='line',
            name='tax_name',
            field=models.CharField(blank=True, help_text='What the tax is called, such as VAT, or why there is none.', max_length=100),
        ),
        migrations.AlterField(
            model_name='taxrate',
            name='category',
            field=models.CharField(default='standard', help_text='Of products, add-ons and customers that it is for; exempt is what bears no tax by what it is.', max_length=30, validators=[django.core.validators.RegexValidator('\\A[a-z0-9_-]+\\Z', 'Use small letters, digits, - and _ only.')]),
        ),
        migrations.AlterField(
            model_name='taxrate',
            name='name',
            field=models.CharField(help_text='Printed before the percentage, such as VAT; of the category exempt, why: the article of the law.', max_length=100, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line, without control characters.', inverse_match=True)]),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('category', 'exempt'), _negated=True), ('rate', 0), _connector='OR'), name='taxrate_exempt_is_zero', violation_error_message='What is exempt has a rate of zero.'),
        ),
    ]
