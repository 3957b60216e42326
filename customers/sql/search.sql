-- Customers of the business that is acted in who sound like `key`, best first. Runs as the role of core/sql/door.sql: what
-- LIKE and %> say of a row could tell of rows that a policy hides, so under a policy PostgreSQL reads every customer of the
-- business and never uses the index of sounds. Here the business is a condition like any other. The planner takes %> for as
-- cheap as a comparison, which it is not: pages that cost little by themselves let it look at the index first.
CREATE OR REPLACE FUNCTION customers_sounding(key text, only_customer uuid, most int) RETURNS TABLE (customer_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 60 SET search_path = pg_catalog, public, pg_temp SET random_page_cost = 1.1 AS $$
    SELECT c.id FROM customers_customer c
     WHERE c.business_id = app_business() AND (only_customer IS NULL OR c.id = only_customer)
       AND (c.sound_keys LIKE '% ' || key || '%' OR c.sound_keys %> key)
     ORDER BY word_similarity(key, c.sound_keys) DESC, c.last_active_at DESC, c.id LIMIT most
$$;
