"""Customers in the admin."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Model

from customers.commands import change_customer, create_customer
from customers.models import Customer
from execora.api.admin import WritableAdmin
from execora.core.actor import Actor
from execora.core.permissions import Permission
from execora.core.phone import to_e164


@admin.register(Customer)
class CustomerAdmin(WritableAdmin):
    view_permission = Permission.CUSTOMER_VIEW
    change_permission = Permission.CUSTOMER_CHANGE
    fields = ("name", "nickname", "landmark", "phone_e164", "address", "state_code", "gstin", "notes")
    list_display = ("code", "name", "nickname", "landmark", "phone_e164")
    search_fields = ("code", "name", "nickname", "landmark", "phone_e164")

    def write(self, actor: Actor, instance: Model | None, given: dict[str, Any]) -> Customer:
        phone = given["phone_e164"]
        values = {**given, "phone_e164": to_e164(phone) if phone else None}
        if instance is None:
            return create_customer(actor, **values)
        return change_customer(actor, customer=cast("Customer", instance), changes=values)
