"""Bills, lines and stock stay within one shop and keep their rules; stock movements and lines only grow."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import append_only, owned_table, same_business

ROLE = settings.APPLICATION_ROLE
RULES = (Path(__file__).parent.parent / "sql" / "rules.sql").read_text()
UNDO = """
DROP FUNCTION billing_product_written() CASCADE;
DROP FUNCTION billing_movement_written() CASCADE;
DROP FUNCTION billing_series_changing() CASCADE;
DROP FUNCTION billing_entry_written() CASCADE;
DROP FUNCTION billing_invoice_written() CASCADE;
DROP FUNCTION billing_items_added() CASCADE;
DROP FUNCTION billing_invoice_changing() CASCADE;
"""
RIGHTS = f"""
REVOKE DELETE ON billing_invoice, billing_numberseries, billing_product FROM {ROLE};
REVOKE UPDATE ON billing_invoice, billing_numberseries FROM {ROLE};
GRANT UPDATE (status, number, entry_id, issued_on, cancel_reason, cancelled_at) ON billing_invoice TO {ROLE};
GRANT UPDATE (last_number) ON billing_numberseries TO {ROLE};
"""
GIVE_BACK = f"GRANT UPDATE ON billing_invoice, billing_numberseries TO {ROLE};"


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
        migrations.RunSQL(RULES, UNDO),
        migrations.RunSQL(RIGHTS, GIVE_BACK),
    ]
