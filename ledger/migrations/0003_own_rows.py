"""The books are seen and written in their own business alone; what is checked at commit is checked whatever business the connection then acts in."""

from django.db import migrations

from execora.core.tenancy import as_definer, own_rows_only


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_rules"), ("core", "0008_own_rows")]
    operations = [
        own_rows_only("ledger_account", is_locked_by_definer=True),
        own_rows_only("ledger_entry", is_read_by_definer=True),
        own_rows_only("ledger_posting", is_read_by_definer=True),
        as_definer(
            "ledger_check_entry(uuid)",
            "ledger_entry_written()",
            "ledger_posting_written()",
            "ledger_account_written()",
        ),
    ]
