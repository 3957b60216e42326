-- One more shop with drill.entries entries in its books (a multiple of 200, 200 a customer), for scripts/restore_drill.py.
-- Set-based, written with session_replication_role = replica: no trigger looks, so that a million rows take a minute.
-- verify_books says whether they are as the triggers would have them.

CREATE TEMP TABLE shop ON COMMIT DROP AS
SELECT uuidv7() AS id, 'drill-' || (SELECT count(*) FROM core_business) AS slug,
       current_setting('drill.entries')::int AS entries;

INSERT INTO core_business (id, slug, name, address, state_code, gstin, gst_registration, prices_include_tax,
                           rounds_to_rupee, invoice_series, time_zone, phone_e164, upi_address,
                           voice_confirm_above_paise, created_at)
SELECT id, slug, slug, '', '27', '', 'regular', false, false, 'A', 'Asia/Kolkata', '', '', 500000, now() FROM shop;

CREATE TEMP TABLE person ON COMMIT DROP AS
SELECT n, uuidv7() AS id, uuidv7() AS account_id FROM shop, generate_series(1, entries / 200) n;

INSERT INTO customers_customer (id, business_id, code, name, nickname, landmark, address, state_code, gstin, notes,
                                sound_keys, created_at, updated_at)
SELECT p.id, s.id, 'cust-' || lpad(n::text, 3, '0'), 'Person ' || n, '', '', '', '', '', '', ' PRSN ', now(), now()
  FROM person p, shop s;

CREATE TEMP TABLE article ON COMMIT DROP AS SELECT n, uuidv7() AS id FROM generate_series(0, 49) n;

-- Of every four entries of a customer two are bills, one is credit without a bill, one is a payment.
CREATE TEMP TABLE fact ON COMMIT DROP AS
SELECT f.*, sum(effect) OVER (PARTITION BY customer_id ORDER BY sequence) AS balance
  FROM (SELECT uuidv7() AS id, uuidv7() AS invoice_id, p.id AS customer_id, p.account_id, k.sequence, k.kind, k.quantity,
               a.id AS article_id, date '2026-04-01' + k.sequence AS day,
               timestamptz '2026-04-01 12:00+05:30' + k.sequence * interval '1 day' AS at,
               CASE k.kind WHEN 'invoice' THEN 10500 * k.quantity WHEN 'credit' THEN 2500 ELSE -12000 END AS effect
          FROM person p
          CROSS JOIN (SELECT s AS sequence, 1 + s % 5 AS quantity,
                             (ARRAY['payment', 'invoice', 'invoice', 'credit'])[1 + s % 4] AS kind
                        FROM generate_series(1, 200) s) k
          JOIN article a ON a.n = (p.n + k.sequence) % 50) f;
ANALYZE fact;

INSERT INTO ledger_account (id, business_id, kind, customer_id, balance_paise, last_sequence)
SELECT p.account_id, s.id, 'receivable', p.id, f.balance, f.sequence
  FROM shop s, person p JOIN fact f ON f.customer_id = p.id AND f.sequence = 200;

CREATE TEMP TABLE place ON COMMIT DROP AS
SELECT uuidv7() AS id, kind FROM unnest(ARRAY['cash', 'sales', 'cgst', 'sgst']) kind;

INSERT INTO ledger_account (id, business_id, kind, customer_id, balance_paise, last_sequence)
SELECT p.id, s.id, p.kind, NULL, 0, 0 FROM place p, shop s;

INSERT INTO ledger_entry (id, business_id, kind, customer_id, sequence, total_paise, effect_paise, balance_after_paise,
                          mode, description, occurred_on, recorded_at, channel, correlation_id)
SELECT f.id, s.id, f.kind, f.customer_id, f.sequence, abs(f.effect), f.effect, f.balance,
       CASE f.kind WHEN 'payment' THEN 'cash' ELSE '' END, '', f.day, f.at, 'system', 'restore-drill'
  FROM fact f, shop s;

INSERT INTO ledger_posting (id, business_id, entry_id, account_id, side, amount_paise)
SELECT uuidv7(), s.id, f.id, coalesce(p.id, f.account_id), side, amount
  FROM shop s, fact f
  CROSS JOIN LATERAL (
      VALUES ('receivable', CASE WHEN f.effect > 0 THEN 'D' ELSE 'C' END, abs(f.effect)),
             ('cash', CASE f.kind WHEN 'payment' THEN 'D' END, abs(f.effect)),
             ('sales', CASE f.kind WHEN 'payment' THEN NULL ELSE 'C' END,
              CASE f.kind WHEN 'invoice' THEN 10000 * f.quantity ELSE f.effect END),
             ('cgst', CASE f.kind WHEN 'invoice' THEN 'C' END, 250 * f.quantity),
             ('sgst', CASE f.kind WHEN 'invoice' THEN 'C' END, 250 * f.quantity)) v (kind, side, amount)
  LEFT JOIN place p ON p.kind = v.kind
 WHERE side IS NOT NULL;

