"""The search by ear is a function of the role that nobody is, with an index of each business's sounds."""

from pathlib import Path

from django.conf import settings
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations

from execora.core.tenancy import as_definer

FUNCTION = (Path(__file__).parent.parent / "sql" / "search.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_own_rows")]
    atomic = False  # an index that is made concurrently allows no transaction; each step may be repeated
    operations = [
        BtreeGinExtension(),
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS customer_by_business_and_sound",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY customer_by_business_and_sound"
            " ON customers_customer USING gin (business_id, sound_keys gin_trgm_ops)",
            "DROP INDEX customer_by_business_and_sound",
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION customers_sounding(text, uuid, int)"),
        as_definer("customers_sounding(text, uuid, int)", callers=settings.APPLICATION_ROLE),
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS customer_by_sound",
            "CREATE INDEX customer_by_sound ON customers_customer USING gin (sound_keys gin_trgm_ops)",
        ),
    ]
