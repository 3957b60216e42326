"""Authenticator apps and backup codes, each of a user of the same business."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import execora.core.ids
from execora.core.tenancy import deletable, owned_table, same_business


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_tickets"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sealed_key", models.TextField()),
                ("last_step", models.BigIntegerField()),
                ("failures", models.SmallIntegerField(default=0)),
                ("failed_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.business"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BackupCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code_hash", models.BinaryField(max_length=32)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.business"
                    ),
                ),
                (
                    "factor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="core.secondfactor",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="secondfactor",
            constraint=models.UniqueConstraint(fields=("business", "user"), name="second_factor_of_user"),
        ),
        migrations.AddConstraint(
            model_name="backupcode",
            constraint=models.UniqueConstraint(fields=("business", "factor", "code_hash"), name="backup_code_once"),
        ),
        owned_table("core_secondfactor"),
        same_business("core_secondfactor", "user_id", "core_user"),
        same_business("core_backupcode", "factor_id", "core_secondfactor"),
        deletable("core_secondfactor", "core_backupcode"),
    ]
