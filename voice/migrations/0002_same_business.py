"""Sessions and utterances stay within one shop."""

from django.db import migrations

from execora.core.tenancy import owned_table, same_business


class Migration(migrations.Migration):
    dependencies = [("voice", "0001_initial"), ("core", "0002_rights")]
    operations = [
        owned_table("voice_voicesession"),
        same_business("voice_voicesession", "user_id", "core_user"),
        same_business("voice_utterance", "session_id", "voice_voicesession"),
    ]
