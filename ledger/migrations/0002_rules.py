"""The ledger only grows, balances at commit, and stays within one shop; accounts are never deleted."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import append_only, owned_table, same_business

ROLE = settings.APPLICATION_ROLE
RULES = (Path(__file__).parent.parent / "sql" / "rules.sql").read_text()
UNDO = """
DROP FUNCTION ledger_account_written() CASCADE;
DROP FUNCTION ledger_posting_written() CASCADE;
DROP FUNCTION ledger_entry_written() CASCADE;
DROP FUNCTION ledger_check_entry(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("customers", "0002_same_business")]
    operations = [
        owned_table("ledger_account"),
        owned_table("ledger_entry"),
        same_business("ledger_account", "customer_id", "customers_customer"),
        same_business("ledger_entry", "customer_id", "customers_customer"),
        same_business("ledger_entry", "reverses_id", "ledger_entry"),
        same_business("ledger_entry", "user_id", "core_user"),
        same_business("ledger_posting", "entry_id", "ledger_entry"),
        same_business("ledger_posting", "account_id", "ledger_account"),
        migrations.RunSQL(RULES, UNDO),
        append_only("ledger_entry", ROLE),
        append_only("ledger_posting", ROLE),
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE, TRUNCATE ON ledger_account FROM {ROLE};"
            f"GRANT UPDATE (balance_paise, last_sequence) ON ledger_account TO {ROLE};",
            f"GRANT UPDATE, DELETE ON ledger_account TO {ROLE};",
        ),
    ]
