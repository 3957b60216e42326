"""The states and union territories of India by their GST code."""

from execora.core.gst import STATE_CODES

_NAMES = """
01 Jammu and Kashmir|02 Himachal Pradesh|03 Punjab|04 Chandigarh|05 Uttarakhand|06 Haryana|07 Delhi|08 Rajasthan|09 Uttar Pradesh|
10 Bihar|11 Sikkim|12 Arunachal Pradesh|13 Nagaland|14 Manipur|15 Mizoram|16 Tripura|17 Meghalaya|18 Assam|19 West Bengal|
20 Jharkhand|21 Odisha|22 Chhattisgarh|23 Madhya Pradesh|24 Gujarat|25 Daman and Diu|26 Dadra and Nagar Haveli and Daman and Diu|
27 Maharashtra|28 Andhra Pradesh (before 2014)|29 Karnataka|30 Goa|31 Lakshadweep|32 Kerala|33 Tamil Nadu|34 Puducherry|
35 Andaman and Nicobar Islands|36 Telangana|37 Andhra Pradesh|38 Ladakh|97 Other Territory
"""
_ENTRIES = (entry.strip() for entry in _NAMES.replace("\n", "").split("|"))
STATE_NAMES: dict[str, str] = {entry[:2]: entry[3:] for entry in _ENTRIES}
# Source: UTGST Act, section 1(2): union territories without a legislature. Delhi, Puducherry and Jammu and Kashmir have one.
TERRITORIES_WITHOUT_LEGISLATURE = frozenset({"04", "25", "26", "31", "35", "38", "97"})


def named_state(code: str) -> str:
    """Return "27 Maharashtra", or nothing for nothing."""
    return f"{code} {STATE_NAMES[code]}" if code in STATE_CODES else code
