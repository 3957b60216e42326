"""What is refused about reminders."""

from execora.core.errors import Conflict, DomainError, NotFound


class ReminderNotFound(NotFound):
    code = "REMINDER_NOT_FOUND"
    message = "No such reminder. Look for the right one in the list of reminders."


class ReminderClosed(Conflict):
    code = "REMINDER_CLOSED"
    message = "This reminder is done or cancelled already. Schedule a new one."


class OutsideContactHours(DomainError):
    code = "OUTSIDE_CONTACT_HOURS"
    message = "Customers are not written to at this hour. Choose a time within the contact hours."


class DueInPast(DomainError):
    code = "REMINDER_IN_PAST"
    message = "This time has passed. Give a time that is still to come."


class DueTooFar(DomainError):
    code = "REMINDER_TOO_FAR"
    message = "This is more than a year ahead. Give a time within a year."
