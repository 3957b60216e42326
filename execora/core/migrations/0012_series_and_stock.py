"""A shop may number bills in several series and credit notes in one of their own, and may sell more than is in stock."""

import django.contrib.postgres.fields
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_taxes"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="allows_negative_stock",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Sell more than is in stock, with a warning"
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="credit_note_series",
            field=models.CharField(
                db_default="CN",
                default="CN",
                help_text="Part of the numbers of credit notes; no invoices use it",
                max_length=3,
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="more_invoice_series",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=3),
                blank=True,
                db_default=[],
                default=list,
                help_text="Further series of invoice numbers: of another counter, another channel",
                size=None,
            ),
        ),
        migrations.RunSQL(
            "UPDATE core_business SET credit_note_series = 'CR' WHERE invoice_series = 'CN'", migrations.RunSQL.noop
        ),
        AddConstraintNotValid(
            model_name="business",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credit_note_series__regex", "^[A-Z0-9]{1,3}$"),
                    models.Q(("credit_note_series", models.F("invoice_series")), _negated=True),
                    models.Q(("more_invoice_series__contains", [models.F("credit_note_series")]), _negated=True),
                ),
                name="business_note_series_its_own",
            ),
        ),
    ]
