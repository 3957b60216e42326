-- A shop's history, written at once. Expects seed_customer (place, id) and seed_product (place, id) beside the tables, and the
-- settings seed.business, seed.staff, seed.entries, seed.invoices. The triggers are off: what they hold is made to hold here,
-- and verify_books says whether it does. Nothing is random twice: every choice follows from the number of its entry.

-- An id of version 7 of a moment, by table and number: in the order of time, as the application's own are.
CREATE FUNCTION pg_temp.id_at(moment timestamptz, tag int, number bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(tag), 3, '0') || '8'
            || lpad(to_hex(number), 15, '0'))::uuid
$$;

CREATE FUNCTION pg_temp.pick(number bigint, salt int, most bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(number, salt) & 4611686018427387903) % most
$$;

-- Three in ten entries besides bills are credit, the rest payments. They end a day ago and go back 300 days.
CREATE TEMP TABLE fact AS
SELECT n, at, (at AT TIME ZONE 'Asia/Kolkata')::date AS day, kind, c.id AS customer,
       pg_temp.id_at(at, 1, n) AS entry, paise
  FROM (SELECT n, date_trunc('day', now()) - interval '1 day'
                      - interval '300 days' * (1 - n::float8 / :entries) AS at,
               CASE WHEN n * :invoices / :entries > (n - 1) * :invoices / :entries THEN 'invoice'
                    WHEN pg_temp.pick(n, 1, 10) < 3 THEN 'credit' ELSE 'payment' END AS kind,
               (10 + pg_temp.pick(n, 2, 190)) * 100 AS paise,
               pg_temp.pick(n, 3, :customers) AS place
          FROM generate_series(1::bigint, :entries) n) f
  JOIN seed_customer c USING (place);

-- Two lines a bill, of two products. Prices include the tax: what rounding leaves stays in the taxable value.
CREATE TEMP TABLE sold AS
SELECT n, line, day, at, customer, product, name, unit, hsn, rate, price, quantity, price * quantity AS total,
       round(price * quantity * rate / (2.0 * (10000 + rate)))::bigint AS half_tax
  FROM (SELECT f.*, line, 1 + pg_temp.pick(n, 5 + line, 5) AS quantity,
               (pg_temp.pick(n, 4, :products) + (line - 1) * (1 + pg_temp.pick(n, 8, :products - 1))) % :products AS place
          FROM fact f, generate_series(1, 2) line WHERE kind = 'invoice') f
  JOIN (SELECT s.place, p.id AS product, p.name, p.unit, p.hsn, p.gst_rate_bp AS rate, p.price_paise AS price
          FROM seed_product s JOIN billing_product p USING (id)) p USING (place);

CREATE TEMP TABLE bill AS
SELECT n, year, row_number() OVER (PARTITION BY year ORDER BY n) AS number, total, half_tax
  FROM (SELECT n, to_char(day - interval '3 months', 'YY') || '-' || to_char(day + interval '9 months', 'YY') AS year,
               sum(total)::bigint AS total, sum(half_tax)::bigint AS half_tax
          FROM sold GROUP BY n, day) b;
CREATE INDEX ON bill (n);
ANALYZE fact, sold, bill;

INSERT INTO ledger_account (id, business_id, kind, customer_id, balance_paise, last_sequence)
SELECT gen_random_uuid(), :business, kind, NULL, 0, 0
  FROM unnest(ARRAY['cash', 'upi', 'sales', 'cgst', 'sgst']) kind;

INSERT INTO ledger_entry (id, business_id, kind, customer_id, sequence, total_paise, effect_paise, balance_after_paise,
                          mode, description, occurred_on, recorded_at, user_id, channel, correlation_id)
SELECT entry, :business, kind, customer, row_number() OVER khata, abs(effect), effect, sum(effect) OVER khata,
       CASE WHEN kind = 'payment' THEN CASE pg_temp.pick(n, 9, 2) WHEN 0 THEN 'cash' ELSE 'upi' END ELSE '' END,
       CASE WHEN kind = 'credit' THEN 'Rashan' ELSE '' END, day, at, :staff, 'rest', 'seed-' || n
  FROM (SELECT f.*, CASE kind WHEN 'invoice' THEN b.total WHEN 'credit' THEN paise ELSE -paise END AS effect
          FROM fact f LEFT JOIN bill b USING (n)) f
WINDOW khata AS (PARTITION BY customer ORDER BY n);

