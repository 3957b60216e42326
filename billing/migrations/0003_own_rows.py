"""Bills and stock are seen and written in their own business alone; their rules look at all that a connection wrote, whatever business it acts in by then."""

from django.db import migrations

from execora.core.tenancy import as_definer, own_rows_only


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_same_business"), ("ledger", "0003_own_rows")]
    operations = [
        own_rows_only("billing_invoice", is_locked_by_definer=True),
        own_rows_only("billing_invoiceitem", is_read_by_definer=True),
        own_rows_only("billing_numberseries"),
        own_rows_only("billing_product", is_read_by_definer=True),
        own_rows_only("billing_stockmovement", is_read_by_definer=True),
        as_definer(
            "billing_items_added()",
            "billing_invoice_written()",
            "billing_entry_written()",
            "billing_movement_written()",
            "billing_product_written()",
        ),
    ]
