-- What the database itself holds about the books, whoever writes. Each check runs at commit. Every function names its
-- search path, temporary tables last: a writer's own table of the same name is never looked at.

-- An entry: two postings at least, debits = credits = total; what its postings do to the customer's account is its effect;
-- it follows the entry before it in that account; a reversal mirrors the postings of its entry, account by account;
-- an account has one opening entry that is not reversed, at most.
CREATE FUNCTION ledger_check_entry(checked uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    e ledger_entry;
    before ledger_entry;
    undone ledger_entry;
    sides record;
    account ledger_account;
BEGIN
    SELECT * INTO STRICT e FROM ledger_entry WHERE id = checked;
    SELECT count(*) AS postings,
           coalesce(sum(p.amount_paise) FILTER (WHERE p.side = 'D'), 0) AS debits,
           coalesce(sum(p.amount_paise) FILTER (WHERE p.side = 'C'), 0) AS credits,
           coalesce(sum(CASE p.side WHEN 'D' THEN p.amount_paise ELSE -p.amount_paise END)
                    FILTER (WHERE a.customer_id = e.customer_id), 0) AS effect,
           count(*) FILTER (WHERE a.customer_id <> e.customer_id) AS foreign_accounts
      INTO sides
      FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
     WHERE p.entry_id = e.id;
    IF sides.postings < 2 OR sides.debits <> e.total_paise OR sides.credits <> e.total_paise THEN
        RAISE EXCEPTION 'entry % is not balanced: % postings, debits %, credits %, total %',
            e.id, sides.postings, sides.debits, sides.credits, e.total_paise USING ERRCODE = '23514';
    END IF;
    IF sides.foreign_accounts > 0 OR sides.effect <> e.effect_paise THEN
        RAISE EXCEPTION 'entry % says effect %, its postings say %', e.id, e.effect_paise, sides.effect USING ERRCODE = '23514';
    END IF;
    IF e.sequence = 1 THEN
        IF e.balance_after_paise <> e.effect_paise THEN
            RAISE EXCEPTION 'entry % does not start from zero', e.id USING ERRCODE = '23514';
        END IF;
    ELSE
        SELECT * INTO before FROM ledger_entry
         WHERE business_id = e.business_id AND customer_id = e.customer_id AND sequence = e.sequence - 1;
        IF NOT FOUND OR e.balance_after_paise <> before.balance_after_paise + e.effect_paise THEN
            RAISE EXCEPTION 'entry % does not follow the one before it', e.id USING ERRCODE = '23514';
        END IF;
    END IF;
    IF e.reverses_id IS NOT NULL THEN
        SELECT * INTO undone FROM ledger_entry WHERE id = e.reverses_id;
        IF undone.kind = 'reversal' OR undone.customer_id <> e.customer_id
           OR EXISTS (
               SELECT FROM (
                   SELECT p.account_id, p.side, p.amount_paise FROM ledger_posting p WHERE p.entry_id = undone.id
                   UNION ALL
                   SELECT p.account_id, CASE p.side WHEN 'D' THEN 'C' ELSE 'D' END, -p.amount_paise
                     FROM ledger_posting p WHERE p.entry_id = e.id
               ) both_entries (account_id, side, amount_paise)
               GROUP BY account_id, side HAVING sum(amount_paise) <> 0) THEN
            RAISE EXCEPTION 'entry % does not undo entry %', e.id, undone.id USING ERRCODE = '23514';
        END IF;
    END IF;
    SELECT * INTO account FROM ledger_account WHERE business_id = e.business_id AND customer_id = e.customer_id;
    IF NOT FOUND OR account.last_sequence < e.sequence THEN
        RAISE EXCEPTION 'entry % is not counted in its account', e.id USING ERRCODE = '23514';
    END IF;
    IF e.kind = 'opening' THEN
        -- Of two writers at once the second waits here for the first, and then counts its entry too.
        PERFORM FROM ledger_account WHERE id = account.id FOR UPDATE;
        IF EXISTS (
            SELECT FROM ledger_entry o
             WHERE o.business_id = e.business_id AND o.customer_id = e.customer_id AND o.kind = 'opening' AND o.id <> e.id
               AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = o.id))
           AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = e.id) THEN
            RAISE EXCEPTION 'entry % is a second opening balance', e.id USING ERRCODE = '23514';
        END IF;
    END IF;
END $$;

CREATE FUNCTION ledger_entry_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM ledger_check_entry(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_posting_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM ledger_check_entry(NEW.entry_id);
    RETURN NULL;
END $$;

-- A customer's account shows what its last entry left.
CREATE FUNCTION ledger_account_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account ledger_account;
    last_sequence bigint;
    balance bigint;
BEGIN
    SELECT * INTO account FROM ledger_account WHERE id = NEW.id;
    IF NOT FOUND OR account.customer_id IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT e.sequence, e.balance_after_paise INTO last_sequence, balance FROM ledger_entry e
     WHERE e.business_id = account.business_id AND e.customer_id = account.customer_id
     ORDER BY e.sequence DESC LIMIT 1;
    IF account.last_sequence <> coalesce(last_sequence, 0) OR account.balance_paise <> coalesce(balance, 0) THEN
        RAISE EXCEPTION 'account % says balance % at entry %, its entries say % at %',
            account.id, account.balance_paise, account.last_sequence, coalesce(balance, 0), coalesce(last_sequence, 0)
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entry_checked AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_written();
CREATE CONSTRAINT TRIGGER ledger_posting_checked AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_posting_written();
CREATE CONSTRAINT TRIGGER ledger_account_checked AFTER INSERT OR UPDATE ON ledger_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_account_written();
