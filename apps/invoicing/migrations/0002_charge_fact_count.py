from django.db import migrations, models

# Until now nothing could be taken back, so each event was one fact. A finalized charge is frozen, for this one time not.
SEEN_SO_FAR = """
    ALTER TABLE invoicing_charge DISABLE TRIGGER USER;
    UPDATE invoicing_charge SET fact_count = event_count;
    ALTER TABLE invoicing_charge ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='charge',
            name='fact_count',
            field=models.BigIntegerField(default=0, help_text='How many facts of the period it has seen: events, and reversals with what they took back.'),
        ),
        migrations.RunSQL(SEEN_SO_FAR, migrations.RunSQL.noop),
    ]
