-- The hash chain of every khata of a seeded shop, in one walk over its entries.
ANALYZE ledger_account, ledger_entry, ledger_posting;
CREATE TEMP TABLE link (entry uuid, hash bytea) ON COMMIT DROP;

DO $$
DECLARE
    found record;
    khata uuid;
    previous bytea;
BEGIN
    FOR found IN
        SELECT e, p.postings
          FROM ledger_entry e
          JOIN (SELECT p.entry_id, string_agg(ledger_posting_text(p.account_id, p.side, p.amount_paise), ''
                                              ORDER BY p.account_id, p.side COLLATE "C", p.amount_paise) AS postings
                  FROM ledger_posting p GROUP BY p.entry_id) p ON p.entry_id = e.id
         WHERE e.business_id = :business ORDER BY e.customer_id, e.sequence
    LOOP
        IF khata IS DISTINCT FROM (found.e).customer_id THEN
            khata := (found.e).customer_id;
            previous := '';
        END IF;
        previous := ledger_entry_hash(found.e, previous, found.postings);
        INSERT INTO link VALUES ((found.e).id, previous);
    END LOOP;
END $$;

ANALYZE link;
UPDATE ledger_entry e SET hash = l.hash FROM link l WHERE l.entry = e.id;
UPDATE ledger_account a SET last_hash = e.hash FROM ledger_entry e
 WHERE e.business_id = a.business_id AND e.customer_id = a.customer_id AND e.sequence = a.last_sequence
   AND a.business_id = :business;
