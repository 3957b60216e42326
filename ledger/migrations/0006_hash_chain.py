"""Every entry carries the hash of itself after the one before it, every account that of its last entry; so do those of before."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models

from execora.core.tenancy import as_definer

ROLE = settings.APPLICATION_ROLE
CHAIN = (Path(__file__).parent.parent / "sql" / "chain.sql").read_text()
UNDO = """
DROP FUNCTION ledger_account_hashed() CASCADE;
DROP FUNCTION ledger_entry_hashed() CASCADE;
DROP FUNCTION ledger_entry_hash(ledger_entry, bytea, text);
DROP FUNCTION ledger_entry_text(ledger_entry, bytea, text);
DROP FUNCTION ledger_posting_text(uuid, text, bigint);
DROP FUNCTION ledger_netstring(text);
"""
# The only time that entries change: each gets what it would have carried from the start.
BACKFILL = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_append_only;
DO $$
DECLARE
    e ledger_entry;
    previous bytea;
    postings text;
BEGIN
    FOR e IN SELECT * FROM ledger_entry ORDER BY business_id, customer_id, sequence LOOP
        previous := CASE WHEN e.sequence = 1 THEN '' ELSE previous END;
        SELECT string_agg(ledger_posting_text(p.account_id, p.side, p.amount_paise), ''
                          ORDER BY p.account_id, p.side COLLATE "C", p.amount_paise)
          INTO postings FROM ledger_posting p WHERE p.entry_id = e.id;
        previous := ledger_entry_hash(e, previous, postings);
        UPDATE ledger_entry SET hash = previous WHERE id = e.id;
    END LOOP;
END $$;
UPDATE ledger_account a SET last_hash = e.hash FROM ledger_entry e
 WHERE e.business_id = a.business_id AND e.customer_id = a.customer_id AND e.sequence = a.last_sequence;
ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_append_only;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_more_kinds_hold")]
    operations = [
        migrations.AddField(
            "account", "last_hash", models.BinaryField(db_default=b"", default=bytes, editable=False, max_length=32)
        ),
        migrations.AddField(
            "entry", "hash", models.BinaryField(db_default=b"", default=bytes, editable=False, max_length=32)
        ),
        migrations.RunSQL(CHAIN, UNDO),
        as_definer("ledger_entry_hashed()", "ledger_account_hashed()"),
        migrations.RunSQL(
            f"GRANT UPDATE (last_hash) ON ledger_account TO {ROLE}",
            f"REVOKE UPDATE (last_hash) ON ledger_account FROM {ROLE}",
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
