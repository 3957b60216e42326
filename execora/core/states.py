"""The states and union territories of India by their GST code, as they stand on paper."""

from execora.core.gst import STATE_NAMES


def named_state(code: str) -> str:
    """Return "27 Maharashtra", or nothing for nothing."""
    return f"{code} {STATE_NAMES[code]}" if code in STATE_NAMES else code
