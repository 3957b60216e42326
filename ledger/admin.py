"""The books in the admin: to read only."""

from django.contrib import admin

from execora.api.admin import OwnedAdmin
from execora.core.permissions import Permission
from ledger.models import Account, Entry, Posting


class LedgerAdmin(OwnedAdmin):
    view_permission = Permission.LEDGER_VIEW
    exclude = ("business",)


@admin.register(Account)
class AccountAdmin(LedgerAdmin):
    list_display = ("__str__", "kind", "balance_paise", "last_sequence")
    list_filter = ("kind",)


@admin.register(Entry)
class EntryAdmin(LedgerAdmin):
    list_display = ("occurred_on", "kind", "customer", "effect_paise", "balance_after_paise", "mode")
    list_filter = ("kind", "mode")
    date_hierarchy = "occurred_on"


@admin.register(Posting)
class PostingAdmin(LedgerAdmin):
    list_display = ("entry", "account", "side", "amount_paise")
    list_filter = ("side",)
