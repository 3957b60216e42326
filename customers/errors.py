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


class InvalidCode(DomainError):
    status = 401
    code = "INVALID_CODE"
    message = "The code is wrong or over. Ask for a new one."


class CodesOff(DomainError):
    code = "CODES_OFF"
    message = "This shop sends no codes. Log in with your password."
