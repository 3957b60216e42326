"""Who is who before a business is known: narrow functions of a role that nobody is."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import as_definer

FUNCTIONS = (Path(__file__).parent.parent / "sql" / "door.sql").read_text()
UNDO = """
DROP FUNCTION businesses_count();
DROP FUNCTION business_of_slug(text);
DROP FUNCTION business_of_number(text);
DROP FUNCTION business_of_user(uuid);
DROP FUNCTION user_of_username(text);
DROP FUNCTION enter(uuid, uuid);
DROP FUNCTION app_business();
"""
ROLE_THERE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{settings.DEFINER_ROLE}')
       OR NOT pg_has_role('{settings.DEFINER_ROLE}', 'MEMBER')
       OR NOT has_schema_privilege('{settings.DEFINER_ROLE}', 'public', 'CREATE') THEN
        RAISE EXCEPTION 'The definer role is missing. As a superuser run, in this database: CREATE ROLE {settings.DEFINER_ROLE} NOLOGIN; '
            'GRANT {settings.DEFINER_ROLE} TO %; GRANT USAGE, CREATE ON SCHEMA public TO {settings.DEFINER_ROLE}', current_user;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_state_known")]
    operations = [
        migrations.RunSQL(ROLE_THERE, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, UNDO),
        as_definer(
            "enter(uuid, uuid)",
            "user_of_username(text)",
            "business_of_user(uuid)",
            "business_of_number(text)",
            "business_of_slug(text)",
            "businesses_count()",
            reads="core_business, core_user, core_authsession",
            callers=settings.APPLICATION_ROLE,
        ),
    ]
