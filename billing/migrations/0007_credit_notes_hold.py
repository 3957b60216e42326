"""No movement names a credit note of another shop."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_credit_notes")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE billing_stockmovement VALIDATE CONSTRAINT billing_stockmovement_credit_note_id_same_business",
            migrations.RunSQL.noop,
        )
    ]
