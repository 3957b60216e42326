"""What the application's role may do: rows, never tables; nothing that must only grow may be changed, and little deleted."""

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import append_only, owned_table, same_business

ROLE = settings.APPLICATION_ROLE

# Logins and keys end one day, jobs are cleared away when done. Everything else stays.
DELETABLE = (
    "core_authsession, core_idempotencykey, django_session, procrastinate_jobs, procrastinate_events,"
    " procrastinate_periodic_defers, procrastinate_workers"
)

# Temporary tables and functions of its own are definitions too. The database's owner may take them away; PostgreSQL
# grants TEMPORARY, and before version 15 CREATE, to everybody.
NO_DEFINITIONS = f"""
DO $$ BEGIN
    BEGIN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, {ROLE}', current_database());
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    BEGIN
        REVOKE CREATE ON SCHEMA public FROM PUBLIC, {ROLE};
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    IF has_database_privilege('{ROLE}', current_database(), 'TEMPORARY')
       OR has_schema_privilege('{ROLE}', 'public', 'CREATE') THEN
        RAISE WARNING 'The application''s role may still define objects. As a superuser run: '
            'REVOKE TEMPORARY ON DATABASE % FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC', current_database();
    END IF;
END $$;
"""

RIGHTS = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        RAISE EXCEPTION 'The application''s role is missing. As a superuser run: CREATE ROLE {ROLE} LOGIN PASSWORD ''...''';
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO {ROLE};
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO {ROLE};
REVOKE DELETE ON ALL TABLES IN SCHEMA public FROM {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE DELETE ON TABLES FROM {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {ROLE};
GRANT DELETE ON {DELETABLE} TO {ROLE};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {ROLE};

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '42501';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("sessions", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(NO_DEFINITIONS, migrations.RunSQL.noop),
        append_only("core_auditevent", ROLE),
        owned_table("core_user"),
        same_business("core_authsession", "user_id", "core_user"),
        same_business("core_auditevent", "user_id", "core_user"),
        same_business("core_idempotencykey", "user_id", "core_user"),
    ]
