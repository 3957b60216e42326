"""Bills carry cess, discounts of the whole bill, what they are called, and both parties as they were; rates are dated by HSN.

What was issued before gets the parties as they are now: nothing older is known.
"""

import re
from pathlib import Path

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import execora.core.ids
from execora.core.tenancy import as_definer, own_rows_only

ROLE = settings.APPLICATION_ROLE
SQL = Path(__file__).parent.parent / "sql"
RULES = (SQL / "taxes.sql").read_text()
CHANGED = ("billing_invoice_changing", "billing_invoice_written")
BEFORE = "\n".join(
    re.sub("^CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", text)
    for text in re.findall(r"CREATE FUNCTION .*?END \$\$;", (SQL / "rules.sql").read_text(), re.DOTALL)
    if text.removeprefix("CREATE FUNCTION ").startswith(CHANGED)
)
PARTIES = """
ALTER TABLE billing_invoice DISABLE TRIGGER USER;
UPDATE billing_invoice i
   SET document_type = CASE WHEN i.cgst_paise + i.sgst_paise + i.igst_paise > 0 THEN 'tax_invoice'
                            WHEN b.gst_registration = 'unregistered' THEN 'invoice' ELSE 'bill_of_supply' END,
       prices_include_tax = b.prices_include_tax,
       supplier_name = b.name, supplier_address = b.address, supplier_gstin = b.gstin, supplier_state = b.state_code,
       recipient_name = c.name, recipient_address = c.address, recipient_gstin = c.gstin, recipient_state = i.place_of_supply
  FROM core_business b, customers_customer c
 WHERE b.id = i.business_id AND c.id = i.customer_id;
ALTER TABLE billing_invoice ENABLE TRIGGER USER;
"""
SNAPSHOT = (
    "warnings, supplier_name, supplier_address, supplier_gstin, recipient_name, recipient_address, recipient_gstin"
)
RIGHTS = f"""
GRANT UPDATE ({SNAPSHOT}) ON billing_invoice TO {ROLE};
REVOKE UPDATE, DELETE ON billing_taxrate FROM {ROLE};
GRANT UPDATE (valid_to) ON billing_taxrate TO {ROLE};
"""
GIVE_BACK = f"REVOKE UPDATE ({SNAPSHOT}) ON billing_invoice FROM {ROLE};"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_own_rows"),
        ("core", "0011_taxes"),
        ("customers", "0007_search"),
        ("ledger", "0005_more_kinds_hold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "hsn",
                    models.CharField(
                        max_length=8,
                        validators=[django.core.validators.RegexValidator("^\\d{2,8}$")],
                        verbose_name="HSN",
                    ),
                ),
                ("rate_bp", models.IntegerField(verbose_name="GST rate (1/100 %)")),
                ("cess_rate_bp", models.IntegerField(db_default=0, default=0, verbose_name="cess rate (1/100 %)")),
                ("valid_from", models.DateField()),
                (
                    "valid_to",
                    models.DateField(blank=True, help_text="The last day; empty: until further notice", null=True),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.business"
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoice_adds_up",
        ),
        migrations.RemoveConstraint(
            model_name="invoiceitem",
            name="item_adds_up",
        ),
        migrations.AddField(
            model_name="invoice",
            name="bill_discount_paise",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="invoice",
            name="cess_paise",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="invoice",
            name="document_type",
            field=models.CharField(
                choices=[("tax_invoice", "Tax Invoice"), ("bill_of_supply", "Bill Of Supply"), ("invoice", "Invoice")],
                db_default="tax_invoice",
                default="tax_invoice",
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="net_discount_paise",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="invoice",
            name="prices_include_tax",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="recipient_address",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="invoice",
            name="recipient_gstin",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=15, verbose_name="recipient's GSTIN"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="recipient_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="invoice",
            name="recipient_state",
            field=models.CharField(blank=True, db_default="", default="", max_length=2),
        ),
        migrations.AddField(
            model_name="invoice",
            name="reverse_charge",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="invoice",
            name="supplier_address",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="invoice",
            name="supplier_gstin",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=15, verbose_name="supplier's GSTIN"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="supplier_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="invoice",
            name="supplier_state",
            field=models.CharField(blank=True, db_default="", default="", max_length=2),
        ),
        migrations.AddField(
            model_name="invoice",
            name="warnings",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                db_default=[],
                default=list,
                help_text="Codes of what to look at",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="invoiceitem",
            name="bill_discount_paise",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="invoiceitem",
            name="cess_paise",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="invoiceitem",
            name="cess_rate_bp",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="invoiceitem",
            name="net_discount_paise",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="invoiceitem",
            name="uqc",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=3, verbose_name="unit quantity code"
            ),
        ),
        migrations.AlterField(
            model_name="invoiceitem",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.product",
            ),
        ),
        migrations.AlterField(
            model_name="invoiceitem",
            name="stock_quantity",
            field=models.DecimalField(decimal_places=3, max_digits=12, null=True),
        ),
        migrations.AlterField(
            model_name="product",
            name="gst_rate_bp",
            field=models.IntegerField(
                blank=True,
                default=0,
                help_text="Empty: by its HSN, on the day of the bill",
                null=True,
                verbose_name="GST rate (1/100 %)",
            ),
        ),
        migrations.RunSQL(PARTIES, migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="invoice",
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
                    )
                ),
                name="invoice_adds_up",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("document_type__in", ["tax_invoice", "bill_of_supply", "invoice"])),
                name="invoice_document_known",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document_type", "tax_invoice"),
                    models.Q(("cess_paise", 0), ("cgst_paise", 0), ("igst_paise", 0), ("sgst_paise", 0)),
                    _connector="OR",
                ),
                name="invoice_tax_on_tax_invoices",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("bill_discount_paise__gte", 0), ("net_discount_paise__gte", 0)),
                name="invoice_discounts_positive",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("round_off_paise__gte", -50), ("round_off_paise__lte", 50)),
                name="invoice_round_off_small",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoiceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
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
                    )
                ),
                name="item_adds_up",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoiceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("product__isnull", False), ("stock_quantity__isnull", False)),
                    models.Q(("product", None), ("stock_quantity", None)),
                    _connector="OR",
                ),
                name="item_stock_of_a_product",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoiceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("bill_discount_paise__gte", 0), ("discount_paise__gte", 0), ("net_discount_paise__gte", 0)
                ),
                name="item_discounts_positive",
            ),
        ),
        AddConstraintNotValid(
            model_name="invoiceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("cess_rate_bp__gte", 0), ("cess_rate_bp__lte", 100000)), name="item_cess_rate"
            ),
        ),
        migrations.AddConstraint(
            model_name="taxrate",
            constraint=models.UniqueConstraint(fields=("business", "hsn", "valid_from"), name="tax_rate_once"),
        ),
        migrations.AddConstraint(
            model_name="taxrate",
            constraint=models.CheckConstraint(condition=models.Q(("hsn__regex", "^[0-9]{2,8}$")), name="tax_rate_hsn"),
        ),
        migrations.AddConstraint(
            model_name="taxrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rate_bp__gte", 0),
                    ("rate_bp__lte", 10000),
                    ("cess_rate_bp__gte", 0),
                    ("cess_rate_bp__lte", 100000),
                ),
                name="tax_rate_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="tax_rate_days_in_order",
            ),
        ),
        own_rows_only("billing_taxrate"),
        migrations.RunSQL(migrations.RunSQL.noop, as_definer("billing_invoice_written()").sql),
        migrations.RunSQL(RULES, BEFORE),
        as_definer("billing_invoice_written()"),
        migrations.RunSQL(RIGHTS, GIVE_BACK),
    ]
