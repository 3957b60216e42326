-- At commit: a stock goes below zero, or further below, only by a sale of a shop that allows it.
CREATE FUNCTION billing_stock_below_zero() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.reason <> 'sale'
       OR NOT EXISTS (SELECT FROM core_business b WHERE b.id = NEW.business_id AND b.allows_negative_stock) THEN
        RAISE EXCEPTION 'movement % takes more than is there', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER billing_stock_allowed AFTER INSERT ON billing_stockmovement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.stock_after < 0 AND NEW.quantity < 0)
    EXECUTE FUNCTION billing_stock_below_zero();
