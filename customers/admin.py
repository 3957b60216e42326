"""Customers in the admin."""

from django.contrib import admin

from customers.models import Customer
from execora.api.admin import OwnedAdmin
from execora.core.permissions import Permission


@admin.register(Customer)
class CustomerAdmin(OwnedAdmin):
    view_permission = Permission.CUSTOMER_VIEW
    list_display = ("code", "name", "nickname", "landmark", "phone_e164")
    search_fields = ("code", "name", "nickname", "landmark", "phone_e164")
    exclude = ("business",)
