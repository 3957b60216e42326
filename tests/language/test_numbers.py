"""Numbers as they are said: what is spoken is read back, and what is not a number is not read as one."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from execora.language.numbers import (
    amount_in_speech,
    is_ambiguous_word,
    number_in_words,
    read_number,
    read_phone,
    read_small_number,
)
from execora.language.script import normalise

LANGUAGES = ("hi-Latn", "hi-Deva", "en")

SAID = {
    "dhai sau": "250",
    "dhai sa rupye": "250",
    "ढाई सौ रुपये": "250",
    "adhai hazaar": "2500",
    "dedh lakh": "150000",
    "डेढ़ सौ": "150",
    "sava sau": "125",
    "सवा लाख": "125000",
    "savalak rupi": "125000",
    "sava teen sau": "325",
    "paune paanch so": "475",
    "पौने दो सौ": "175",
    "paune sau": "75",
    "saadhe aath sau": "850",
    "साढ़े तीन हज़ार": "3500",
    "ek hazaar do sau pachaas": "1250",
    "do hajar paanch so": "2500",
    "paanch sau": "500",
    "paanch sou": "500",
    "panch saw": "500",
    "punch sau": "500",
    "teen laakh bees hazar": "320000",
    "ek karod": "10000000",
    "10 lakh 50 hazaar 2 sau": "1050200",
    "ek sau bees hazaar": "120000",
    "sau": "100",
    "hazaar": "1000",
    "eighteen hundred": "1800",
    "one thousand two hundred and fifty": "1250",
    "two and a half thousand": "2500",
    "a hundred": "100",
    "two fifty rupees": "250",
    "Five lakh twenty thousand": "520000",
    "500": "500",
    "₹1,50,000.50": "150000.50",
    "5 sau": "500",
    "5 sau 50": "550",
    "2 hazaar": "2000",
    "1.5 lakh": "150000",
    "5k": "5000",
    "फाइव हंड्रेड": "500",
    "पाँच सौ पच्चीस": "525",
    "५००": "500",
    "tu keji": "2",
    "do point paanch kilo": "2.5",
    "2 point 25": "2.25",
    "ek point do paanch lakh": "125000",
}

FRACTIONS = {
    "aadha kilo": "0.5",
    "aadhi": "0.5",
    "paav": "0.25",
    "paav bhar kishmish": "0.25",
    "teen paav": "0.75",
    "aadha paav": "0.125",
    "pauna litre": "0.75",
    "sava kilo": "1.25",
    "dedh kilo": "1.5",
    "dhai kilo": "2.5",
    "saadhe teen kilo": "3.5",
    "sava do kilo": "2.25",
    "half a kilo": "0.5",
    "two and a half kilos": "2.5",
    "three quarters": "0.75",
}

ALTERNATIVE_SPELLINGS = """
1 ek|1 एक|2 do|3 teen|3 tin|4 char|4 chaar|5 panch|5 paanch|5 पांच|5 paach|6 che|6 chhe|6 chhah|6 छः|6 छे|7 saat|7 sat|8 aath|8 ath|9 nau|9 नौ|
10 das|10 dus|11 gyara|11 gyaarah|12 bara|12 baarah|13 tera|13 terah|14 chauda|14 chaudah|15 pandra|15 पन्द्रह|16 sola|16 solah|
17 satra|17 satrah|17 सतरह|18 athara|18 atharah|18 अट्ठारह|19 unnees|19 unnis|19 उन्नीस|20 bis|20 bees|21 ikkees|21 ikkis|22 bais|22 baais|22 baaees|
23 teis|23 teyis|24 chaubis|24 chaubees|24 chobis|25 pachis|25 pachees|25 pacchees|25 pachchees|26 chabbis|26 chhabbees|27 sattais|27 sataais|
28 atthais|28 athais|28 अठाईस|29 untis|29 unatees|29 unattis|29 उन्तीस|30 tis|30 tees|31 iktis|31 ikattees|31 इकत्तीस|32 battis|32 batees|
33 taintis|33 tentis|33 tetis|34 chautis|34 chauntees|35 paintis|35 pentees|35 paitis|36 chattis|36 chhattees|37 saintis|37 setis|38 adtis|38 artees|
39 untalis|39 unchalis|39 unchaalees|40 chalis|40 chaalees|41 iktalis|41 iktaalees|42 bayalis|42 byaalees|42 बयालिस|43 taintalis|43 tetalis|
44 chavalis|44 chauvalis|44 chawaalees|45 paintalis|45 pentalis|46 chiyalis|46 chhiyalis|46 chhiyaalees|47 saintalis|47 setalis|48 adtalis|48 artalees|
49 unchas|49 unanchas|50 pachas|50 pachaas|50 pachass|51 ikyavan|51 ikyawan|51 ikavan|52 bavan|52 bawan|52 baavan|53 tirpan|53 tirepan|
54 chauvan|54 chauwan|54 chavvan|55 pachpan|55 pachapan|56 chappan|56 chhappan|57 sattavan|57 satawan|58 atthavan|58 athawan|59 unsath|59 unasath|
60 saath|60 sath|61 iksath|61 ikasath|62 basath|62 baasath|63 tirsath|63 tiresath|64 chausath|64 chaunsath|65 painsath|65 paisath|66 chiyasath|
66 chhiyasath|67 sadsath|67 sarsath|68 adsath|68 arsath|69 unhattar|69 unahattar|69 unhatar|70 sattar|70 satar|71 ikhattar|71 ikahattar|72 bahattar|
72 bahatar|73 tihattar|73 tehattar|74 chauhattar|74 chohattar|75 pachattar|75 pachhattar|75 pichhattar|76 chhihattar|76 chihattar|76 chhiyattar|
77 satahattar|77 sathattar|78 athattar|78 athahattar|79 unasi|79 unnasi|79 unyasi|80 assi|80 asi|81 ikyasi|81 ikyaasi|82 bayasi|82 byaasi|83 tirasi|83 tiraasi|
84 chaurasi|84 chauraasi|85 pachasi|85 pachaasi|86 chiyasi|86 chhiyaasi|87 sattasi|87 sataasi|88 atthasi|88 athaasi|89 navasi|89 nawaasi|90 nabbe|90 nabe|90 navve|
91 ikyanve|91 ikyaanwe|91 ikyanbe|92 banve|92 baanwe|92 bayanve|93 tiranve|93 tiraanbe|94 chauranve|94 chauraanwe|95 pachanve|95 panchanve|
96 chiyanve|96 chhiyaanbe|97 sattanve|97 santanve|98 atthanve|98 athaanwe|99 ninyanve|99 ninaanve|99 निन्यानबे
"""


def words(text: str) -> list[str]:
    return normalise(text).split()


@pytest.mark.parametrize(("text", "value"), SAID.items())
def test_an_amount_is_read_as_it_is_said(text: str, value: str) -> None:
    number = read_number(words(text))
    assert number is not None
    assert number.value == Decimal(value)
    assert not number.bare_fraction


@pytest.mark.parametrize(("text", "value"), FRACTIONS.items())
def test_a_fraction_of_a_unit_is_read_and_marked(text: str, value: str) -> None:
    number = read_number(words(text))
    assert number is not None
    assert (number.value, number.bare_fraction) == (Decimal(value), True)


def test_every_usual_spelling_below_a_hundred_is_read() -> None:
    pairs = [pair.split(" ") for pair in ALTERNATIVE_SPELLINGS.replace("\n", "").split("|")]
    assert {int(value) for value, _ in pairs} == set(range(1, 100))
    assert [(value, spelling) for value, spelling in pairs if _read_whole(spelling) != int(value)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_number_below_ten_thousand_is_read_back(language: str) -> None:
    wrong = [n for n in range(10_000) if _read_whole(number_in_words(n, language)) != n]
    assert wrong == []


@given(st.integers(0, 9_99_99_999), st.sampled_from(LANGUAGES))
def test_a_larger_number_is_read_back(value: int, language: str) -> None:
    assert _read_whole(number_in_words(value, language)) == value


@given(st.integers(0, 9_99_99_999))
def test_english_numbers_of_another_speaker_are_read(value: int) -> None:
    assert _read_whole(num2words(value, lang="en_IN").replace(",", "")) == value


@given(st.integers(0, 9_999), st.randoms(use_true_random=False))
def test_spelling_habits_do_not_change_a_number(value: int, random: object) -> None:
    assert _read_whole(_respelt(number_in_words(value, "hi-Latn"), random)) == value


def _respelt(text: str, random: object) -> str:
    """Return `text` with vowels lengthened or shortened, v and w swapped, chh cut to ch and closing h dropped, at random."""
    habits = (
        (r"aa", "a"),
        (r"ee", "i"),
        (r"v", "w"),
        (r"chh", "ch"),
        (r"(?<=[rdl]a)h\b", ""),
        (r"au", "ou"),
        (r"z", "j"),
        (r"kk", "k"),
    )
    for found, instead in habits:
        text = re.sub(found, lambda match, to=instead: random.choice((match[0], to)), text)  # type: ignore[attr-defined,misc]
    return text


def _read_whole(text: str) -> int | None:
    said = words(text)
    number = read_number(said)
    return int(number.value) if number is not None and number.end == len(said) else None


@pytest.mark.parametrize("text", ["saath", "साठ"])
def test_saath_is_sixty_and_saat_is_seven(text: str) -> None:
    assert _read_whole(text) == 60
    assert _read_whole("saat") == _read_whole("सात") == 7


@pytest.mark.parametrize(
    "text",
    "chai चाय at now day parso bada thoda rice udhaar rahul khata to for the sow saare saadhe chhoda dash dholak hai -500 palak".split(),
)
def test_an_everyday_word_is_no_number(text: str) -> None:
    assert read_number(words(text)) is None


@pytest.mark.parametrize("text", ["1.2345", "2" * 16, "1/3", "7:30", "2026-12-05", ""])
def test_what_cannot_be_held_exactly_is_not_read(text: str) -> None:
    assert read_number(words(text) or [""]) is None


@pytest.mark.parametrize(
    ("text", "value", "used"),
    [
        ("do hazaar teen hazaar", 2_000, 2),
        ("500 200", 500, 1),
        ("bees paanch", 20, 1),
        ("dhai hazaar paanch sau", 2_500, 2),
        ("paanch sau aur do kilo", 500, 2),
        ("two hundred and three hundred", 200, 2),
        ("paanch sau rupaye", 500, 2),
        ("ek tin tel", 1, 1),
        ("do sava kilo", 2, 1),
        ("do sau dhai kilo", 200, 2),
    ],
)
def test_two_numbers_side_by_side_stay_two(text: str, value: int, used: int) -> None:
    number = read_number(words(text))
    assert number is not None
    assert (number.value, number.end) == (value, used)


def test_a_number_is_read_from_where_it_begins() -> None:
    number = read_number(words("amit ko dhai sau rupaye"), 2)
    assert number is not None
    assert (number.value, number.start, number.end) == (250, 2, 4)
    assert read_number(words("amit ko dhai sau"), 9) is None


def test_sa_is_a_hundred_only_after_a_number() -> None:
    assert read_number(["sa", "rupye"]) is None
    assert _read_whole("paanch sa") == 500


def test_an_hour_is_read_without_the_multiplier_after_it() -> None:
    hour = read_small_number(words("saadhe saat baje"))
    assert hour is not None
    assert (hour.value, hour.end) == (Decimal("7.5"), 2)
    assert read_small_number(["500"]) is None


@pytest.mark.parametrize(
    "word", ["do", "so", "sa", "to", "for", "the", "sat", "das", "no", "che", "bara", "tin", "half"]
)
def test_everyday_number_words_are_called_ambiguous(word: str) -> None:
    assert is_ambiguous_word(word)


@pytest.mark.parametrize("word", ["paanch", "pachaas", "hazaar", "dhai", "500", "hundred"])
def test_plain_number_words_are_not_ambiguous(word: str) -> None:
    assert not is_ambiguous_word(word)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("aath double nau zero ek do teen char paanch chhe", "8990123456"),
        ("98200 00001", "9820000001"),
        ("98200-00001", "9820000001"),
        ("+91 98200 00001", "9820000001"),
        ("09820000001", "9820000001"),
        ("919820000001", "9820000001"),
        ("nine one nine eight two zero zero zero zero zero zero one", "9820000001"),
        ("nine eight two zero triple zero double zero one", "9820000001"),
        ("ninety eight twenty triple zero double zero one", "9820000001"),
        ("नौ आठ दो शून्य शून्य शून्य शून्य शून्य शून्य एक", "9820000001"),
        ("9 8 2 0, 0 0 0, 0 0 1", "9820000001"),
        ("9123456780 kar do", "9123456780"),
        ("98200 00001 2 kilo", "9820000001"),
    ],
)
def test_a_mobile_number_is_read(text: str, digits: str) -> None:
    found = read_phone(words(text))
    assert found is not None
    assert found[0] == digits


@pytest.mark.parametrize(
    "text",
    ["1234567890", "98200 0000", "98200000012", "nau aath do zero zero zero zero zero zero ek do", "rahul", "500", ""],
)
def test_digits_that_are_no_mobile_number_are_refused(text: str) -> None:
    said = words(text)
    assert [read_phone(said, at) for at in range(len(said) + 1)] == [None] * (len(said) + 1)


@pytest.mark.parametrize(
    ("paise", "language", "spoken"),
    [
        (25_000, "hi-Latn", "do sau pachaas rupaye"),
        (25_000, "hi-Deva", "दो सौ पचास रुपये"),
        (25_000, "en", "two hundred fifty rupees"),
        (1_25_000_50, "en", "one lakh twenty five thousand rupees fifty paise"),
        (150, "hi-Latn", "ek rupaya pachaas paise"),
        (1, "hi-Latn", "ek paisa"),
        (0, "en", "zero rupees"),
        (-500, "hi-Latn", "minus paanch rupaye"),
    ],
)
def test_an_amount_is_spoken_as_people_say_it(paise: int, language: str, spoken: str) -> None:
    assert amount_in_speech(paise, language) == spoken


@given(
    st.lists(
        st.text(max_size=12) | st.sampled_from("do sau and a half 5 1/2 saadhe sava hazaar lakh paav -1 1.5".split()),
        max_size=20,
    )
)
def test_any_words_are_read_without_failing_and_within_their_bounds(said: list[str]) -> None:
    for at in range(len(said)):
        number = read_number(said, at)
        if number is not None:
            assert at == number.start < number.end <= len(said)
            assert number.value >= 0
            assert number.value == number.value.quantize(Decimal("0.001"))
        phone = read_phone(said, at)
        assert phone is None or (len(phone[0]) == 10 and at < phone[1] <= len(said))
