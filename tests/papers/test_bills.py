"""Bills as they come out of the press: read back, looked at and scanned by other programs."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import uharfbuzz
from PIL import Image
from pypdf import PdfReader

from billing.papers.a4 import a4
from billing.papers.bill import Stamp, Title
from billing.papers.receipt import receipt
from billing.papers.words import WORDS, in_words
from execora.papers.sheet import _FONTS, Sheet
from execora.papers.text import upi_link
from tests.papers.bills import BUYER, SHOP, bill, codes, line, pages, picture, text


def test_a_tax_invoice_says_what_the_rule_asks_for() -> None:
    """CGST Rules, rule 46 (a) to (q)."""
    said = text(a4(bill(lines=(line(discount_paise=5_000),))))
    for fact in (
        *("Tax Invoice", "ORIGINAL FOR RECIPIENT"),
        *(SHOP.address, f"GSTIN: {SHOP.gstin}"),  # (a)
        *("26-27/A/000123", "24-11-2026"),  # (b), (c)
        *(BUYER.name, BUYER.address, f"GSTIN: {BUYER.gstin}", "State: 27 Maharashtra"),  # (d), (e)
        *("1006", "Basmati chawal", "2.5 kg"),  # (g), (h), (i)
        *("1,050.00", "50.00", "1,000.00"),  # (j), (k): total, discount, taxable value
        *("GST %", "CGST", "SGST", "25.00"),  # (l), (m)
        "Place of supply: 27 Maharashtra",  # (n)
        "Tax payable on reverse charge: No",  # (p)
        "Authorised signatory",  # (q)
        "Rupees One Thousand Fifty Only",
    ):
        assert fact in said, fact


def test_between_states_there_is_one_tax_and_the_place_of_supply() -> None:
    """CGST Rules, rule 46 (m), (n)."""
    one = line(cgst_paise=0, sgst_paise=0, igst_paise=5_000)
    said = text(a4(bill(lines=(one,), is_inter_state=True, place_of_supply="29 Karnataka")))
    assert "IGST" in said
    assert "Place of supply: 29 Karnataka" in said
    assert "CGST" not in said
    assert "SGST" not in said


@pytest.mark.parametrize("draw", [a4, receipt])
@pytest.mark.parametrize("title", [Title.BILL_OF_SUPPLY, Title.INVOICE])
def test_who_collects_no_tax_shows_none(draw: Callable[..., bytes], title: Title) -> None:
    """CGST Rules, rule 49; CGST Act, section 32: a rate on a line does not bring a tax onto such paper."""
    one = line(cgst_paise=0, sgst_paise=0, taxable_paise=1_05_000)
    said = text(draw(bill(title=title, lines=(one,), supplier=SHOP)))
    assert WORDS["en"][title] in said
    for word in ("CGST", "SGST", "IGST", "GST %", "Taxable", "Tax Invoice"):
        assert word not in said


def test_a_composition_dealer_says_so() -> None:
    """CGST Rules, rule 5(1)(f)."""
    said = text(a4(bill(title=Title.BILL_OF_SUPPLY, is_composition=True)))
    assert "not eligible to collect tax on supplies" in " ".join(said.split())


def test_the_summary_by_hsn_adds_up_by_code_and_rate() -> None:
    lines = (line(), line(), line(hsn="1701", gst_rate_bp=1_800, cgst_paise=9_000, sgst_paise=9_000))
    rows = bill(lines=lines).hsn_rows()
    assert [(row.hsn, row.gst_rate_bp, row.taxable_paise, row.cgst_paise, row.sgst_paise) for row in rows] == [
        ("1006", 500, 2_00_000, 5_000, 5_000),
        ("1701", 1_800, 1_00_000, 9_000, 9_000),
    ]


def test_a_long_bill_goes_on_over_pages_with_heads_and_numbers() -> None:
    lines = tuple(line(description=f"Item number {number}") for number in range(1, 101))
    said = pages(a4(bill(lines=lines)))
    assert len(said) > 2
    for number, page in enumerate(said, start=1):
        assert f"Page {number} of {len(said)}" in page
        assert "26-27/A/000123" in page
    for page in said[:-1]:
        assert "Taxable value" in page
    assert [f"Item number {number}" in "".join(said) for number in range(1, 101)] == [True] * 100
    assert len(pages(receipt(bill(lines=lines)))) == 1


@pytest.mark.parametrize(("stamp", "word"), [(Stamp.DRAFT, "DRAFT"), (Stamp.CANCELLED, "CANCELLED")])
@pytest.mark.parametrize("draw", [a4, receipt])
def test_what_is_not_valid_is_marked_and_cannot_be_paid(draw: Callable[..., bytes], stamp: Stamp, word: str) -> None:
    pdf = draw(bill(stamp=stamp, number="" if stamp == Stamp.DRAFT else "26-27/A/000123"))
    assert word in text(pdf)
    assert codes(pdf) == []
    left, top, right, bottom = picture(pdf).convert("L").point(lambda shade: 255 * (shade < 250)).getbbox() or (0,) * 4
    width, height = picture(pdf).size
    assert left > 0 < top
    assert right < width
    assert bottom < height


@pytest.mark.parametrize("draw", [a4, receipt])
def test_the_code_on_the_paper_pays_this_bill(draw: Callable[..., bytes]) -> None:
    """NPCI, UPI linking specification."""
    assert codes(draw(bill(supplier=SHOP, total_paise=1_25_000_50))) == [
        "upi://pay?pa=sharma.kirana@okaxis"
        "&pn=%E0%A4%B6%E0%A4%B0%E0%A5%8D%E0%A4%AE%E0%A4%BE%20%E0%A4%95%E0%A4%BF%E0%A4%B0%E0%A4%BE%E0%A4%A8%E0%A4%BE%20"
        "%E0%A4%B8%E0%A5%8D%E0%A4%9F%E0%A5%8B%E0%A4%B0"
        "&am=125000.50&cu=INR&tn=Bill%2026-27%2FA%2F000123&tr=26-27%2FA%2F000123"
    ]
    assert codes(draw(bill(upi_address=""))) == []
    assert codes(draw(bill(title=Title.CREDIT_NOTE))) == []


def test_a_payment_link_keeps_its_lengths_and_its_parts_apart() -> None:
    link = upi_link(address="a@b", name="A&B=C #1", amount_paise=1_000, reference="r" * 60, note="n" * 60)
    assert link == f"upi://pay?pa=a@b&pn=A%26B%3DC%20%231&am=10.00&cu=INR&tn={'n' * 50}&tr={'r' * 35}"


def test_both_scripts_are_drawn_with_the_glyphs_that_the_shaper_gives() -> None:
    """Conjuncts (क्ष, त्र, र्म) and the matra before its letter (कि) are glyphs and an order that letters alone do not have."""
    word = "शर्मा क्षत्रिय किराना ₹1"
    sheet = Sheet(size="A4", margin_mm=10, day=date(2026, 11, 24), title="", language="hi")
    sheet.add_page()
    sheet.write_at(10, 10, 150, word)
    font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(_FONTS / "Mukta-Regular.ttf"))))
    buffer = uharfbuzz.Buffer()
    buffer.add_str(word)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, {"tnum": True})
    shaped = [info.codepoint for info in buffer.glyph_infos]
    assert 0 not in shaped, "the font has every letter"
    assert len(shaped) < len(word), "letters were joined"
    drawn = {glyph.glyph_id for glyph in sheet.fonts["mukta"].subset._char_id_per_glyph}
    assert set(shaped) <= drawn
    assert set(shaped) & {font.get_nominal_glyph(ord(letter)) for letter in word} != set(shaped)


@pytest.mark.parametrize("draw", [a4, receipt])
def test_a_paper_in_hindi_has_its_words_and_no_empty_boxes(draw: Callable[..., bytes]) -> None:
    pdf = draw(bill(balance_before_paise=45_000, balance_after_paise=1_50_000), "hi")
    reader = PdfReader(BytesIO(pdf))
    assert reader.trailer["/Root"]["/Lang"] == "hi"
    said = text(pdf)
    assert "1,500.00" in said
    assert "450.00" in said
    assert "Previous balance" not in said


def test_the_words_of_both_languages_are_the_same_and_all_can_be_printed() -> None:
    face = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(_FONTS / "Mukta-Bold.ttf"))))
    assert WORDS["en"].keys() == WORDS["hi"].keys()
    for words in WORDS.values():
        assert [letter for word in words.values() for letter in word if not face.get_nominal_glyph(ord(letter))] == []


@pytest.mark.parametrize(
    ("paise", "english", "hindi"),
    [
        (
            1_25_000_50,
            "Rupees One Lakh Twenty-Five Thousand and Fifty Paise Only",
            "एक लाख पच्चीस हज़ार रुपये पचास पैसे मात्र",
        ),
        (1_00, "Rupees One Only", "एक रुपये मात्र"),
        (21_00, "Rupees Twenty-One Only", "इक्कीस रुपये मात्र"),
        (
            99_99_99_999_99,
            "Rupees Ninety-Nine Crore Ninety-Nine Lakh Ninety-Nine Thousand Nine Hundred Ninety-Nine and Ninety-Nine Paise Only",
            "निन्यानवे करोड़ निन्यानवे लाख निन्यानवे हज़ार नौ सौ निन्यानवे रुपये निन्यानवे पैसे मात्र",
        ),
    ],
)
def test_amounts_in_words(paise: int, english: str, hindi: str) -> None:
    assert in_words(paise, "en") == english
    assert in_words(paise, "hi") == hindi


@pytest.mark.parametrize("draw", [a4, receipt])
def test_printing_again_gives_the_same_bytes(draw: Callable[..., bytes]) -> None:
    first, second = draw(bill()), draw(bill())
    assert first == second
    assert draw(bill(total_paise=1_05_100)) != first
    assert PdfReader(BytesIO(first)).metadata.creation_date.date() == date(2026, 11, 24)


def test_a_logo_stands_at_the_top() -> None:
    red = BytesIO()
    Image.new("RGB", (200, 100), (220, 0, 0)).save(red, "PNG")
    seen = picture(a4(bill(logo=red.getvalue()))).convert("RGB")
    colours = {seen.getpixel((int(mm * 4 * 72 / 25.4), int(18 * 4 * 72 / 25.4))) for mm in (14, 22, 30)}
    assert (220, 0, 0) in colours


def test_a_word_without_end_is_broken_and_nothing_leaves_the_page() -> None:
    pdf = a4(bill(lines=(line(description="W" * 120, quantity=Decimal("999999999.999"), unit_price_paise=10**11),)))
    box = picture(pdf).convert("L").point(lambda shade: 255 * (shade < 250)).getbbox()
    margin = int(11.5 * 4 * 72 / 25.4)
    assert box is not None
    assert box[0] >= margin
    assert box[2] <= picture(pdf).size[0] - margin
