"""Reminders and messages stay within one shop."""

from django.db import migrations

from execora.core.tenancy import owned_table, same_business


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial"), ("customers", "0002_same_business")]
    operations = [
        owned_table("reminders_reminder"),
        same_business("reminders_reminder", "customer_id", "customers_customer"),
        same_business("reminders_reminder", "user_id", "core_user"),
        same_business("reminders_outgoingmessage", "customer_id", "customers_customer"),
        same_business("reminders_outgoingmessage", "reminder_id", "reminders_reminder"),
    ]
