"""Credit notes: what was billed is taken back in whole or by line, under numbers of their own."""

from decimal import Decimal
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import execora.core.ids
from execora.core.tenancy import append_only, as_definer, own_rows_only, owned_table, same_business

ROLE = settings.APPLICATION_ROLE
RULES = (Path(__file__).parent.parent / "sql" / "credit_notes.sql").read_text()
UNDO = """
DROP FUNCTION billing_note_written() CASCADE;
DROP FUNCTION billing_note_item_written() CASCADE;
DROP FUNCTION billing_note_movement_written() CASCADE;
DROP FUNCTION billing_note_entry_written() CASCADE;
DROP FUNCTION billing_noted_invoice_cancelled() CASCADE;
DROP FUNCTION billing_check_note(uuid);
"""
# Checked for what is written from now on; what is there has no note.
NOTE_OF_MOVEMENT = """
ALTER TABLE billing_stockmovement ADD CONSTRAINT billing_stockmovement_credit_note_id_same_business
    FOREIGN KEY (business_id, credit_note_id) REFERENCES billing_creditnote (business_id, id) NOT VALID;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_taxes_hold"),
        ("core", "0012_series_and_stock"),
        ("customers", "0007_search"),
        ("ledger", "0005_more_kinds_hold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="numberseries",
            name="document",
            field=models.CharField(
                choices=[("invoice", "Invoice"), ("credit_note", "Credit note")],
                db_default="invoice",
                default="invoice",
                max_length=11,
            ),
        ),
        migrations.CreateModel(
            name="CreditNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=16)),
                ("issued_on", models.DateField()),
                ("reason", models.CharField(max_length=200)),
                ("restock", models.BooleanField()),
                ("taxable_paise", models.BigIntegerField()),
                ("cgst_paise", models.BigIntegerField()),
                ("sgst_paise", models.BigIntegerField()),
                ("igst_paise", models.BigIntegerField()),
                ("cess_paise", models.BigIntegerField(default=0)),
                ("round_off_paise", models.BigIntegerField()),
                ("total_paise", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="customers.customer",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_note",
                        to="ledger.entry",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="billing.invoice",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="credit_note",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="billing.creditnote",
            ),
        ),
        migrations.CreateModel(
            name="CreditNoteItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line", models.SmallIntegerField()),
                ("description", models.CharField(max_length=120)),
                ("hsn", models.CharField(blank=True, max_length=8)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12)),
                ("unit", models.CharField(max_length=12)),
                ("stock_quantity", models.DecimalField(decimal_places=3, max_digits=12)),
                ("gst_rate_bp", models.IntegerField()),
                ("taxable_paise", models.BigIntegerField()),
                ("cgst_paise", models.BigIntegerField()),
                ("sgst_paise", models.BigIntegerField()),
                ("igst_paise", models.BigIntegerField()),
                ("cess_paise", models.BigIntegerField(default=0)),
                ("total_paise", models.BigIntegerField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.business"
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="billing.creditnote",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.product",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(fields=["business", "-id"], name="note_by_time"),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(fields=["business", "customer", "-id"], name="note_by_customer"),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(fields=["business", "issued_on"], name="note_by_day"),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.UniqueConstraint(fields=("business", "number"), name="note_number_once"),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_paise",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("taxable_paise"), "+", models.F("cgst_paise")
                                        ),
                                        "+",
                                        models.F("sgst_paise"),
                                    ),
                                    "+",
                                    models.F("igst_paise"),
                                ),
                                "+",
                                models.F("cess_paise"),
                            ),
                            "+",
                            models.F("round_off_paise"),
                        ),
                    ),
                    ("total_paise__gt", 0),
                ),
                name="note_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteitem",
            constraint=models.UniqueConstraint(fields=("note", "line"), name="note_line_once"),
        ),
        migrations.AddConstraint(
            model_name="creditnoteitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__gt", 0),
                    ("quantity__lte", Decimal("999999999.999")),
                    ("stock_quantity__gte", 0),
                    ("stock_quantity__lte", Decimal("999999999.999")),
                ),
                name="note_quantity_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cess_paise__gte", 0),
                    ("cgst_paise__gte", 0),
                    ("igst_paise__gte", 0),
                    ("sgst_paise__gte", 0),
                    ("taxable_paise__gte", 0),
                    (
                        "total_paise",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("taxable_paise"), "+", models.F("cgst_paise")
                                    ),
                                    "+",
                                    models.F("sgst_paise"),
                                ),
                                "+",
                                models.F("igst_paise"),
                            ),
                            "+",
                            models.F("cess_paise"),
                        ),
                    ),
                ),
                name="note_item_adds_up",
            ),
        ),
        owned_table("billing_creditnote"),
        same_business("billing_creditnote", "customer_id", "customers_customer"),
        same_business("billing_creditnote", "invoice_id", "billing_invoice"),
        same_business("billing_creditnote", "entry_id", "ledger_entry"),
        same_business("billing_creditnote", "user_id", "core_user"),
        same_business("billing_creditnoteitem", "note_id", "billing_creditnote"),
        same_business("billing_creditnoteitem", "product_id", "billing_product"),
        migrations.RunSQL(
            NOTE_OF_MOVEMENT,
            "ALTER TABLE billing_stockmovement DROP CONSTRAINT billing_stockmovement_credit_note_id_same_business",
        ),
        append_only("billing_creditnote", ROLE),
        append_only("billing_creditnoteitem", ROLE),
        own_rows_only("billing_creditnote", is_read_by_definer=True),
        own_rows_only("billing_creditnoteitem", is_read_by_definer=True),
        migrations.RunSQL(RULES, UNDO),
        as_definer(
            "billing_check_note(uuid)",
            "billing_note_written()",
            "billing_note_item_written()",
            "billing_note_movement_written()",
            "billing_note_entry_written()",
            "billing_noted_invoice_cancelled()",
        ),
    ]
