-- Customers by what they say of themselves before it is known whose they are. Runs as the role of core/sql/door.sql.

-- By id or phone in every business, or in the one of this slug; by code only there, or in the only business there is.
CREATE FUNCTION customers_of(wanted_id uuid, wanted_code text, wanted_phone text, slug text)
    RETURNS TABLE (business_id uuid, customer_id uuid, user_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.business_id, c.id, c.user_id
      FROM customers_customer c
     WHERE (c.id = wanted_id OR c.phone_e164 = wanted_phone
            OR c.business_id = (SELECT b.id FROM core_business b
                                 WHERE b.slug = customers_of.slug
                                    OR customers_of.slug IS NULL AND (SELECT count(*) FROM core_business) = 1)
               AND c.code = wanted_code)
       AND (customers_of.slug IS NULL
            OR c.business_id = (SELECT b.id FROM core_business b WHERE b.slug = customers_of.slug))
     ORDER BY c.id LIMIT 10
$$;

CREATE INDEX customer_by_phone ON customers_customer (phone_e164) WHERE phone_e164 IS NOT NULL;
