from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0010_taxes'),
    ]

    operations = [
        migrations.AddField(
            model_name='runline',
            name='credits',
            field=models.JSONField(default=list, help_text="Credit notes that would be written: the invoice's number, and how much in minor units."),
        ),
    ]
