"""Tickets that open a socket, each of a login of the same business."""

import django.db.models.deletion
from django.db import migrations, models

import execora.core.ids
from execora.core.tenancy import deletable, same_business


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_refresh"),
    ]

    operations = [
        migrations.CreateModel(
            name="SocketTicket",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_hash", models.BinaryField(max_length=32)),
                ("expires_at", models.DateTimeField()),
                ("login_expires_at", models.DateTimeField()),
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
                "constraints": [models.UniqueConstraint(fields=("business", "token_hash"), name="socket_ticket_once")],
            },
        ),
        same_business("core_socketticket", "session_id", "core_authsession"),
        deletable("core_socketticket"),
    ]
