"""Customers are found by id, code or phone before it is known whose they are."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import as_definer

FUNCTION = (Path(__file__).parent.parent / "sql" / "door.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_state_known"), ("core", "0004_door")]
    operations = [
        migrations.RunSQL(
            FUNCTION, "DROP FUNCTION customers_of(uuid, text, text, text); DROP INDEX customer_by_phone;"
        ),
        as_definer(
            "customers_of(uuid, text, text, text)", reads="customers_customer", callers=settings.APPLICATION_ROLE
        ),
    ]
