-- What waits too long, in any business: keys and nothing else. Run as the role of core/sql/door.sql.
CREATE FUNCTION reminders_lost(before timestamptz, most int)
    RETURNS TABLE (business_id uuid, reminder_id uuid, occurrence int)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.business_id, r.id, r.occurrence FROM reminders_reminder r
     WHERE r.status = 'scheduled' AND r.due_at < before ORDER BY r.due_at LIMIT most
$$;

CREATE FUNCTION messages_stuck(before timestamptz, most int) RETURNS TABLE (business_id uuid, message_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.business_id, m.id FROM reminders_outgoingmessage m
     WHERE m.status = 'sending' AND m.status_at < before ORDER BY m.status_at LIMIT most
$$;

-- Messages are in "sending" for seconds: this index stays small however many were sent.
CREATE INDEX message_sending ON reminders_outgoingmessage (status_at) WHERE status = 'sending';
