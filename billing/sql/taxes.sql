-- What the database holds about bills since they carry cess, discounts, and the two parties as they were.

-- A draft may be issued, an issued invoice cancelled; nothing else about an invoice ever changes.
CREATE OR REPLACE FUNCTION billing_invoice_changing() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    allowed billing_invoice := OLD;
BEGIN
    IF OLD.status = 'draft' AND NEW.status = 'issued' THEN
        allowed.status := NEW.status;
        allowed.number := NEW.number;
        allowed.entry_id := NEW.entry_id;
        allowed.issued_on := NEW.issued_on;
        allowed.warnings := NEW.warnings;
        allowed.supplier_name := NEW.supplier_name;
        allowed.supplier_address := NEW.supplier_address;
        allowed.supplier_gstin := NEW.supplier_gstin;
        allowed.recipient_name := NEW.recipient_name;
        allowed.recipient_address := NEW.recipient_address;
        allowed.recipient_gstin := NEW.recipient_gstin;
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

-- At commit: an invoice is the sum of its lines, and once issued what its entry in the books says; it is cancelled when,
-- and only when, that entry is reversed.
CREATE OR REPLACE FUNCTION billing_invoice_written() RETURNS trigger LANGUAGE plpgsql
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
           sum(i.igst_paise) AS igst, sum(i.cess_paise) AS cess, sum(i.bill_discount_paise) AS bill_discount,
           sum(i.net_discount_paise) AS net_discount
      INTO lines FROM billing_invoiceitem i WHERE i.invoice_id = invoice.id;
    IF lines.count = 0
        OR (lines.taxable, lines.cgst, lines.sgst, lines.igst, lines.cess, lines.bill_discount, lines.net_discount)
        <> (invoice.taxable_paise, invoice.cgst_paise, invoice.sgst_paise, invoice.igst_paise, invoice.cess_paise,
            invoice.bill_discount_paise, invoice.net_discount_paise) THEN
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
