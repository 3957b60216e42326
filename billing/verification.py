"""What must be true of bills, their numbers and the stock. Each statement is one pass over its tables."""

from execora.core.books import Check

BILLING_CHECKS = (
    Check(
        "an invoice is the sum of its lines",
        """
        SELECT i.id::text,
               'lines: ' || coalesce(l.taxable, 0) || ' + ' || coalesce(l.cgst, 0) || ' + ' || coalesce(l.sgst, 0)
                   || ' + ' || coalesce(l.igst, 0) || ' + ' || coalesce(l.cess, 0),
               'invoice: ' || i.taxable_paise || ' + ' || i.cgst_paise || ' + ' || i.sgst_paise || ' + ' || i.igst_paise
                   || ' + ' || i.cess_paise
                   || ', round-off ' || i.round_off_paise || ', total ' || i.total_paise
          FROM billing_invoice i
          LEFT JOIN (SELECT invoice_id, sum(taxable_paise) AS taxable, sum(cgst_paise) AS cgst, sum(sgst_paise) AS sgst,
                            sum(igst_paise) AS igst, sum(cess_paise) AS cess
                       FROM billing_invoiceitem GROUP BY invoice_id) l ON l.invoice_id = i.id
         WHERE (l.taxable, l.cgst, l.sgst, l.igst, l.cess)
                   IS DISTINCT FROM (i.taxable_paise, i.cgst_paise, i.sgst_paise, i.igst_paise, i.cess_paise)
            OR i.total_paise <> i.taxable_paise + i.cgst_paise + i.sgst_paise + i.igst_paise + i.cess_paise
                   + i.round_off_paise
        """,
    ),
    Check(
        "an issued invoice is what its entry in the books says; cancelled when, and only when, that is reversed",
        """
        SELECT i.id::text, i.status || ', total ' || i.total_paise || ' for ' || i.customer_id,
               coalesce(e.kind || ' ' || e.effect_paise || ' for ' || e.customer_id, 'no entry')
                   || CASE WHEN r.id IS NULL THEN '' ELSE ', reversed' END
          FROM billing_invoice i
          LEFT JOIN ledger_entry e ON e.id = i.entry_id AND e.business_id = i.business_id
          LEFT JOIN ledger_entry r ON r.reverses_id = e.id
         WHERE (i.status = 'draft' AND i.entry_id IS NOT NULL)
            OR (i.status <> 'draft'
                AND (e.id IS NULL OR e.kind <> 'invoice' OR e.customer_id <> i.customer_id
                     OR e.effect_paise <> i.total_paise OR (i.status = 'cancelled') <> (r.id IS NOT NULL)))
        """,
    ),
    Check(
        "every invoice entry in the books has its invoice",
        """
        SELECT e.id::text, 'an invoice', 'none'
          FROM ledger_entry e LEFT JOIN billing_invoice i ON i.entry_id = e.id
         WHERE e.kind = 'invoice' AND i.id IS NULL
        """,
    ),
    Check(
        "invoice numbers of a series run from 1 to its last without a gap, none twice",
        """
        SELECT coalesce(s.business_id, n.business_id) || ' ' || coalesce(s.name, n.name),
               '1 to ' || coalesce(s.last_number::text, 'no series'),
               coalesce(n.used, 0) || ' numbers, ' || coalesce(n.different, 0) || ' different, '
                   || coalesce(n.first || ' to ' || n.last, 'none')
          FROM (SELECT business_id, financial_year || '/' || series AS name, last_number FROM billing_numberseries) s
          FULL JOIN (SELECT business_id, left(number, -1 - length(digits)) AS name, count(*) AS used,
                            count(DISTINCT digits::bigint) AS different, min(digits::bigint) AS first,
                            max(digits::bigint) AS last
                       FROM (SELECT business_id, number, substring(number from '[0-9]+$') AS digits
                               FROM billing_invoice WHERE status <> 'draft' OFFSET 0) i
                      GROUP BY 1, 2) n
            ON n.business_id = s.business_id AND n.name = s.name
         WHERE coalesce(n.used, 0) IS DISTINCT FROM s.last_number
            OR n.used IS DISTINCT FROM n.different
            OR (n.used > 0 AND (n.first, n.last) IS DISTINCT FROM (1::bigint, s.last_number))
        """,
    ),
    Check(
        "a product's movements are numbered 1, 2, 3 and each stock follows from the one before",
        """
        SELECT id::text, 'number ' || place || ', stock ' || running, 'number ' || sequence || ', stock ' || stock_after
          FROM (SELECT id, sequence, stock_after, row_number() OVER shelf AS place, sum(quantity) OVER shelf AS running
                  FROM billing_stockmovement
                WINDOW shelf AS (PARTITION BY product_id ORDER BY sequence, id)) m
         WHERE sequence <> place OR stock_after <> running
        """,
    ),
    Check(
        "a product's stock is the sum of its movements",
        """
        SELECT p.id::text, 'stock ' || coalesce(m.stock, 0) || ' at ' || coalesce(m.last, 0),
               'stock ' || p.stock || ' at ' || p.last_movement
          FROM billing_product p
          LEFT JOIN (SELECT product_id, sum(quantity) AS stock, max(sequence) AS last
                       FROM billing_stockmovement GROUP BY product_id) m ON m.product_id = p.id
         WHERE p.stock <> coalesce(m.stock, 0) OR p.last_movement <> coalesce(m.last, 0)
        """,
    ),
    Check(
        "lines, movements and bills stay within one business",
        """
        SELECT o.id::text, 'business ' || o.business_id, o.kind || ' of ' || coalesce(o.other::text, 'none')
          FROM (SELECT l.id, l.business_id, 'invoice' AS kind, i.business_id AS other
                  FROM billing_invoiceitem l LEFT JOIN billing_invoice i ON i.id = l.invoice_id
                UNION ALL
                SELECT l.id, l.business_id, 'product', p.business_id
                  FROM billing_invoiceitem l LEFT JOIN billing_product p ON p.id = l.product_id
                 WHERE l.product_id IS NOT NULL
                UNION ALL
                SELECT m.id, m.business_id, 'product', p.business_id
                  FROM billing_stockmovement m LEFT JOIN billing_product p ON p.id = m.product_id
                UNION ALL
                SELECT i.id, i.business_id, 'customer', c.business_id
                  FROM billing_invoice i LEFT JOIN customers_customer c ON c.id = i.customer_id) o
         WHERE o.other IS DISTINCT FROM o.business_id
        """,
    ),
)
