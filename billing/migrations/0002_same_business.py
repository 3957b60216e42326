"""Bills, lines and stock stay within one shop; stock movements only grow."""

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import append_only, owned_table, same_business

ROLE = settings.APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("ledger", "0002_rules")]
    operations = [
        owned_table("billing_product"),
        owned_table("billing_invoice"),
        same_business("billing_stockmovement", "product_id", "billing_product"),
        same_business("billing_stockmovement", "invoice_id", "billing_invoice"),
        same_business("billing_stockmovement", "user_id", "core_user"),
        same_business("billing_invoice", "customer_id", "customers_customer"),
        same_business("billing_invoice", "entry_id", "ledger_entry"),
        same_business("billing_invoice", "user_id", "core_user"),
        same_business("billing_invoiceitem", "invoice_id", "billing_invoice"),
        same_business("billing_invoiceitem", "product_id", "billing_product"),
        append_only("billing_stockmovement", ROLE),
        append_only("billing_invoiceitem", ROLE),
        migrations.RunSQL(
            f"REVOKE DELETE ON billing_invoice, billing_numberseries FROM {ROLE}", migrations.RunSQL.noop
        ),
    ]
