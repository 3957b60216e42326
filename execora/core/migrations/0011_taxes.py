"""A shop says its turnover: above five crore its bills to the registered need an e-invoice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_login_epoch"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="turnover_paise",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                help_text="Of all shops under this PAN in the last financial year (paise)",
                verbose_name="turnover",
            ),
        ),
    ]
