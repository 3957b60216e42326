"""What must be true of entries, postings and kept balances. Each statement is one pass over its tables."""

from execora.core.books import Check

LEDGER_CHECKS = (
    Check(
        "every entry has two postings or more; debits = credits = total; what they do to a khata is its effect",
        """
        SELECT e.id::text, 'total ' || e.total_paise || ', effect ' || e.effect_paise,
               coalesce(p.postings, 0) || ' postings, debits ' || coalesce(p.debits, 0) || ', credits '
                   || coalesce(p.credits, 0) || ', effect ' || coalesce(p.effect, 0)
          FROM ledger_entry e
          LEFT JOIN (SELECT p.entry_id, count(*) AS postings,
                            sum(p.amount_paise) FILTER (WHERE p.side = 'D') AS debits,
                            sum(p.amount_paise) FILTER (WHERE p.side = 'C') AS credits,
                            sum(CASE p.side WHEN 'D' THEN p.amount_paise ELSE -p.amount_paise END)
                                FILTER (WHERE a.customer_id IS NOT NULL) AS effect
                       FROM ledger_posting p LEFT JOIN ledger_account a ON a.id = p.account_id
                      GROUP BY p.entry_id) p ON p.entry_id = e.id
         WHERE p.postings IS NULL OR p.postings < 2
            OR p.debits IS DISTINCT FROM e.total_paise OR p.credits IS DISTINCT FROM e.total_paise
            OR coalesce(p.effect, 0) <> e.effect_paise
        """,
    ),
    Check(
        "every posting belongs to an entry and an account of its own business, and to no other customer's khata",
        """
        SELECT p.id::text, 'business ' || p.business_id || coalesce(', khata of ' || e.customer_id, ''),
               'entry of ' || coalesce(e.business_id::text, 'none') || ', account of '
                   || coalesce(a.business_id::text, 'none') || coalesce(', khata of ' || a.customer_id, '')
          FROM ledger_posting p
          LEFT JOIN ledger_entry e ON e.id = p.entry_id
          LEFT JOIN ledger_account a ON a.id = p.account_id
         WHERE e.business_id IS DISTINCT FROM p.business_id OR a.business_id IS DISTINCT FROM p.business_id
            OR a.customer_id <> e.customer_id
        """,
    ),
    Check(
        "every entry and every account belongs to a customer of its own business",
        """
        SELECT o.id::text, 'business ' || o.business_id, 'customer of ' || coalesce(c.business_id::text, 'none')
          FROM (SELECT id, business_id, customer_id FROM ledger_entry
                UNION ALL
                SELECT id, business_id, customer_id FROM ledger_account WHERE customer_id IS NOT NULL) o
          LEFT JOIN customers_customer c ON c.id = o.customer_id
         WHERE c.business_id IS DISTINCT FROM o.business_id
        """,
    ),
    Check(
        "a customer's entries are numbered 1, 2, 3 and each balance follows from the one before",
        """
        SELECT id::text, 'number ' || place || ', balance ' || running, 'number ' || sequence || ', balance '
                   || balance_after_paise
          FROM (SELECT id, sequence, balance_after_paise,
                       row_number() OVER khata AS place, sum(effect_paise) OVER khata AS running
                  FROM ledger_entry
                WINDOW khata AS (PARTITION BY business_id, customer_id ORDER BY sequence, id)) e
         WHERE sequence <> place OR balance_after_paise <> running
        """,
    ),
    Check(
        "a kept balance is the sum of the account's postings, and its number that of its last entry",
        """
        SELECT a.id::text, 'balance ' || coalesce(p.balance, 0) || ' at ' || coalesce(e.last, 0),
               'balance ' || a.balance_paise || ' at ' || a.last_sequence
          FROM ledger_account a
          LEFT JOIN (SELECT account_id, sum(CASE side WHEN 'D' THEN amount_paise ELSE -amount_paise END) AS balance
                       FROM ledger_posting GROUP BY account_id) p ON p.account_id = a.id
          LEFT JOIN (SELECT customer_id, max(sequence) AS last FROM ledger_entry GROUP BY customer_id) e
                 ON e.customer_id = a.customer_id
         WHERE a.customer_id IS NOT NULL
           AND (a.balance_paise <> coalesce(p.balance, 0) OR a.last_sequence <> coalesce(e.last, 0))
        """,
    ),
    Check(
        "every customer with entries has an account",
        """
        SELECT e.customer_id::text, 'an account', 'none'
          FROM (SELECT DISTINCT business_id, customer_id FROM ledger_entry) e
          LEFT JOIN ledger_account a ON a.business_id = e.business_id AND a.customer_id = e.customer_id
         WHERE a.id IS NULL
        """,
    ),
    Check(
        "a reversal undoes an entry of the same customer, to the paisa, once",
        """
        SELECT r.id::text, 'effect ' || -e.effect_paise || ', total ' || e.total_paise || ' for ' || e.customer_id,
               r.kind || ' of effect ' || r.effect_paise || ', total ' || r.total_paise || ' for ' || r.customer_id
          FROM ledger_entry r LEFT JOIN ledger_entry e ON e.id = r.reverses_id
         WHERE (r.kind = 'reversal' OR r.reverses_id IS NOT NULL)
           AND (e.id IS NULL OR e.kind = 'reversal' OR r.kind <> 'reversal' OR e.customer_id <> r.customer_id
                OR r.effect_paise <> -e.effect_paise OR r.total_paise <> e.total_paise)
        UNION ALL
        SELECT reverses_id::text, 'one reversal', count(*) || ' reversals'
          FROM ledger_entry WHERE reverses_id IS NOT NULL GROUP BY reverses_id HAVING count(*) > 1
        """,
    ),
    Check(
        "every entry carries the hash of itself after the one before it",
        """
        SELECT c.id::text, encode(c.due, 'hex'), encode(c.hash, 'hex')
          FROM (SELECT (l.e).id, (l.e).hash, ledger_entry_hash(l.e, l.previous, p.postings) AS due
                  FROM (SELECT e, lag(e.hash, 1, ''::bytea) OVER (PARTITION BY e.business_id, e.customer_id
                                                                      ORDER BY e.sequence, e.id) AS previous
                          FROM ledger_entry e) l
                  LEFT JOIN (SELECT entry_id, string_agg(ledger_posting_text(account_id, side, amount_paise), ''
                                                         ORDER BY account_id, side COLLATE "C", amount_paise) AS postings
                               FROM ledger_posting GROUP BY entry_id) p ON p.entry_id = (l.e).id) c
         WHERE c.hash IS DISTINCT FROM c.due
        """,
    ),
    Check(
        "every khata carries the hash of its last entry",
        """
        SELECT a.id::text, coalesce(encode(e.hash, 'hex'), 'none'), encode(a.last_hash, 'hex')
          FROM ledger_account a
          LEFT JOIN ledger_entry e ON e.business_id = a.business_id AND e.customer_id = a.customer_id
                                  AND e.sequence = a.last_sequence
         WHERE a.last_hash <> coalesce(e.hash, '')
        """,
    ),
)
