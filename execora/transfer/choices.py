"""Which of a shop's rows leave with it. Every model has its choice here; a test fails for one that has none."""

from graphlib import TopologicalSorter

from django.apps import apps
from django.db.models import ForeignKey, Model

# Goes with the shop, whole or without the columns that are named.
TAKEN: dict[str, frozenset[str]] = {
    "core.Business": frozenset(),
    "core.User": frozenset({"password"}),
    "core.AuditEvent": frozenset(),
    "core.Counter": frozenset(),
    "customers.Customer": frozenset(),
    "ledger.Account": frozenset(),
    "ledger.Entry": frozenset(),
    "ledger.Posting": frozenset(),
    "billing.Product": frozenset(),
    "billing.TaxRate": frozenset(),
    "billing.NumberSeries": frozenset(),
    "billing.Invoice": frozenset(),
    "billing.InvoiceItem": frozenset(),
    "billing.CreditNote": frozenset(),
    "billing.CreditNoteItem": frozenset(),
    "billing.StockMovement": frozenset(),
    "reminders.Reminder": frozenset(),
    "reminders.OutgoingMessage": frozenset(),
    "voice.VoiceSession": frozenset(),
    "voice.Utterance": frozenset(),
}
# What a column that stays behind holds after the import: a hash that no password has.
INSTEAD = {"core.User": {"password": "!"}}
# Triggers that allow only what grows step by step: off while rows come that have grown already. These are loaded last, since
# nobody else may write their tables from then on until the end; what the rows must be then is checked as that of all others.
GROWN = {
    "billing.InvoiceItem": "billing_items_guarded",
    "billing.NumberSeries": "billing_series_guarded",
    "billing.StockMovement": "billing_stock_allowed",
}
# Stays behind, and why.
LEFT: dict[str, str] = {
    "core.AuthSession": "a login is on a device and at a server; people log in anew",
    "core.RefreshToken": "a secret",
    "core.SocketTicket": "a secret, for 30 s",
    "core.SecondFactor": "a secret, sealed under the server's key",
    "core.BackupCode": "a secret",
    "core.IdempotencyKey": "answers to requests that this server was sent",
    "billing.BooksVerification": "what this server found; the next one verifies what came by itself",
    "customers.LoginCode": "a secret, for five minutes",
    "voice.Recording": "the sound lies in this server's store, and was consented to be kept there",
    "webhooks.RawEvent": "belongs to no shop until it is read",
}


def taken_models() -> list[type[Model]]:
    """Return the models that leave with a shop, each after those that it refers to; GROWN ones last."""
    models = {label: apps.get_model(label) for label in TAKEN}
    graph = {
        label: {
            field.related_model._meta.label
            for field in model._meta.concrete_fields
            if isinstance(field, ForeignKey) and isinstance(field.related_model, type)
        }
        & (TAKEN.keys() - {label})
        for label, model in sorted(models.items())
    }
    order = list(TopologicalSorter(graph).static_order())
    return [models[label] for label in sorted(order, key=lambda label: label in GROWN)]
