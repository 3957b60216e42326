"""The wider bounds of stock hold for all rows; checked without a lock that stops writers."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_stock_below_zero")]
    operations = [
        ValidateConstraint("product", "product_stock_bounded"),
        ValidateConstraint("stockmovement", "movement_stock_bounded"),
    ]
