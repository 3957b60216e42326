"""The closed word lists behind spoken numbers. Lookup is by folded spelling, so one spelling stands for all its kin."""

from decimal import Decimal
from typing import Final

from execora.language.folding import fold, light_fold, word_set

_HINDI_SPELLINGS: Final = """
0 shunya sunya zero jiro sifar sifr|1 ek aik|2 do|4 chaar|5 paanch paach panj punch pansh|8 aath|9 nau nav|10 das dus|
11 gyarah igyarah gyarha|12 barah|13 terah|14 chaudah|15 pandrah pandra pandhra pandarah|16 solah|17 satrah satarah|
18 atharah athrah|19 unnis|20 bees|21 ikkis|22 bais|23 teis teyis teees tevis|24 chaubis|25 pachchis|26 chhabbis|27 sattais|
28 atthais|29 untis unattis unnatis|30 tees|31 ikattis iktis|32 battis|33 taintis tettis|34 chautis|35 paintis|36 chhattis|
37 saintis|38 adtis artis adatis|39 untalis unchalis|40 chalis|41 iktalis ikatalis|42 bayalis byalis|43 taintalis tetalis|
44 chavalis chauvalis chaualis|45 paintalis|46 chhiyalis chhayalis|47 saintalis|48 adtalis artalis adatalis|49 unchas unanchas|
50 pachas|51 ikyavan ikavan|52 bavan|53 tirpan tirepan trepan|54 chauvan chavvan|55 pachpan pachapan|56 chhappan|57 sattavan|
58 atthavan|59 unsath unasath|61 iksath ikasath|62 basath|63 tirsath tiresath tresath|64 chausath|65 painsath|
66 chhiyasath chhasath|67 sadsath sarsath|68 adsath arsath|69 unhattar unahattar|70 sattar|71 ikhattar ikahattar|
72 bahattar|73 tihattar tehattar tirhattar|74 chauhattar|75 pachhattar pachahattar pichhattar|76 chhihattar chhiyattar chhahattar|
77 satahattar sathattar|78 athahattar athhattar|79 unasi unyasi|80 assi|81 ikyasi ikasi|82 bayasi byasi|83 tirasi terasi|
84 chaurasi|85 pachasi|86 chhiyasi|87 sattasi|88 atthasi|89 navasi nauasi|90 nabbe navve|91 ikyanve ikanve|92 banve bayanve|
93 tiranve teranve|94 chauranve|95 pachanve panchanve pichanve|96 chhiyanve|97 sattanve santanve|98 atthanve|
99 ninyanve ninanve nanyanve
"""
_TOLD_APART_BY_H: Final = "3 teen|6 chhah chhe chha|7 saat|60 saath"


def _listed(spellings: str) -> list[tuple[int, str]]:
    groups = (group.split() for group in spellings.replace("\n", "").split("|"))
    return [(int(value), word) for value, *words in groups for word in words]


HINDI: Final = {fold(word): value for value, word in _listed(_HINDI_SPELLINGS)}
"""Deep fold to value; 3, 6, 7 and 60 are in HINDI_WITH_H."""

HINDI_WITH_H: Final = {light_fold(word): value for value, word in _listed(_TOLD_APART_BY_H)}
"""Light fold to value: an h tells saat (7) from saath (60). Looked up before HINDI."""

_BELOW_TWENTY: Final = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH_UNITS: Final = {word: value for value, word in enumerate(_BELOW_TWENTY.split())}
ENGLISH_TENS: Final = {word: 10 * tens for tens, word in enumerate(_TENS.split(), start=2)} | {
    "fourty": 40,
    "ninty": 90,
}

ENGLISH_MULTIPLIERS: Final = word_set("hundred hundreds thousand thousands lakh lakhs lac lacs crore crores")
MULTIPLIERS: Final = {
    fold(word): value
    for value, words in (
        (100, "sau hundred hundreds"),
        (1_000, "hazaar hajara thousand thousands"),
        (100_000, "lakh lakhs"),
        (10_000_000, "crore crores kror karod karor krod"),
    )
    for word in words.split()
}
TOLERATED_HUNDRED: Final = frozenset({"sa", "saa", "saw", "sow"})
"""What recognition makes of sau: a hundred only right after a number word ("dhai sa rupye")."""

FRACTIONS: Final = {
    **dict.fromkeys(
        word_set("dhai dhaai dhaee dhayi dhaayi dhaii adhai adhaai adhaee arhai rhai"),
        Decimal("2.5"),
    ),
    **dict.fromkeys(word_set("dedh deadh daidh derh dedhh deedh"), Decimal("1.5")),
    **dict.fromkeys(word_set("aadha adha aadhaa adhaa aadhi adhi aadhe adhe half"), Decimal("0.5")),
    **dict.fromkeys(word_set("quarter chauthai chauthaai"), Decimal("0.25")),
}
DAMAGED_FRACTIONS: Final = {
    **dict.fromkeys(word_set("dai daai day dhay dhi dhe die thai"), Decimal("2.5")),
    **dict.fromkeys(word_set("ded dead der dair"), Decimal("1.5")),
}
"""What recognition makes of dhai and dedh: read only right before a multiplier ("dai sau", "ded lakh")."""

PAAV: Final = word_set("paav pav pao paw paaw paao pau")
"""A quarter (of a kilo or litre)."""

OFFSETS: Final = {
    **dict.fromkeys(("sava", "sva"), Decimal("0.25")),
    **dict.fromkeys(("pone", "pona", "pon"), Decimal("-0.25")),
    **dict.fromkeys(("sadhe", "sarhe", "sade"), Decimal("0.5")),
}
"""Light fold to what it adds to the number after it."""

TWO_BEFORE_A_UNIT: Final = frozenset({"tu", "too"})
"""What recognition makes of two: read only right before a unit ("tu keji")."""

NEVER: Final = word_set("at now chai chay chaai chaay cha choda chhoda dash dholak")
"""Everyday words whose folded spelling meets a number's: never a number."""

AMBIGUOUS: Final = word_set(
    "a an at baara bara bavan bis cha chah char chavan chavvan che chha dao das dass day dead der die do doo dou "
    "dow dus ek for half nao nav nave no noh now oh pao pau pav paw pon quarter sa saath sao sat sath sava saw "
    "sawa so sola sou sow ten tera teraa the tin tis to too"
)
"""Number words, or what is heard for them, that are everyday words or names as well: their place has to decide."""
