"""From the text of a setting to what it means. Pure: each reads only what it is given, and says what would be right."""

import re
from datetime import date

_PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?|http://(localhost|127\.0\.0\.1)(:[0-9]+)?")
_CONTACT = re.compile(r"(mailto:|https://|tel:)[!-~]+")


def limit_of(name: str, text: str) -> tuple[int, int]:
    """Return the count and the seconds of "20/s", "5/m", "100/h" or "24/d"."""
    read = re.fullmatch(r"([1-9][0-9]{0,8})/([smhd])", text)
    if read is None:
        raise SystemExit(f"{name} is {text!r}: write a count and a period, such as 20/s, 5/m, 100/h or 24/d.")
    return int(read[1]), _PERIODS[read[2]]


def dated_rupees(name: str, limits: list[str]) -> tuple[tuple[date, int], ...]:
    """Return (first day, paise) of each "2024-08-01:100000"; the first of them is in force on every day before it too."""
    try:
        read = sorted(
            (date.fromisoformat(day), int(amount) * 100) for day, amount in (text.split(":") for text in limits)
        )
    except ValueError as fault:
        raise SystemExit(f"{name} must be days and rupees, such as 2017-07-01:250000,2024-08-01:100000.") from fault
    if not read:
        raise SystemExit(f"{name} needs one limit at least.")
    return ((date.min, read[0][1]), *read[1:])


def exact_origins(name: str, origins: list[str]) -> list[str]:
    """Return the origins as they are: each whole, and over TLS unless it is this machine's."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise SystemExit(f"{name} has {origin!r}: list whole origins, such as https://app.shop.example.")
    return origins


def contact(name: str, text: str) -> str:
    """Return an address for people, or nothing."""
    if text and not _CONTACT.fullmatch(text):
        raise SystemExit(f"{name} must be an address such as mailto:security@shop.example.")
    return text


def s3_storage(
    bucket: str,
    *,
    folder: str = "",
    endpoint_url: str,
    region: str,
    access_key: str,
    secret_key: str,
    addressing_style: str,
) -> dict[str, object]:
    """Return the entry of STORAGES for an S3-compatible store."""
    from botocore.config import Config  # loading it takes a quarter of a second, and most processes need it never

    options = {
        "bucket_name": bucket,
        "location": folder,
        "endpoint_url": endpoint_url or None,
        "region_name": region,
        # Without keys of our own boto3 looks for those of the machine's role.
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing_style},
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 3, "mode": "standard"},
        ),
    }
    return {"BACKEND": "execora.providers.s3.CorrelatedS3Storage", "OPTIONS": options}
