"""What the step before asked of shops is true of all of them."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0012_series_and_stock")]
    operations = [ValidateConstraint("business", "business_note_series_its_own")]
