"""What is refused about people."""

from execora.core.errors import Conflict, DomainError, NotFound


class CustomerNotFound(NotFound):
    code = "CUSTOMER_NOT_FOUND"
    message = "No such customer. Look for the right one with customers/search."


class CustomerExists(Conflict):
    code = "CUSTOMER_EXISTS"
    message = "This customer exists already. Add a nickname, a landmark or another phone to tell the two apart."


class InvalidGstin(DomainError):
    status = 400
    code = "INVALID_GSTIN"
    message = "The GSTIN is not valid: its 15 characters or its check character are wrong."


class InvalidCredentials(DomainError):
    status = 401
    code = "INVALID_CREDENTIALS"
    message = "The name or the password is wrong."
