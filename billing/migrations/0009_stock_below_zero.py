"""Stock may go below zero, by sales alone and where the shop allows it."""

from pathlib import Path

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from billing.units import MAX_QUANTITY
from execora.core.tenancy import as_definer

RULES = (Path(__file__).parent.parent / "sql" / "stock_below_zero.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_books_verification"), ("core", "0013_series_and_stock_hold")]
    operations = [
        migrations.RemoveConstraint("product", "product_stock_positive"),
        AddConstraintNotValid(
            "product",
            models.CheckConstraint(
                condition=models.Q(stock__gte=-MAX_QUANTITY, stock__lte=MAX_QUANTITY), name="product_stock_bounded"
            ),
        ),
        migrations.RemoveConstraint("stockmovement", "movement_leaves_stock"),
        AddConstraintNotValid(
            "stockmovement",
            models.CheckConstraint(
                condition=models.Q(stock_after__gte=-MAX_QUANTITY, stock_after__lte=MAX_QUANTITY),
                name="movement_stock_bounded",
            ),
        ),
        migrations.RunSQL(RULES, "DROP FUNCTION billing_stock_below_zero() CASCADE"),
        as_definer("billing_stock_below_zero()"),
    ]