INSERT INTO billing_invoice (id, business_id, customer_id, status, number, issued_on, place_of_supply, taxable_paise,
                             cgst_paise, sgst_paise, igst_paise, round_off_paise, total_paise, notes, entry_id,
                             cancel_reason, created_at)
SELECT f.invoice_id, s.id, f.customer_id, 'issued',
       '26-27/A/' || lpad(row_number() OVER (ORDER BY f.sequence, f.customer_id)::text, 6, '0'), f.day, '27',
       10000 * f.quantity, 250 * f.quantity, 250 * f.quantity, 0, 0, f.effect, '', f.id, '', f.at
  FROM fact f, shop s WHERE f.kind = 'invoice';

INSERT INTO billing_numberseries (id, business_id, financial_year, series, last_number)
SELECT uuidv7(), s.id, '26-27', 'A', (SELECT count(*) FROM fact WHERE kind = 'invoice') FROM shop s;

INSERT INTO billing_invoiceitem (id, business_id, invoice_id, line, product_id, description, hsn, quantity, unit,
                                 stock_quantity, unit_price_paise, price_unit, discount_paise, gst_rate_bp,
                                 taxable_paise, cgst_paise, sgst_paise, igst_paise, total_paise)
SELECT uuidv7(), s.id, f.invoice_id, 1, f.article_id, 'Article', '', f.quantity, 'kg', f.quantity, 10000, 'kg', 0, 500,
       10000 * f.quantity, 250 * f.quantity, 250 * f.quantity, 0, f.effect
  FROM fact f, shop s WHERE f.kind = 'invoice';

-- What came in first, then each sale.
INSERT INTO billing_stockmovement (id, business_id, product_id, sequence, quantity, stock_after, reason, note, invoice_id, at)
SELECT uuidv7(), s.id, m.article_id, row_number() OVER shelf, m.quantity, sum(m.quantity) OVER shelf, m.reason, '',
       m.invoice_id, m.at
  FROM shop s,
       (SELECT id AS article_id, 90000 AS quantity, 'opening' AS reason, NULL AS invoice_id, 0 AS sequence,
               timestamptz '2026-04-01 09:00+05:30' AS at FROM article
        UNION ALL
        SELECT article_id, -quantity, 'sale', invoice_id, sequence, at FROM fact WHERE kind = 'invoice') m
WINDOW shelf AS (PARTITION BY m.article_id ORDER BY m.sequence, m.invoice_id);

INSERT INTO billing_product (id, business_id, name, aliases, unit, price_paise, hsn, gst_rate_bp, stock, last_movement,
                             low_stock_at, is_active, created_at, updated_at)
SELECT a.id, s.id, 'Article ' || a.n, '{}', 'kg', 10000, '', 500, m.stock, m.last, 10, true, now(), now()
  FROM shop s, article a
  JOIN (SELECT product_id, sum(quantity) AS stock, max(sequence) AS last FROM billing_stockmovement
         WHERE product_id IN (SELECT id FROM article) GROUP BY product_id) m ON m.product_id = a.id;

-- Each entry after the one before it, as ledger/chain.py says.
DO $$
DECLARE
    e ledger_entry;
    previous bytea;
    postings text;
BEGIN
    FOR e IN SELECT * FROM ledger_entry WHERE business_id = (SELECT id FROM shop) ORDER BY customer_id, sequence LOOP
        SELECT string_agg(ledger_posting_text(p.account_id, p.side, p.amount_paise), ''
                          ORDER BY p.account_id, p.side COLLATE "C", p.amount_paise)
          INTO postings FROM ledger_posting p WHERE p.entry_id = e.id;
        previous := ledger_entry_hash(e, CASE WHEN e.sequence = 1 THEN '' ELSE previous END, postings);
        UPDATE ledger_entry SET hash = previous WHERE id = e.id;
    END LOOP;
END $$;
UPDATE ledger_account a SET last_hash = e.hash FROM shop s, ledger_entry e
 WHERE a.business_id = s.id AND e.business_id = s.id AND e.customer_id = a.customer_id AND e.sequence = a.last_sequence;
