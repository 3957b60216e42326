"""Amounts, days and payment links as they stand on paper."""

from datetime import date
from urllib.parse import quote

from execora.core.money import indian_rupees, rupees

_MOST_NOTE, _MOST_REFERENCE = 50, 35


def printed(paise: int) -> str:
    """Return paise grouped and with two decimals: 12500000 -> "1,25,000.00"."""
    text = indian_rupees(paise)
    return text if paise % 100 else f"{text}.00"


def printed_day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def percent(basis_points: float) -> str:
    """Return a rate without needless zeros: 1800 -> "18", 25 -> "0.25"."""
    return f"{basis_points / 100:.2f}".rstrip("0").rstrip(".")


def upi_link(*, address: str, name: str, amount_paise: int, reference: str, note: str) -> str:
    """Return the link that opens a payment app with everything filled in. It never proves that money came.

    Source: NPCI, UPI linking specification: `tn` takes 50 characters, `tr` 35; values are percent-encoded.
    """
    values = {
        "pa": address,
        "pn": name,
        "am": rupees(amount_paise),
        "cu": "INR",
        "tn": note[:_MOST_NOTE],
        "tr": reference[:_MOST_REFERENCE],
    }
    return "upi://pay?" + "&".join(f"{key}={quote(value, safe='@')}" for key, value in values.items())
