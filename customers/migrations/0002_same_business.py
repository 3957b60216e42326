"""A customer's login belongs to the customer's shop; names are found by trigrams of their sound; no customer is deleted."""

from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from execora.core.tenancy import owned_table, same_business


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial"), ("core", "0002_rights")]
    operations = [
        TrigramExtension(),
        owned_table("customers_customer"),
        same_business("customers_customer", "user_id", "core_user"),
        migrations.RunSQL(
            "CREATE INDEX customer_by_sound ON customers_customer USING gin (sound_keys gin_trgm_ops)",
            "DROP INDEX customer_by_sound",
        ),
        migrations.RunSQL(
            f"REVOKE DELETE ON customers_customer FROM {settings.APPLICATION_ROLE}", migrations.RunSQL.noop
        ),
    ]
