"""Reminders and messages are seen and written in their own business alone."""

from django.db import migrations

from execora.core.tenancy import own_rows_only


class Migration(migrations.Migration):
    dependencies = [("reminders", "0003_door"), ("core", "0008_own_rows")]
    operations = [
        own_rows_only("reminders_reminder", is_read_by_definer=True),
        own_rows_only("reminders_outgoingmessage", is_read_by_definer=True),
    ]
