"""What ends a user's sessions in the admin with their other logins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0009_business_ids")]
    operations = [
        migrations.AddField("user", "login_epoch", models.IntegerField(db_default=0, default=0, editable=False)),
    ]
