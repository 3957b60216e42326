"""Numbers and amounts as they are said aloud, in the order of lakh and crore."""

from typing import Final

_LATIN: Final = """
shunya ek do teen chaar paanch chhah saat aath nau das gyarah barah terah chaudah pandrah solah satrah atharah unnis
bees ikkis bais teis chaubis pachchis chhabbis sattais atthais untis tees ikattis battis taintis chauntis paintis chhattis
saintis adtis untalis chaalis iktalis bayalis taintalis chavalis paintalis chhiyalis saintalis adtalis unchas pachaas ikyavan
bavan tirpan chauvan pachpan chhappan sattavan atthavan unsath saath iksath basath tirsath chaunsath painsath chhiyasath
sadsath adsath unhattar sattar ikhattar bahattar tihattar chauhattar pachhattar chhihattar satahattar athahattar unasi assi
ikyasi bayasi tirasi chaurasi pachasi chhiyasi sattasi atthasi navasi nabbe ikyanve banve tiranve chauranve pachanve
chhiyanve sattanve atthanve ninyanve
"""
_DEVANAGARI: Final = """
शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस तेईस चौबीस पच्चीस
छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस तैंतालीस
चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरसठ
चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी अस्सी इक्यासी
बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे
"""
_UNITS: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"


def _english() -> list[str]:
    units = _UNITS.split()
    return units + [f"{tens} {units[unit]}".removesuffix(" zero") for tens in _TENS.split() for unit in range(10)]


_BELOW_HUNDRED: Final = {"hi-Latn": _LATIN.split(), "hi-Deva": _DEVANAGARI.split(), "en": _english()}
_SCALES: Final = {
    "hi-Latn": ("crore", "lakh", "hazaar", "sau"),
    "hi-Deva": ("करोड़", "लाख", "हज़ार", "सौ"),
    "en": ("crore", "lakh", "thousand", "hundred"),
}
_SIZES: Final = (10_000_000, 100_000, 1_000, 100)
_MINUS: Final = {"hi-Latn": "minus", "hi-Deva": "माइनस", "en": "minus"}
_MONEY: Final = {
    "hi-Latn": ("rupaya", "rupaye", "paisa", "paise"),
    "hi-Deva": ("रुपया", "रुपये", "पैसा", "पैसे"),
    "en": ("rupee", "rupees", "paisa", "paise"),
}


def number_in_words(value: int, language: str) -> str:
    """Return a whole number in words, as `numbers.read_number` reads it back.

    `language` is hi-Latn, hi-Deva or en; another one is spoken as hi-Latn.
    """
    language = language if language in _SCALES else "hi-Latn"
    if value < 0:
        return f"{_MINUS[language]} {number_in_words(-value, language)}"
    spoken: list[str] = []
    rest = value
    for size, scale in zip(_SIZES, _SCALES[language], strict=True):
        count, rest = divmod(rest, size)
        if count:
            spoken.append(f"{number_in_words(count, language)} {scale}")
    if rest or not spoken:
        spoken.append(_BELOW_HUNDRED[language][rest])
    return " ".join(spoken)


def amount_in_speech(paise: int, language: str) -> str:
    """Return an amount in words: 25000 paise are "do sau pachaas rupaye", 150 "ek rupaya pachaas paise"."""
    language = language if language in _MONEY else "hi-Latn"
    one_rupee, rupees, one_paisa, many_paise = _MONEY[language]
    whole, rest = divmod(abs(paise), 100)
    parts = []
    if whole or not rest:
        parts.append(f"{number_in_words(whole, language)} {one_rupee if whole == 1 else rupees}")
    if rest:
        parts.append(f"{number_in_words(rest, language)} {one_paisa if rest == 1 else many_paise}")
    spoken = " ".join(parts)
    return f"{_MINUS[language]} {spoken}" if paise < 0 else spoken
