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
        "invoice numbers of a series, and those of credit notes, run from 1 to its last without a gap, none twice",
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
                               FROM (SELECT business_id, number FROM billing_invoice WHERE status <> 'draft'
                                     UNION ALL SELECT business_id, number FROM billing_creditnote) d OFFSET 0) i
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
    Check(
        "a credit note is the sum of its lines, of an issued invoice, and what its entry in the books says",
        """
        SELECT n.id::text,
               'lines: ' || coalesce(l.taxable, 0) || ' + ' || coalesce(l.taxes, 0) || ', entry '
                   || coalesce(e.kind || ' ' || e.effect_paise || ' for ' || e.customer_id, 'none'),
               'note: ' || n.taxable_paise || ' + ' || n.cgst_paise + n.sgst_paise + n.igst_paise + n.cess_paise
                   || ', total ' || n.total_paise || ' for ' || n.customer_id || ' of an invoice '
                   || coalesce(i.status || ' for ' || i.customer_id, 'that is not there')
          FROM billing_creditnote n
          LEFT JOIN billing_invoice i ON i.id = n.invoice_id
          LEFT JOIN ledger_entry e ON e.id = n.entry_id AND e.business_id = n.business_id
          LEFT JOIN ledger_entry r ON r.reverses_id = e.id
          LEFT JOIN (SELECT note_id, sum(taxable_paise) AS taxable,
                            sum(cgst_paise + sgst_paise + igst_paise + cess_paise) AS taxes
                       FROM billing_creditnoteitem GROUP BY note_id) l ON l.note_id = n.id
         WHERE (l.taxable, l.taxes, e.kind, e.effect_paise, e.customer_id, i.status, i.customer_id)
                   IS DISTINCT FROM (n.taxable_paise, n.cgst_paise + n.sgst_paise + n.igst_paise + n.cess_paise,
                                     'credit_note', -n.total_paise, n.customer_id, 'issued', n.customer_id)
            OR r.id IS NOT NULL
        """,
    ),
    Check(
        "every credit note entry in the books has its credit note",
        """
        SELECT e.id::text, 'a credit note', 'none'
          FROM ledger_entry e LEFT JOIN billing_creditnote n ON n.entry_id = e.id
         WHERE e.kind = 'credit_note' AND n.id IS NULL
        """,
    ),
    Check(
        "the credit notes of a line take no more than was billed, and all of it when nothing is left",
        """
        SELECT t.invoice_id || ' line ' || t.line, i.quantity || ' for ' || i.total_paise, t.quantity || ' for ' || t.total
          FROM (SELECT c.invoice_id, n.line, sum(n.quantity) AS quantity, sum(n.total_paise) AS total
                  FROM billing_creditnoteitem n JOIN billing_creditnote c ON c.id = n.note_id GROUP BY 1, 2) t
          LEFT JOIN billing_invoiceitem i ON i.invoice_id = t.invoice_id AND i.line = t.line
         WHERE i.id IS NULL OR t.quantity > i.quantity OR t.total > i.total_paise
            OR (t.quantity = i.quantity AND t.total <> i.total_paise)
        """,
    ),
    Check(
        "a credit note brought back to the stock what its lines say, or nothing",
        """
        SELECT n.id::text, coalesce(l.quantity, 0) || ' of ' || coalesce(l.product_id, m.product_id),
               coalesce(m.quantity, 0) || ' of ' || coalesce(l.product_id, m.product_id)
          FROM (SELECT i.note_id, i.product_id, sum(i.stock_quantity) AS quantity
                  FROM billing_creditnoteitem i JOIN billing_creditnote c ON c.id = i.note_id
                 WHERE c.restock AND i.product_id IS NOT NULL GROUP BY 1, 2) l
          FULL JOIN (SELECT credit_note_id, product_id, sum(quantity) AS quantity
                       FROM billing_stockmovement WHERE credit_note_id IS NOT NULL GROUP BY 1, 2) m
            ON m.credit_note_id = l.note_id AND m.product_id = l.product_id
          JOIN billing_creditnote n ON n.id = coalesce(l.note_id, m.credit_note_id)
         WHERE l.quantity IS DISTINCT FROM m.quantity
        """,
    ),
)
