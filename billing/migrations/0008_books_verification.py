"""What the nightly verification of a shop's books found; kept for 90 days, then forgotten."""

import django.db.models.deletion
from django.db import migrations, models

import execora.core.ids
from execora.core.tenancy import deletable, own_rows_only


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0007_credit_notes_hold"),
        ("core", "0011_taxes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BooksVerification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=execora.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("entries", models.BigIntegerField()),
                ("duration_ms", models.IntegerField()),
                ("is_true", models.BooleanField(verbose_name="Books are right")),
                ("broken", models.JSONField(default=list)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.business"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["business", "-at"], name="verification_by_time")],
            },
        ),
        own_rows_only("billing_booksverification"),
        deletable("billing_booksverification"),
    ]
