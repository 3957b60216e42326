"""The rules of the new kinds hold for all rows; checked without a lock that stops writers."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_more_kinds")]
    operations = [
        ValidateConstraint("account", "account_kind_known"),
        ValidateConstraint("entry", "entry_kind_says_direction"),
    ]
