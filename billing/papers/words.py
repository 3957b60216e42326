"""The words of a bill in English and Hindi, and its amount in words."""

from typing import Literal

from billing.words import rupees_in_words
from execora.language.number_speech import number_in_words

Language = Literal["en", "hi"]

_ENGLISH = {
    "tax_invoice": "Tax Invoice",
    "bill_of_supply": "Bill of Supply",
    "invoice": "Invoice",
    "credit_note": "Credit Note",
    "draft": "DRAFT",
    "cancelled": "CANCELLED",
    "original": "ORIGINAL FOR RECIPIENT",
    "number": "Number",
    "day": "Date",
    "against": "Against invoice",
    "of": "of",
    "to": "Bill to",
    "state": "State",
    "phone": "Phone",
    "place": "Place of supply",
    "reverse": "Tax payable on reverse charge",
    "yes": "Yes",
    "no": "No",
    "item": "Item",
    "quantity": "Quantity",
    "rate": "Rate",
    "discount": "Discount",
    "taxable": "Taxable value",
    "amount": "Amount",
    "cess": "Cess",
    "round_off": "Round-off",
    "total": "Total",
    "in_words": "In words",
    "composition": "Composition taxable person, not eligible to collect tax on supplies",
    "before": "Previous balance",
    "after": "Balance now",
    "advance": "advance",
    "scan": "Scan to pay by UPI",
    "for": "For",
    "signatory": "Authorised signatory",
    "reason": "Reason",
    "page": "Page {} of {}",
    "thanks": "Thank you, come again",
}
_HINDI = {
    "tax_invoice": "कर बीजक (Tax Invoice)",
    "bill_of_supply": "आपूर्ति बिल (Bill of Supply)",
    "invoice": "बिल (Invoice)",
    "credit_note": "क्रेडिट नोट (Credit Note)",
    "draft": "कच्चा बिल",
    "cancelled": "रद्द",
    "original": "ग्राहक के लिए मूल प्रति (ORIGINAL FOR RECIPIENT)",
    "number": "क्रमांक",
    "day": "दिनांक",
    "against": "मूल बिल",
    "of": "दिनांक",
    "to": "ग्राहक",
    "state": "राज्य",
    "phone": "फ़ोन",
    "place": "आपूर्ति का स्थान",
    "reverse": "रिवर्स चार्ज पर कर देय",
    "yes": "हाँ",
    "no": "नहीं",
    "item": "सामान",
    "quantity": "मात्रा",
    "rate": "दर",
    "discount": "छूट",
    "taxable": "कर योग्य मूल्य",
    "amount": "राशि",
    "cess": "उपकर",
    "round_off": "पूर्णांकन",
    "total": "कुल",
    "in_words": "शब्दों में",
    "composition": "कंपोज़िशन करदाता, आपूर्ति पर कर लेने के पात्र नहीं",
    "before": "पिछला बकाया",
    "after": "अब बकाया",
    "advance": "जमा",
    "scan": "UPI से भुगतान के लिए स्कैन करें",
    "for": "कृते",
    "signatory": "अधिकृत हस्ताक्षरकर्ता",
    "reason": "कारण",
    "page": "पृष्ठ {} / {}",
    "thanks": "धन्यवाद, फिर पधारें",
}
WORDS: dict[Language, dict[str, str]] = {"en": _ENGLISH, "hi": _HINDI}


def in_words(paise: int, language: Language) -> str:
    """Return an amount of at least 0 as a bill spells it: "Rupees One Lakh Twenty-Five Thousand and Fifty Paise Only"."""
    if language == "en":
        return rupees_in_words(paise)
    whole, rest = divmod(paise, 100)
    spelt = f"{number_in_words(whole, 'hi-Deva')} रुपये"
    return f"{spelt} {number_in_words(rest, 'hi-Deva')} पैसे मात्र" if rest else f"{spelt} मात्र"
