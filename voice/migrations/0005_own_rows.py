"""What was said is seen and written in its own business alone."""

from django.db import migrations

from execora.core.tenancy import own_rows_only


class Migration(migrations.Migration):
    dependencies = [("voice", "0004_door"), ("core", "0008_own_rows")]
    operations = [
        own_rows_only("voice_voicesession"),
        own_rows_only("voice_utterance"),
        own_rows_only("voice_recording", is_read_by_definer=True),
    ]
