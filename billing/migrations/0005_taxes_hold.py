"""The rules of bills with cess and discounts hold for all rows; checked without a lock that stops writers."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_taxes")]
    operations = [
        ValidateConstraint("invoice", "invoice_adds_up"),
        ValidateConstraint("invoice", "invoice_document_known"),
        ValidateConstraint("invoice", "invoice_tax_on_tax_invoices"),
        ValidateConstraint("invoice", "invoice_discounts_positive"),
        ValidateConstraint("invoice", "invoice_round_off_small"),
        ValidateConstraint("invoiceitem", "item_adds_up"),
        ValidateConstraint("invoiceitem", "item_stock_of_a_product"),
        ValidateConstraint("invoiceitem", "item_discounts_positive"),
        ValidateConstraint("invoiceitem", "item_cess_rate"),
    ]
