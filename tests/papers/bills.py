"""Bills for tests of paper, and how paper is read back by programs that did not write it."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from billing.papers.bill import Bill, BillLine, Party, Title

SHOP = Party(
    name="शर्मा किराना स्टोर",
    address="12, Mandir Road, Mumbai 400028",
    gstin="27AAPFU0939F1ZV",
    state="27 Maharashtra",
    phone="+919820000001",
)
BUYER = Party(
    name="Rahul Traders", address="Plot 4, MIDC, Pune 411001", gstin="27AAPFU0939F1ZV", state="27 Maharashtra"
)


def line(**values: Any) -> BillLine:
    defaults: dict[str, Any] = {
        "description": "Basmati chawal",
        "quantity": Decimal("2.500"),
        "unit": "kg",
        "unit_price_paise": 40_000,
        "price_unit": "kg",
        "hsn": "1006",
        "gst_rate_bp": 500,
        "taxable_paise": 1_00_000,
        "cgst_paise": 2_500,
        "sgst_paise": 2_500,
        "total_paise": 1_05_000,
    }
    return BillLine(**{**defaults, **values})


def bill(**values: Any) -> Bill:
    lines = values.get("lines", (line(),))
    defaults: dict[str, Any] = {
        "title": Title.TAX_INVOICE,
        "number": "26-27/A/000123",
        "day": date(2026, 11, 24),
        "supplier": SHOP,
        "recipient": BUYER,
        "lines": lines,
        "total_paise": sum(each.total_paise for each in lines),
        "place_of_supply": "27 Maharashtra",
        "upi_address": "sharma.kirana@okaxis",
    }
    return Bill(**{**defaults, **values})


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return "\n".join(pages(pdf))


def picture(pdf: bytes, page: int = 0) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[page].render(scale=4).to_pil()


def codes(pdf: bytes) -> list[str]:
    """Return what the QR codes of the first page say."""
    return [code.text for code in zxingcpp.read_barcodes(picture(pdf))]
