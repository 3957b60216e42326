"""A login lasts for many tokens, each of which a refresh token of the same login gives."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

import execora.core.ids
from execora.core.tenancy import deletable, owned_table, same_business


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_door"),
    ]

    operations = [
        migrations.AddField(
            model_name="authsession",
            name="last_used_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
            ),
        ),
        migrations.AddField(
            model_name="authsession",
            name="role",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_hash", models.BinaryField(max_length=32)),
                ("salt", models.BinaryField(default=bytes, max_length=16)),
                ("issued_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.business"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="core.authsession",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("business", "token_hash"), name="refresh_token_once")],
            },
        ),
        owned_table("core_authsession"),
        same_business("core_refreshtoken", "session_id", "core_authsession"),
        deletable("core_refreshtoken"),
    ]