INSERT INTO ledger_account (id, business_id, kind, customer_id, balance_paise, last_sequence)
SELECT gen_random_uuid(), :business, 'receivable', c.id, coalesce(e.balance_after_paise, 0), coalesce(e.sequence, 0)
  FROM seed_customer c
  LEFT JOIN (SELECT DISTINCT ON (customer_id) customer_id, balance_after_paise, sequence
               FROM ledger_entry WHERE business_id = :business ORDER BY customer_id, sequence DESC) e ON e.customer_id = c.id;
ANALYZE ledger_account;

INSERT INTO ledger_posting (id, business_id, entry_id, account_id, side, amount_paise)
SELECT pg_temp.id_at(f.at, 1 + p.place, f.n), :business, f.entry, a.id, p.side, p.paise
  FROM fact f
  LEFT JOIN bill b USING (n)
 CROSS JOIN LATERAL (VALUES
       (1, 'receivable', CASE f.kind WHEN 'payment' THEN 'C' ELSE 'D' END, coalesce(b.total, f.paise)),
       (2, 'cash', 'D', CASE WHEN f.kind = 'payment' AND pg_temp.pick(f.n, 9, 2) = 0 THEN f.paise END),
       (3, 'upi', 'D', CASE WHEN f.kind = 'payment' AND pg_temp.pick(f.n, 9, 2) = 1 THEN f.paise END),
       (4, 'sales', 'C', CASE f.kind WHEN 'invoice' THEN b.total - 2 * b.half_tax WHEN 'credit' THEN f.paise END),
       (5, 'cgst', 'C', nullif(b.half_tax, 0)),
       (6, 'sgst', 'C', nullif(b.half_tax, 0))) p (place, kind, side, paise)
  JOIN ledger_account a ON a.business_id = :business AND a.kind = p.kind
                       AND coalesce(a.customer_id, a.business_id) = CASE p.kind WHEN 'receivable' THEN f.customer ELSE :business END
 WHERE p.paise IS NOT NULL;

INSERT INTO billing_invoice (id, business_id, customer_id, status, number, issued_on, place_of_supply, taxable_paise,
                             cgst_paise, sgst_paise, igst_paise, round_off_paise, total_paise, notes, entry_id,
                             cancel_reason, created_at, user_id, supplier_name, supplier_address, supplier_gstin,
                             supplier_state, recipient_name, recipient_address, recipient_state)
SELECT pg_temp.id_at(f.at, 16, n), o.id, f.customer, 'issued', b.year || '/A/' || lpad(b.number::text, 6, '0'), f.day,
       o.state_code, b.total - 2 * b.half_tax, b.half_tax, b.half_tax, 0, 0, b.total, '', f.entry, '', f.at, :staff,
       o.name, o.address, o.gstin, o.state_code, c.name, c.address, o.state_code
  FROM fact f JOIN bill b USING (n) JOIN customers_customer c ON c.id = f.customer JOIN core_business o ON o.id = :business;

INSERT INTO billing_invoiceitem (id, business_id, invoice_id, line, product_id, description, hsn, uqc, quantity, unit,
                                 stock_quantity, unit_price_paise, price_unit, discount_paise, gst_rate_bp, taxable_paise,
                                 cgst_paise, sgst_paise, igst_paise, total_paise)
SELECT pg_temp.id_at(at, 16 + line, n), :business, pg_temp.id_at(at, 16, n), line, product, name, hsn,
       CASE unit WHEN 'kg' THEN 'KGS' ELSE 'PCS' END, quantity, unit, quantity, price, unit, 0, rate, total - 2 * half_tax,
       half_tax, half_tax, 0, total
  FROM sold;

INSERT INTO billing_numberseries (id, business_id, financial_year, series, last_number)
SELECT gen_random_uuid(), :business, year, 'A', max(number) FROM bill GROUP BY year;

INSERT INTO billing_stockmovement (id, business_id, product_id, sequence, quantity, stock_after, reason, note, invoice_id,
                                   user_id, at)
SELECT id, :business, product, row_number() OVER shelf, quantity, sum(quantity) OVER shelf, reason, '', invoice, :staff, at
  FROM (SELECT pg_temp.id_at(at, 18 + line, n) AS id, product, -quantity::numeric AS quantity, 'sale' AS reason,
               pg_temp.id_at(at, 16, n) AS invoice, at, n, line FROM sold
        UNION ALL
        SELECT gen_random_uuid(), id, 1000000, 'opening', NULL, now() - interval '302 days', 0, 0 FROM seed_product) m
WINDOW shelf AS (PARTITION BY product ORDER BY n, line);

UPDATE billing_product p SET stock = m.stock_after, last_movement = m.sequence
  FROM (SELECT DISTINCT ON (product_id) product_id, stock_after, sequence
          FROM billing_stockmovement WHERE business_id = :business ORDER BY product_id, sequence DESC) m
 WHERE p.id = m.product_id;
