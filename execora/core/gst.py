"""Goods and services tax: what every room must agree on."""

from execora.core.errors import BadInput

# Source: GST state codes, 01 to 38, and 97 for other territory.
STATE_NAMES = {
    "01": "Jammu and Kashmir",
    "02": "Himachal Pradesh",
    "03": "Punjab",
    "04": "Chandigarh",
    "05": "Uttarakhand",
    "06": "Haryana",
    "07": "Delhi",
    "08": "Rajasthan",
    "09": "Uttar Pradesh",
    "10": "Bihar",
    "11": "Sikkim",
    "12": "Arunachal Pradesh",
    "13": "Nagaland",
    "14": "Manipur",
    "15": "Mizoram",
    "16": "Tripura",
    "17": "Meghalaya",
    "18": "Assam",
    "19": "West Bengal",
    "20": "Jharkhand",
    "21": "Odisha",
    "22": "Chhattisgarh",
    "23": "Madhya Pradesh",
    "24": "Gujarat",
    "25": "Daman and Diu",
    "26": "Dadra and Nagar Haveli and Daman and Diu",
    "27": "Maharashtra",
    "28": "Andhra Pradesh (before division)",
    "29": "Karnataka",
    "30": "Goa",
    "31": "Lakshadweep",
    "32": "Kerala",
    "33": "Tamil Nadu",
    "34": "Puducherry",
    "35": "Andaman and Nicobar Islands",
    "36": "Telangana",
    "37": "Andhra Pradesh",
    "38": "Ladakh",
    "97": "Other Territory",
}
STATE_CODES = frozenset(STATE_NAMES)
# Union territories without a legislature: their share of the tax is UTGST. Source: UTGST Act, section 1(2).
UTGST_STATES = frozenset({"04", "25", "26", "31", "35", "38", "97"})
STATE_CODE_FORM = r"^(0[1-9]|[12][0-9]|3[0-8]|97)$"


def named_state(code: str) -> str:
    """Return "27 Maharashtra" as it stands on paper, or nothing for nothing."""
    return f"{code} {STATE_NAMES[code]}" if code in STATE_NAMES else code


class InvalidStateCode(BadInput):
    code = "INVALID_STATE_CODE"
    message = "Give the two-digit GST code of a state, 01 to 38: 27 is Maharashtra."


def checked_state_code(code: str, *, field: str = "stateCode") -> str:
    """Return `code` if it is a GST state code or empty; `field` is what the wire calls it.

    Raises:
        InvalidStateCode: it is neither.
    """
    if code and code not in STATE_CODES:
        raise InvalidStateCode(fields={field: [InvalidStateCode.message]})
    return code
