-- What the database itself holds about credit notes, whoever writes. See rules.sql.

-- A credit note, as it is at commit: of an issued invoice and its customer; the sum of its lines; each line says what the
-- invoice's line says; all notes together take no more of any line than was billed, and exactly that once nothing of it is
-- left; the books and the stock say the same.
CREATE FUNCTION billing_check_note(checked uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    note billing_creditnote;
    invoice billing_invoice;
    lines record;
    line smallint;
    entry ledger_entry;
BEGIN
    SELECT * INTO STRICT note FROM billing_creditnote WHERE id = checked;
    -- Of two notes of an invoice, or a note and its cancelling, the second waits here for the first and then sees it.
    SELECT * INTO invoice FROM billing_invoice WHERE id = note.invoice_id FOR NO KEY UPDATE;
    IF invoice.status <> 'issued' OR invoice.customer_id <> note.customer_id THEN
        RAISE EXCEPTION 'credit note % is of an invoice that is %', note.id, invoice.status USING ERRCODE = '23514';
    END IF;
    SELECT count(*) AS count, sum(i.taxable_paise) AS taxable, sum(i.cgst_paise) AS cgst, sum(i.sgst_paise) AS sgst,
           sum(i.igst_paise) AS igst, sum(i.cess_paise) AS cess
      INTO lines FROM billing_creditnoteitem i WHERE i.note_id = note.id;
    IF lines.count = 0 OR (lines.taxable, lines.cgst, lines.sgst, lines.igst, lines.cess)
        <> (note.taxable_paise, note.cgst_paise, note.sgst_paise, note.igst_paise, note.cess_paise) THEN
        RAISE EXCEPTION 'credit note % is not the sum of its % lines', note.id, lines.count USING ERRCODE = '23514';
    END IF;
    SELECT n.line INTO line
      FROM billing_creditnoteitem n
      LEFT JOIN billing_invoiceitem i ON i.invoice_id = note.invoice_id AND i.line = n.line
     WHERE n.note_id = note.id
       AND (n.product_id, n.description, n.hsn, n.unit, n.gst_rate_bp)
           IS DISTINCT FROM (i.product_id, i.description, i.hsn, i.unit, i.gst_rate_bp)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'line % of credit note % is not on its invoice', line, note.id USING ERRCODE = '23514';
    END IF;
    SELECT taken.line INTO line
      FROM (SELECT n.line, sum(n.quantity) AS quantity, sum(n.stock_quantity) AS stock_quantity,
                   sum(n.taxable_paise) AS taxable, sum(n.cgst_paise) AS cgst, sum(n.sgst_paise) AS sgst,
                   sum(n.igst_paise) AS igst, sum(n.cess_paise) AS cess
              FROM billing_creditnoteitem n JOIN billing_creditnote c ON c.id = n.note_id
             WHERE c.invoice_id = note.invoice_id GROUP BY n.line) taken
      JOIN billing_invoiceitem i ON i.invoice_id = note.invoice_id AND i.line = taken.line
     WHERE taken.quantity > i.quantity OR taken.taxable > i.taxable_paise OR taken.cgst > i.cgst_paise
        OR taken.sgst > i.sgst_paise OR taken.igst > i.igst_paise
        OR taken.cess > i.cess_paise OR taken.stock_quantity > coalesce(i.stock_quantity, 0)
        OR (taken.quantity = i.quantity
            AND (taken.taxable, taken.cgst, taken.sgst, taken.igst, taken.cess, taken.stock_quantity)
                <> (i.taxable_paise, i.cgst_paise, i.sgst_paise, i.igst_paise, i.cess_paise, coalesce(i.stock_quantity, 0)))
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the credit notes of invoice % do not take what was billed on line %', note.invoice_id, line
            USING ERRCODE = '23514';
    END IF;
    IF (SELECT sum(c.total_paise) FROM billing_creditnote c WHERE c.invoice_id = note.invoice_id) > invoice.total_paise THEN
        RAISE EXCEPTION 'the credit notes of invoice % take more than its total', note.invoice_id USING ERRCODE = '23514';
    END IF;
    SELECT * INTO entry FROM ledger_entry WHERE id = note.entry_id;
    IF entry.kind <> 'credit_note' OR entry.customer_id <> note.customer_id OR entry.effect_paise <> -note.total_paise THEN
        RAISE EXCEPTION 'credit note % is not what its entry % says', note.id, entry.id USING ERRCODE = '23514';
    END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT i.product_id, i.stock_quantity FROM billing_creditnoteitem i
             WHERE i.note_id = note.id AND i.product_id IS NOT NULL AND note.restock
            UNION ALL
            SELECT m.product_id, -m.quantity FROM billing_stockmovement m
             WHERE m.invoice_id = note.invoice_id AND m.credit_note_id = note.id
        ) both_sides (product_id, quantity) GROUP BY product_id HAVING sum(quantity) <> 0) THEN
        RAISE EXCEPTION 'the stock does not say what credit note % brought back', note.id USING ERRCODE = '23514';
    END IF;
END $$;

CREATE FUNCTION billing_note_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM billing_check_note(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION billing_note_item_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM billing_check_note(NEW.note_id);
    RETURN NULL;
END $$;

-- At commit: a movement that names a credit note is a return of its goods.
CREATE FUNCTION billing_note_movement_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.reason <> 'return' OR NOT EXISTS (
        SELECT FROM billing_creditnote n WHERE n.id = NEW.credit_note_id AND n.invoice_id = NEW.invoice_id) THEN
        RAISE EXCEPTION 'movement % is no return of its credit note', NEW.id USING ERRCODE = '23514';
    END IF;
    PERFORM billing_check_note(NEW.credit_note_id);
    RETURN NULL;
END $$;

-- At commit: a credit note's entry in the books has its note, and is never reversed.
CREATE FUNCTION billing_note_entry_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.kind = 'credit_note' AND NOT EXISTS (SELECT FROM billing_creditnote n WHERE n.entry_id = NEW.id) THEN
        RAISE EXCEPTION 'entry % has no credit note', NEW.id USING ERRCODE = '23514';
    END IF;
    IF EXISTS (SELECT FROM billing_creditnote n WHERE n.entry_id = NEW.reverses_id) THEN
        RAISE EXCEPTION 'entry % reverses that of a credit note', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

-- At commit: an invoice with credit notes is not cancelled.
CREATE FUNCTION billing_noted_invoice_cancelled() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_creditnote n WHERE n.invoice_id = NEW.id) THEN
        RAISE EXCEPTION 'invoice % has credit notes: it is not cancelled', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER billing_note_checked AFTER INSERT ON billing_creditnote
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_note_written();
CREATE CONSTRAINT TRIGGER billing_note_item_checked AFTER INSERT ON billing_creditnoteitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_note_item_written();
CREATE CONSTRAINT TRIGGER billing_note_movement_checked AFTER INSERT ON billing_stockmovement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.credit_note_id IS NOT NULL)
    EXECUTE FUNCTION billing_note_movement_written();
CREATE CONSTRAINT TRIGGER billing_note_entry_checked AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind IN ('credit_note', 'reversal'))
    EXECUTE FUNCTION billing_note_entry_written();
CREATE CONSTRAINT TRIGGER billing_noted_invoice_checked AFTER UPDATE OF status ON billing_invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'cancelled')
    EXECUTE FUNCTION billing_noted_invoice_cancelled();
