"""What the books refuse."""

from execora.core.errors import Conflict, DomainError, NotFound


class EntryNotFound(NotFound):
    code = "ENTRY_NOT_FOUND"
    message = "No such entry in the books."


class AlreadyReversed(Conflict):
    code = "ALREADY_REVERSED"
    message = "This entry was reversed before. Nothing was changed."


class NotReversible(Conflict):
    code = "NOT_REVERSIBLE"
    message = "This entry cannot be reversed by itself: cancel the invoice instead, or record the opposite."


class OpeningBalanceExists(Conflict):
    code = "OPENING_BALANCE_EXISTS"
    message = "The opening balance was recorded before. Reverse that entry, or record a credit or a payment."


class DateNotAllowed(DomainError):
    code = "DATE_NOT_ALLOWED"
    message = "Give a date that is not in the future and not more than 366 days ago."


class AmountTooLarge(DomainError):
    code = "AMOUNT_TOO_LARGE"
    message = "One entry moves at most 9,99,99,999 rupees."


class PaymentSplitWrong(DomainError):
    code = "PAYMENT_SPLIT_WRONG"
    message = "Give each mode of a split payment once, with its amount."


class WriteOffTooLarge(DomainError):
    code = "WRITE_OFF_TOO_LARGE"
    message = "Write off at most what the customer owes."
