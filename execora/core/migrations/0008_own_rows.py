"""The application's role sees and writes the rows of one business at a time: the ground's, and Django's log of the admin."""

from django.db import migrations

from execora.core.tenancy import own_rows_only


class Migration(migrations.Migration):
    dependencies = [("core", "0007_second_factor"), ("admin", "0003_logentry_add_action_flag_choices")]
    operations = [
        own_rows_only("core_business", of="id", is_read_by_definer=True),
        own_rows_only("core_user", is_read_by_definer=True),
        own_rows_only("core_authsession", is_read_by_definer=True),
        own_rows_only("core_refreshtoken"),
        own_rows_only("core_socketticket"),
        own_rows_only("core_secondfactor"),
        own_rows_only("core_backupcode"),
        own_rows_only("core_auditevent"),
        own_rows_only("core_idempotencykey"),
        own_rows_only("core_counter"),
        own_rows_only("django_admin_log", of="(SELECT u.business_id FROM core_user u WHERE u.id = user_id)"),
    ]
