"""Customers are seen and written in their own business alone."""

from django.db import migrations

from execora.core.tenancy import own_rows_only


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_codes"), ("core", "0008_own_rows")]
    operations = [
        own_rows_only("customers_customer", is_read_by_definer=True),
        own_rows_only("customers_logincode"),
    ]
