-- What the database itself holds about bills, their numbers and the stock, whoever writes. Every function names its search
-- path, temporary tables last: a writer's own table of the same name is never looked at.

-- A draft may be issued, an issued invoice cancelled; nothing else about an invoice ever changes.
CREATE FUNCTION billing_invoice_changing() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    allowed billing_invoice := OLD;
BEGIN
    IF OLD.status = 'draft' AND NEW.status = 'issued' THEN
        allowed.status := NEW.status;
        allowed.number := NEW.number;
        allowed.entry_id := NEW.entry_id;
        allowed.issued_on := NEW.issued_on;
    ELSIF OLD.status = 'issued' AND NEW.status = 'cancelled' THEN
        allowed.status := NEW.status;
        allowed.cancel_reason := NEW.cancel_reason;
        allowed.cancelled_at := NEW.cancelled_at;
    END IF;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'invoice % is %: this change of it is refused', OLD.id, OLD.status USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;

-- Lines are written while the invoice is a draft. Its row is locked: it cannot be issued in the meantime.
CREATE FUNCTION billing_items_added() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    invoice record;
BEGIN
    FOR invoice IN
        SELECT i.id, i.status FROM billing_invoice i
         WHERE i.id IN (SELECT a.invoice_id FROM added a) ORDER BY i.id FOR SHARE
    LOOP
        IF invoice.status <> 'draft' THEN
            RAISE EXCEPTION 'invoice % is %: its lines are fixed', invoice.id, invoice.status USING ERRCODE = '23514';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- At commit: an invoice is the sum of its lines, and once issued what its entry in the books says; it is cancelled when,
-- and only when, that entry is reversed.
CREATE FUNCTION billing_invoice_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    invoice billing_invoice;
    lines record;
    entry ledger_entry;
BEGIN
    SELECT * INTO invoice FROM billing_invoice WHERE id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT count(*) AS count, sum(i.taxable_paise) AS taxable, sum(i.cgst_paise) AS cgst, sum(i.sgst_paise) AS sgst,
           sum(i.igst_paise) AS igst
      INTO lines FROM billing_invoiceitem i WHERE i.invoice_id = invoice.id;
    IF lines.count = 0 OR (lines.taxable, lines.cgst, lines.sgst, lines.igst)
        <> (invoice.taxable_paise, invoice.cgst_paise, invoice.sgst_paise, invoice.igst_paise) THEN
        RAISE EXCEPTION 'invoice % is not the sum of its % lines', invoice.id, lines.count USING ERRCODE = '23514';
    END IF;
    IF invoice.status = 'draft' THEN
        RETURN NULL;
    END IF;
    SELECT * INTO entry FROM ledger_entry WHERE id = invoice.entry_id;
    IF entry.kind <> 'invoice' OR entry.customer_id <> invoice.customer_id OR entry.effect_paise <> invoice.total_paise THEN
        RAISE EXCEPTION 'invoice % is not what its entry % says', invoice.id, entry.id USING ERRCODE = '23514';
    END IF;
    IF (invoice.status = 'cancelled') <> EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = entry.id) THEN
        RAISE EXCEPTION 'invoice % is %, its entry % says otherwise', invoice.id, invoice.status, entry.id
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

-- At commit: an invoice's entry in the books has its invoice, and is reversed by cancelling that.
CREATE FUNCTION billing_entry_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.kind = 'invoice' AND NOT EXISTS (SELECT FROM billing_invoice i WHERE i.entry_id = NEW.id) THEN
        RAISE EXCEPTION 'entry % has no invoice', NEW.id USING ERRCODE = '23514';
    END IF;
    IF EXISTS (SELECT FROM billing_invoice i WHERE i.entry_id = NEW.reverses_id AND i.status <> 'cancelled') THEN
        RAISE EXCEPTION 'entry % reverses one whose invoice is not cancelled', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

-- A number series starts before its first number and takes one at a time.
CREATE FUNCTION billing_series_changing() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    allowed billing_numberseries;
BEGIN
    IF TG_OP = 'INSERT' THEN
        allowed := NEW;
        allowed.last_number := 0;
    ELSE
        allowed := OLD;
        allowed.last_number := OLD.last_number + 1;
    END IF;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'number series % only goes up by one from %', NEW.id, allowed.last_number - 1 USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;

-- At commit: a movement follows the one before it, and its product counts it.
CREATE FUNCTION billing_movement_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stock_before numeric := 0;
BEGIN
    IF NEW.sequence > 1 THEN
        SELECT m.stock_after INTO stock_before FROM billing_stockmovement m
         WHERE m.product_id = NEW.product_id AND m.sequence = NEW.sequence - 1;
    END IF;
    IF stock_before IS NULL OR NEW.stock_after <> stock_before + NEW.quantity THEN
        RAISE EXCEPTION 'movement % does not follow the one before it', NEW.id USING ERRCODE = '23514';
    END IF;
    IF NOT EXISTS (SELECT FROM billing_product p WHERE p.id = NEW.product_id AND p.last_movement >= NEW.sequence) THEN
        RAISE EXCEPTION 'movement % is not counted in its product', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

-- At commit: a product shows what its last movement left.
CREATE FUNCTION billing_product_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    product billing_product;
    last_sequence bigint;
    stock_left numeric;
BEGIN
    SELECT * INTO product FROM billing_product WHERE id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT m.sequence, m.stock_after INTO last_sequence, stock_left FROM billing_stockmovement m
     WHERE m.product_id = product.id ORDER BY m.sequence DESC LIMIT 1;
    IF product.last_movement <> coalesce(last_sequence, 0) OR product.stock <> coalesce(stock_left, 0) THEN
        RAISE EXCEPTION 'product % says stock % at movement %, its movements say % at %',
            product.id, product.stock, product.last_movement, coalesce(stock_left, 0), coalesce(last_sequence, 0)
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER billing_invoice_guarded BEFORE UPDATE ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_changing();
CREATE TRIGGER billing_items_guarded AFTER INSERT ON billing_invoiceitem
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_items_added();
CREATE TRIGGER billing_series_guarded BEFORE INSERT OR UPDATE ON billing_numberseries
    FOR EACH ROW EXECUTE FUNCTION billing_series_changing();
CREATE CONSTRAINT TRIGGER billing_invoice_checked AFTER INSERT OR UPDATE ON billing_invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_invoice_written();
CREATE CONSTRAINT TRIGGER billing_entry_checked AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind IN ('invoice', 'reversal'))
    EXECUTE FUNCTION billing_entry_written();
CREATE CONSTRAINT TRIGGER billing_movement_checked AFTER INSERT ON billing_stockmovement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_movement_written();
CREATE CONSTRAINT TRIGGER billing_product_checked AFTER INSERT OR UPDATE OF stock, last_movement ON billing_product
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_product_written();
