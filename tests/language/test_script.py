"""What was said is cut into words of one script, each with its place in the original."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.language.script import MAX_CHARACTERS, is_devanagari, language_of, normalise, tokens

SPOKEN = {
    "चावल": "chawal", "राहुल": "rahul", "बनाओ": "banao", "उधार": "udhaar", "रुपये": "rupaye", "पाँच": "paanch", "पांच": "paanch",
    "किलो": "kilo", "बिल": "bill", "ज़रा": "zara", "हज़ार": "hazaar", "सड़क": "sarak", "पढ़ना": "parhna", "गीता": "geeta", "विकास": "vikaas",
    "हरीश": "hareesh", "सुरेश": "suresh", "मोहन": "mohan", "प्रिया": "priya", "संजय": "sanjay", "महेंद्र": "mahendra", "कृष्ण": "krishna",
    "लक्ष्मी": "lakshmi", "ज्योति": "jyoti", "सिंह": "singh", "भोला": "bhola", "अर्जुन": "arjun", "नमक": "namak", "अरहर": "arhar",
    "किशमिश": "kishmish", "दूध": "doodh", "पनीर": "paneer", "काजू": "kaju", "चीनी": "cheeni", "अदरक": "adrak", "टमाटर": "tamatar",
    "अगरबत्ती": "agarbatti", "सरसों": "sarson", "शनिवार": "shaniwaar", "मंगलवार": "mangalwaar", "बुधवार": "budhwaar", "परसों": "parso",
    "शाम": "shaam", "दोपहर": "dopahar", "में": "mein", "नहीं": "nahi", "हाँ": "haan", "जाए": "jaye", "किए": "kiye", "गई": "gai", "हुई": "hui",
    "चाहिए": "chahiye", "दीजिए": "dijiye", "बच्चा": "baccha", "मुंबई": "mumbai", "ऑफिस": "ophis", "डॉक्टर": "doktar", "छः": "chhah", "चाय": "chai",
    "यूपीआई": "upi", "फोनपे": "phonepe", "टू": "two", "बैलेंस": "balance", "समझना": "samajhna", "दुकानदार": "dukandaar", "न": "na",
}  # fmt: skip


@pytest.mark.parametrize(("devanagari", "latin"), SPOKEN.items())
def test_devanagari_is_written_as_it_is_spoken(devanagari: str, latin: str) -> None:
    assert normalise(devanagari) == latin


def test_nukta_letters_read_the_same_composed_and_decomposed() -> None:
    assert normalise("\u0939\u095b\u093e\u0930") == normalise("\u0939\u091c\u093c\u093e\u0930") == "hazaar"


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("5kg 2kilo 500ka", "5 kg 2 kilo 500 ka"),
        ("1,50,000 1,500 10,00,000.50", "150000 1500 1000000.50"),
        ("2.5 kilo .5 kilo 1/2 kilo 2½ kilo", "2.5 kilo 0.5 kilo 1/2 kilo 2 1/2 kilo"),
        ("₹500 Rs.500 Rs 1,500 INR 20", "500 500 1500 20"),
        ("500/- 500 rs", "500 500 rs"),
        ("5k 1.5k 5km", "5000 1500 5 km"),
        ("-500 ek-do 98200-00001", "-500 ek do 98200 00001"),
        ("yesterday's Harish’s don't o'clock", "yesterday 's harish 's dont oclock"),
        ("7:30pm 7 p.m. 10 A.M.", "7:30 pm 7 pm 10 am"),
        ("2026-12-05 5/12/2026", "2026-12-05 5/12/2026"),
        ("Rahul, ruko! kya?? haan...", "rahul , ruko ! kya ? haan ."),
        ("चावल। ठीक है॥", "chawal . theek hai ."),
        ("५ किलो ५०० ५०", "5 kilo 500 50"),
        ("राहुलko whatsappपर", "rahul ko whatsapp par"),
        ("CAFÉ Ünï", "cafe uni"),
        ("5\u200b00 ra\u200dhul \u202eabc\u202c", "500 rahul abc"),
        ("😀 rahul 👍🏽", "rahul"),
        ("10,200, 5,6", "10200 , 5 , 6"),
        ("cust001", "cust 001"),
        ("", ""),
    ],
)
def test_text_is_cut_into_words(text: str, texts: str) -> None:
    assert normalise(text) == texts


def test_a_token_keeps_what_was_said_and_where() -> None:
    text = "Rahul को ₹500"
    assert [(token.text, token.raw, token.start, token.end) for token in tokens(text)] == [
        ("rahul", "Rahul", 0, 5),
        ("ko", "को", 6, 8),
        ("500", "₹500", 9, 13),
    ]


def test_a_long_text_is_cut_before_it_is_read() -> None:
    assert tokens("a " * 10_000)[-1].end <= MAX_CHARACTERS


@given(st.text(max_size=600) | st.text("क़ड़ंँः्ािीु़ राहुल5,./-:'₹½\u200d\ud800 Rs.k", max_size=600))
def test_any_text_is_cut_without_failing_and_spans_are_true(text: str) -> None:
    found = tokens(text)
    for token in found:
        assert text[token.start : token.end] == token.raw
        assert token.text
        assert token.text == token.text.casefold()
        assert not set(token.text) & set(" \t\n\u200d,") or token.text == ","
    assert all(one.end <= after.start for one, after in pairwise(found))
    assert language_of(text) in {"hi-Deva", "hi-Latn", "en"}


@given(st.text("कखगचजटडतदनपबमयरलवशसहअआइईउऊएओािीुूेैोौंँ्ड़ज़ ", max_size=40))
def test_devanagari_becomes_ascii(text: str) -> None:
    assert normalise(text).isascii()


@given(st.text(max_size=200))
def test_normal_text_stays_as_it_is(text: str) -> None:
    once = normalise(text)
    if once.isascii() and "." not in once and "'" not in once:
        assert normalise(once) == once


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("राहुल को पाँच किलो चावल का बिल बनाओ", "hi-Deva"),
        ("Rahul ko paanch kilo chawal ka bill banao", "hi-Latn"),
        ("Make a bill for Rahul, five kilos of rice", "en"),
        ("two kg sugar add karo", "hi-Latn"),
        ("Is bill ko cancel karo", "hi-Latn"),
        ("What does Naresh owe?", "en"),
        ("Void the last bill of Harish", "en"),
        ("cancel the last bill", "en"),
        ("invoice confirm kar do", "hi-Latn"),
        ("yes", "en"),
        ("haan", "hi-Latn"),
        ("हाँ", "hi-Deva"),
        ("Rahul 500", "hi-Latn"),
        ("", "hi-Latn"),
    ],
)
def test_the_language_spoken_is_known(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_script_of_most_letters_counts() -> None:
    assert is_devanagari("राहुल का bill")
    assert not is_devanagari("Rahul का bill banao")
    assert not is_devanagari("")
