"""What may not be written: tokens, secrets, phone numbers and query strings are masked in texts we did not write."""

import hashlib
import re

MASK = "[masked]"

# All repetitions before a value are bounded, so that no text makes a pattern slow.
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,4}")
_URL_PASSWORD = re.compile(r"(://[^\s:/@]{0,64}:)[^\s]{1,200}@")
_QUERY = re.compile(r"\?[^\s\"'<>]+")
_AUTHORIZATION = re.compile(
    r"(?i)\b(bearer|basic|authorization)\b([\"']?\s{0,3}[:=,.]?\s{0,3}b?[\"']?)"
    r"(?:(?:bearer|basic)\s{1,3})?[^\s\"',)\]}]+"
)
_NAMED_SECRET = re.compile(
    r"(?i)((?:password|passwd|pwd|secret|token|ticket|otp|api[_-]?key|cookie|sessionid|signature)[a-z0-9_-]{0,32}"
    r"[\"']?\s{0,3}[=:]\s{0,3}b?[\"']?)[^\s\"',;&)\]}]+"
)
# What may stand in quotes: names of our own schema, and where a server is.
_NAME_IN_QUOTES = re.compile(
    r"\b(constraint|relation|table|column|index|function|role|user|database|server at|host|module|attribute) "
    r"[\"']([\w.:-]{1,64})[\"']"
)
_QUOTE = re.compile(r"\"|(?<![A-Za-z])'|'(?![A-Za-z])")  # not the apostrophe of "can't"
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[\s().-]?\d){8,14}(?![\w-])")


def masked(text: str) -> str:
    """Return `text` without tokens, named secrets, query strings, passwords in addresses and phone numbers."""
    text = _JWT.sub(MASK, text)
    text = _URL_PASSWORD.sub(rf"\1{MASK}@", text)
    text = _QUERY.sub(f"?{MASK}", text)
    text = _AUTHORIZATION.sub(rf"\1\2{MASK}", text)
    text = _NAMED_SECRET.sub(rf"\1{MASK}", text)
    return _PHONE.sub(MASK, text)


def without_values(text: str) -> str:
    """Return `text` masked, and with nothing left of what it quotes: faults quote the value that they could not take."""
    text = _NAME_IN_QUOTES.sub(r"\1 \2", masked(text))
    quotes = [found.start() for found in _QUOTE.finditer(text)]
    if not quotes:
        return text
    # From the first to the last, for a value may hold quotes; without a last one, to the end.
    rest = text[quotes[-1] + 1 :] if len(quotes) > 1 else ""
    return f"{text[: quotes[0]]}{MASK}{rest}"


def phone_hash(phone_e164: str, key: str | bytes) -> str:
    """Return 16 hexadecimal digits that name a phone in logs; without `key` they cannot be traced back to it."""
    secret = key.encode("utf-8") if isinstance(key, str) else key
    if len(secret) > hashlib.blake2b.MAX_KEY_SIZE:
        secret = hashlib.blake2b(secret, digest_size=32).digest()
    return hashlib.blake2b(phone_e164.encode("utf-8"), key=secret, digest_size=8).hexdigest()
