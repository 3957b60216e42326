-- Functions of a role that nobody is (settings.DEFINER_ROLE): it may read what they look up, and the application's role may call
-- them and nothing more. Every one names its search path, temporary tables last. Tables of later rooms are named in the
-- bodies alone: they are there when a function first runs.

-- The business that this connection acts in; NULL when it acts in none. Policies compare with (SELECT app_business()):
-- with the SELECT it is asked once a statement.
CREATE FUNCTION app_business() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('app.business', true), '')::uuid $$;

-- Who a live session of an active user is; acts in their business from here on, or in none when there is no such session.
CREATE FUNCTION enter(session_id uuid, user_id uuid)
    RETURNS TABLE (role text, customer_id uuid, expires_at timestamptz, business core_business)
    LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    login record;
BEGIN
    SELECT u.role::text AS role, c.id AS customer, s.expires_at AS ends, b AS business INTO login
      FROM core_authsession s
      JOIN core_user u ON u.id = s.user_id AND u.business_id = s.business_id
      JOIN core_business b ON b.id = s.business_id
      LEFT JOIN customers_customer c ON c.user_id = u.id AND c.business_id = u.business_id AND u.role = 'customer'
     WHERE s.id = enter.session_id AND s.user_id = enter.user_id AND s.revoked_at IS NULL
       AND s.expires_at > clock_timestamp() AND u.is_active AND (u.role <> 'customer' OR c.id IS NOT NULL);
    IF NOT FOUND THEN
        PERFORM set_config('app.business', '', false);
        RETURN;
    END IF;
    PERFORM set_config('app.business', (login.business).id::text, false);
    RETURN QUERY SELECT login.role, login.customer, login.ends, login.business;
END $$;

CREATE FUNCTION user_of_username(username text) RETURNS TABLE (business_id uuid, user_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public, pg_temp AS
    $$ SELECT u.business_id, u.id FROM core_user u WHERE lower(u.username) = lower(user_of_username.username) $$;

CREATE FUNCTION business_of_user(user_id uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
    $$ SELECT u.business_id FROM core_user u WHERE u.id = business_of_user.user_id AND u.is_active $$;

CREATE FUNCTION business_of_number(whatsapp_number_id text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
    $$ SELECT b.id FROM core_business b WHERE b.whatsapp_number_id = business_of_number.whatsapp_number_id $$;

CREATE FUNCTION business_of_slug(slug text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
    $$ SELECT b.id FROM core_business b WHERE b.slug = business_of_slug.slug $$;

CREATE FUNCTION businesses_count() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
    $$ SELECT count(*) FROM core_business $$;
