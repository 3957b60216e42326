-- The hash chain of a customer's account; ledger/chain.py says what the text of an entry is, and why.

-- These four look at no table, and have no path of their own: one would keep the planner from seeing through them.
CREATE FUNCTION ledger_netstring(field text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT octet_length(field)::text || ':' || field || ','
$$;

CREATE FUNCTION ledger_posting_text(account uuid, side text, amount bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT '36:' || account::text || ',' || ledger_netstring(side) || ledger_netstring(amount::text)
$$;

CREATE FUNCTION ledger_entry_text(e ledger_entry, previous bytea, postings text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT ledger_netstring(encode(previous, 'hex'))
        || '36:' || (e).id::text || ',36:' || (e).business_id::text || ',36:' || (e).customer_id::text || ','
        || ledger_netstring((e).sequence::text) || ledger_netstring((e).kind)
        || ledger_netstring((e).total_paise::text) || ledger_netstring((e).effect_paise::text)
        || ledger_netstring((e).balance_after_paise::text)
        || ledger_netstring((e).mode) || ledger_netstring((e).description)
        || ledger_netstring(to_char((e).occurred_on::timestamp, 'YYYY-MM-DD'))
        || ledger_netstring(to_char((e).recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        || ledger_netstring(coalesce((e).reverses_id::text, '')) || ledger_netstring(coalesce((e).user_id::text, ''))
        || ledger_netstring((e).channel) || ledger_netstring((e).correlation_id)
        || postings
$$;

CREATE FUNCTION ledger_entry_hash(e ledger_entry, previous bytea, postings text) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(ledger_entry_text(e, previous, postings), 'UTF8'))
$$;

-- At commit: an entry's hash is that of its text after the entry before it.
CREATE FUNCTION ledger_entry_hashed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    e ledger_entry;
    previous bytea := '';
    postings text;
BEGIN
    SELECT * INTO STRICT e FROM ledger_entry WHERE id = NEW.id;
    IF e.sequence > 1 THEN
        SELECT b.hash INTO previous FROM ledger_entry b
         WHERE b.business_id = e.business_id AND b.customer_id = e.customer_id AND b.sequence = e.sequence - 1;
    END IF;
    SELECT string_agg(ledger_posting_text(p.account_id, p.side, p.amount_paise), ''
                      ORDER BY p.account_id, p.side COLLATE "C", p.amount_paise)
      INTO postings FROM ledger_posting p WHERE p.entry_id = e.id;
    IF e.hash IS DISTINCT FROM ledger_entry_hash(e, previous, postings) THEN
        RAISE EXCEPTION 'entry % does not carry the hash of itself after the one before it', e.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

-- At commit: an account carries the hash of its last entry.
CREATE FUNCTION ledger_account_hashed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account ledger_account;
    last_hash bytea;
BEGIN
    SELECT * INTO account FROM ledger_account WHERE id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT e.hash INTO last_hash FROM ledger_entry e
     WHERE e.business_id = account.business_id AND e.customer_id = account.customer_id
     ORDER BY e.sequence DESC LIMIT 1;
    IF account.last_hash <> coalesce(last_hash, '') THEN
        RAISE EXCEPTION 'account % does not carry the hash of its last entry', account.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entry_hashed AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_hashed();
CREATE CONSTRAINT TRIGGER ledger_account_hashed AFTER INSERT OR UPDATE ON ledger_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_account_hashed();
