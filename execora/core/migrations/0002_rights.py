"""What the application's role may do: rows, never tables; and nothing that must only grow may be changed."""

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import append_only, owned_table, same_business

ROLE = settings.APPLICATION_ROLE

RIGHTS = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        RAISE EXCEPTION 'The application''s role is missing. As a superuser run: CREATE ROLE {ROLE} LOGIN PASSWORD ''...''';
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO {ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {ROLE};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {ROLE};

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '42501';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        append_only("core_auditevent", ROLE),
        owned_table("core_user"),
        same_business("core_authsession", "user_id", "core_user"),
        same_business("core_auditevent", "user_id", "core_user"),
        same_business("core_idempotencykey", "user_id", "core_user"),
    ]
