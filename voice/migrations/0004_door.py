"""Recordings whose time is over are found in any business by functions of the role that nobody is."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from execora.core.tenancy import as_definer

FUNCTIONS = (Path(__file__).parent.parent / "sql" / "door.sql").read_text()
UNDO = """
DROP FUNCTION recordings_due(timestamptz, int);
DROP FUNCTION recordings_lost(timestamptz, int);
"""


class Migration(migrations.Migration):
    dependencies = [("voice", "0003_recordings"), ("core", "0004_door")]
    operations = [
        migrations.RunSQL(FUNCTIONS, UNDO),
        as_definer(
            "recordings_lost(timestamptz, int)",
            "recordings_due(timestamptz, int)",
            reads="voice_recording",
            callers=settings.APPLICATION_ROLE,
        ),
    ]
