"""One-time codes: one a customer, the newest."""

import django.db.models.deletion
from django.db import migrations, models

import execora.core.ids
from execora.core.tenancy import deletable, same_business


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_tickets"),
        ("customers", "0004_door"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("challenge_id", models.UUIDField()),
                ("code_hash", models.BinaryField(max_length=32)),
                ("tries", models.SmallIntegerField(default=0)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "customer"), name="login_code_newest"),
                    models.UniqueConstraint(fields=("business", "challenge_id"), name="login_code_of_challenge"),
                ],
            },
        ),
        same_business("customers_logincode", "customer_id", "customers_customer"),
        deletable("customers_logincode"),
    ]
