"""Who may do what: one table from role to permissions. Roles come from the database alone."""

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    ADMIN = "admin"
    STAFF = "staff"
    CUSTOMER = "customer"


class Permission(StrEnum):
    """What an actor may do. Rows are narrowed further by `visible_to`: a customer's views show only their own."""

    CUSTOMER_VIEW = "customer.view"
    CUSTOMER_SEARCH = "customer.search"
    CUSTOMER_CREATE = "customer.create"
    CUSTOMER_CHANGE = "customer.change"
    CUSTOMER_LOGIN_OPEN = "customer.login_open"
    PRODUCT_VIEW = "product.view"
    PRODUCT_CHANGE = "product.change"
    STOCK_CHANGE = "stock.change"
    INVOICE_VIEW = "invoice.view"
    INVOICE_ISSUE = "invoice.issue"
    INVOICE_CANCEL = "invoice.cancel"
    CREDIT_NOTE_ISSUE = "credit_note.issue"
    LEDGER_VIEW = "ledger.view"
    PAYMENT_RECORD = "payment.record"
    CREDIT_RECORD = "credit.record"
    OPENING_BALANCE_RECORD = "opening_balance.record"
    WRITE_OFF_RECORD = "write_off.record"
    ENTRY_REVERSE = "entry.reverse"
    ENTRY_REVERSE_ANY = "entry.reverse_any"
    REMINDER_VIEW = "reminder.view"
    REMINDER_CHANGE = "reminder.change"
    SUMMARY_VIEW = "summary.view"
    SESSION_VIEW = "session.view"
    RECORDING_DELETE = "recording.delete"
    VOICE_USE = "voice.use"
    EVENT_RECEIVE = "event.receive"
    LOGIN_MANAGE_OWN = "login.manage_own"
    USER_MANAGE = "user.manage"
    BUSINESS_CHANGE = "business.change"
    AUDIT_VIEW = "audit.view"
    BOOKS_VERIFY = "books.verify"
    BOOKS_EXPORT = "books.export"


_CUSTOMER = frozenset(
    {
        Permission.CUSTOMER_VIEW,
        Permission.INVOICE_VIEW,
        Permission.LEDGER_VIEW,
        Permission.SESSION_VIEW,
        Permission.VOICE_USE,
        Permission.EVENT_RECEIVE,
        Permission.LOGIN_MANAGE_OWN,
    }
)
_ADMIN_ONLY = frozenset(
    {
        Permission.ENTRY_REVERSE_ANY,
        Permission.WRITE_OFF_RECORD,
        Permission.RECORDING_DELETE,
        Permission.USER_MANAGE,
        Permission.BUSINESS_CHANGE,
        Permission.AUDIT_VIEW,
        Permission.BOOKS_EXPORT,
    }
)
_STAFF = frozenset(Permission) - _ADMIN_ONLY

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.STAFF: _STAFF,
    Role.CUSTOMER: _CUSTOMER,
}
# What the system does by itself (a reminder's occurrence falls due, a recording's time is over, the night comes to verify the books, a customer proved to have
# their phone), on nobody's behalf.
SYSTEM_PERMISSIONS: frozenset[Permission] = frozenset(
    {
        Permission.REMINDER_CHANGE,
        Permission.REMINDER_VIEW,
        Permission.RECORDING_DELETE,
        Permission.CUSTOMER_LOGIN_OPEN,
        Permission.BOOKS_VERIFY,
    }
)
