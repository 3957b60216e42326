"""What waits too long is found in any business by functions of the role that nobody is."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import as_definer

FUNCTIONS = (Path(__file__).parent.parent / "sql" / "door.sql").read_text()
UNDO = """
DROP INDEX message_sending;
DROP FUNCTION messages_stuck(timestamptz, int);
DROP FUNCTION reminders_lost(timestamptz, int);
"""


class Migration(migrations.Migration):
    dependencies = [("reminders", "0002_same_business"), ("core", "0004_door")]
    operations = [
        migrations.RunSQL(FUNCTIONS, UNDO),
        as_definer(
            "reminders_lost(timestamptz, int)",
            "messages_stuck(timestamptz, int)",
            reads="reminders_reminder, reminders_outgoingmessage",
            callers=settings.APPLICATION_ROLE,
        ),
    ]
