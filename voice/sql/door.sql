-- Recordings whose turn it is, in any business: keys and nothing else. Run as the role of core/sql/door.sql.

-- Those whose upload nobody finished.
CREATE FUNCTION recordings_lost(before timestamptz, most int) RETURNS TABLE (business_id uuid, recording_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.business_id, r.id FROM voice_recording r
     WHERE r.state = 'uploading' AND r.ended_at < before ORDER BY r.ended_at LIMIT most
$$;

-- Those whose sound is kept no longer.
CREATE FUNCTION recordings_due(before timestamptz, most int) RETURNS TABLE (business_id uuid, recording_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.business_id, r.id FROM voice_recording r
     WHERE NOT r.state = 'deleted' AND r.ended_at < before ORDER BY r.ended_at LIMIT most
$$;
