"""The books in the admin: to read, and to reverse."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from execora.api.admin import OwnedAdmin, admin_actor, rupee_column
from execora.core.permissions import Permission
from ledger.commands import reverse_entry
from ledger.models import Account, Entry, Posting


class LedgerAdmin(OwnedAdmin):
    view_permission = Permission.LEDGER_VIEW


@admin.register(Account)
class AccountAdmin(LedgerAdmin):
    list_display = ("__str__", "kind", rupee_column("balance_paise", "Balance"), "last_sequence")
    list_filter = ("kind",)
    list_select_related = ("customer",)


@admin.register(Entry)
class EntryAdmin(LedgerAdmin):
    list_display = (
        "occurred_on",
        "kind",
        "customer",
        rupee_column("effect_paise", "Effect"),
        rupee_column("balance_after_paise", "Balance after"),
        "mode",
    )
    list_filter = ("kind", "mode")
    list_select_related = ("customer",)
    ordering = ("-id",)
    actions = ("reverse",)

    @admin.action(description="Reverse the chosen entries")
    def reverse(self, request: HttpRequest, chosen: QuerySet[Entry]) -> None:
        actor = admin_actor(request)
        for entry in chosen:
            self.attempt(
                request,
                partial(reverse_entry, actor, entry_id=entry.pk, reason="Reversed in the admin"),
                f"{entry} was reversed.",
            )


@admin.register(Posting)
class PostingAdmin(LedgerAdmin):
    list_display = ("entry", "account", "side", rupee_column("amount_paise", "Amount"))
    list_filter = ("side",)
    list_select_related = ("entry", "account__customer")
