"""Every business, for work that is done in each of them by nobody in particular."""

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import as_definer

FUNCTION = """
CREATE FUNCTION business_ids() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
    $$ SELECT b.id FROM core_business b ORDER BY b.id $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0008_own_rows")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION business_ids()"),
        as_definer("business_ids()", callers=settings.APPLICATION_ROLE),
    ]
