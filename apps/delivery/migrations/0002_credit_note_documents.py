import apps.core.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0001_initial'),
        ('invoicing', '0003_credit_notes'),
        ('tenancy', '0003_credit_note_numbers'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='credit_note',
            field=models.OneToOneField(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoicing.creditnote'),
        ),
        migrations.AlterField(
            model_name='document',
            name='invoice',
            field=models.OneToOneField(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoicing.invoice'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=apps.core.constraints.CompositeForeignKey(fields=('organization', 'credit_note'), name='document_note_owned', to_fields=('organization', 'id'), via='credit_note'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credit_note__isnull', True), ('invoice__isnull', False)), models.Q(('credit_note__isnull', False), ('invoice__isnull', True)), _connector='OR'), name='document_of_one'),
        ),
    ]
