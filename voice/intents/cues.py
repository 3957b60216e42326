"""The closed vocabulary of commands: what each word hints at, found by spelling, by sound, or nearly by sound."""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from customers.sound import key_similarity, nearest_keys, sound_key
from execora.language.spoken import FILLERS, HONORIFICS


class Cue(Enum):
    """What a word says about the command it stands in."""

    BILL = auto()
    MAKE = auto()
    GIVE = auto()  # imperative: hand over
    GAVE = auto()  # past: handed over
    CREDIT = auto()
    WRITE = auto()  # write down, put on the account
    ADD = auto()
    RECEIVED = auto()
    CAME = auto()
    TOOK = auto()
    TAKE_AWAY = auto()
    ASK = auto()
    SHOW = auto()
    STOCK = auto()
    BALANCE = auto()
    ACCOUNT = auto()
    OWE = auto()
    SALES = auto()
    DAY = auto()
    TOTAL = auto()
    REMIND = auto()
    CANCEL = auto()
    STOP = auto()
    DELETE = auto()
    FOREVER = auto()
    PERSON = auto()
    NAME = auto()
    NEW = auto()
    PHONE = auto()
    DETAIL = auto()
    RECORD = auto()
    VOICE = auto()
    START = auto()
    EVERYONE = auto()
    MOST = auto()
    CHANGE = auto()
    SEND = auto()
    SET = auto()
    CASH = auto()
    UPI = auto()
    CARD = auto()
    OTHER_MODE = auto()
    YES = auto()
    SOFT_YES = auto()
    NO = auto()
    NOT = auto()
    RETRACT = auto()
    SAID = auto()
    WRONG = auto()
    RUPEES = auto()
    PAISE = auto()
    RATE = auto()
    LAST = auto()
    OUT = auto()
    GOODS = auto()
    OUTSIDER = auto()
    ACTIVE = auto()
    JOIN = auto()
    THEN = auto()
    ALSO = auto()
    LINK = auto()
    BEFORE_NAME = auto()
    VERB = auto()
    PLAIN = auto()
    FILLER = auto()
    HONORIFIC = auto()
    MARKER = auto()
    MINUS = auto()
    LET_GO = auto()
    WHO = auto()
    TRANSFER = auto()


_WORDS: Final[dict[Cue, str]] = {
    Cue.BILL: "bill bil bills invoice invoices inwais invois parcha parchi rasid raseed receipt challan billing",
    Cue.MAKE: "bano bana banao banado banaiye banaiyega banaye bna bnao bnado banwa banwao banva banega banaana banana create make making "
    "generate prepare raise issue kaat kaato kat kato kaatna taiyar tayyar tayar nikal nikalo nikaalo phaad faad ban banvao khol kholo "
    "kholna open",
    Cue.GIVE: "de dedo dena dijiye dijie dijiyega deejiye dijeye give dede dedijiye dene dey",
    Cue.GAVE: "diya diye dia di dee gave given diyaa dediye dediya",
    Cue.CREDIT: "udhaar udhar udhaari udhari udaar credit karz karza karj karja lend lent loan udhaaree udhaarr",
    Cue.WRITE: "likh likho likhna likhiye likhdo likhwa likha likhaa note chadha chadhao chadhana chada chadao charha charhao chadhaiye "
    "chadhado chadhaa put enter likhlo charge",
    Cue.ADD: "jod jodo jodna jodiye jorr jodlo add aid daalo dalo daaldo daldo jodh plus daaliye daalna",
    Cue.RECEIVED: "jama jamaa jma mila mile mili milaa received receive recieved recd got collected collect vasool wasool vasul chukaya "
    "chukaye chuka chukta chukti chukayi chukaai paid pay pays payment payments peyment pement bhugtan deposit deposited lautaya lautaye "
    "lauta lautaa settled cleared clear chukaa wapas wapsi repaid returned jamakar kamaya",
    Cue.CAME: "aaya aaye aayi aya aye ayi aagaya aagaye aagayi agaya agaye pahunche pahuncha arrived came",
    Cue.TOOK: "liya liye lia li lee liyaa leliya leliye took taken",
    Cue.ASK: "kitna kitne kitni kitana kitnaa ketna kya kyaa kaun kon kab kis kiska kiske kiski kisko kisse whose how what whats which who many much any",
    Cue.WHO: "kis kiska kiske kiski kisko kisse kaun kon who whose whom kinka",
    Cue.SHOW: "batao bata batana bataiye bataao btao bta dikhao dikha dikhana dikhaiye dikhaao sunao suna sunaiye show tell check dekho "
    "dekh dekhna dekhiye see view chek chaek bolo bol read batade batado janna jaanna",
    Cue.STOCK: "stock stok staak godown godam godaam bacha bachi bache bachaa bacche left remaining available inventory pada padi pade "
    "padaa shelf khatam",
    Cue.BALANCE: "balance balans belance balence bakaya bakaaya bakayaa baki baaki baqi baakee hisaab hisab hisaap due dues outstanding "
    "pending lenden",
    Cue.ACCOUNT: "khata khate khaata khaate account ledger khaton acount akaunt",
    Cue.OWE: "owe owes owed owing omi oweme lena lene leni",
    Cue.SALES: "bikri bikree bikari sale sales sell sold seles becha bika biki bike dhandha dhanda dhandhaa kamai kamaai kamayi galla "
    "revenue turnover business earning earnings profit summary report ripot samary",
    Cue.DAY: "aaj today din day todays aj roz",
    Cue.TOTAL: "kul total poora pura poori puri saara sara sare saare overall tamam jumla totl kull",
    Cue.REMIND: "reminder remainder reminders remind yaad yad yaaad rimaindar rimainder remindar takaza takaja takada tagada remaindar",
    Cue.CANCEL: "cancel cancil kensal cansal radd rad raddh void nirast khaarij cancelled",
    Cue.TRANSFER: "transfer bheja bheje transferred",
    Cue.STOP: "khatam rok roko rokdo band bandh stop off roken rokna",
    Cue.DELETE: "delete hatao hata hatado hatana hataao hataiye mitao mita mitado remove erase saaf nikaldo delit",
    Cue.FOREVER: "permanently permanent hamesha data record",
    Cue.PERSON: "customer customers grahak graahak client kastamar custumer graahk customar",
    Cue.NAME: "naam name nam named called",
    Cue.NEW: "naya naye nayi nae naee new nya naaya navin",
    Cue.PHONE: "number numbers nambar nambr nomber mobile phone fone mobail contact phon",
    Cue.DETAIL: "detail details ditail jaankari jankari info information profile address history vivaran baare",
    Cue.RECORD: "record recording rikard rikording recordings",
    Cue.VOICE: "awaaz awaz aawaz voice audio baat baatcheet conversation",
    Cue.START: "shuru start chalu chaalu begin suru on shuroo",
    Cue.EVERYONE: "sab sabka sabki sabke sabko all everyone everybody list logon kinka kinke kinki customers saaron har every",
    Cue.MOST: "zyada jyada zyaada most top sabse highest",
    Cue.CHANGE: "badal badlo badlna badaldo change shift move update reschedule aage postpone modify badalna sarka khiska tal talo",
    Cue.SEND: "bhej bhejo bhejna bhejdo bhejiye bhejwa bheje bheja send sent whatsapp message messege msg sms bhejdena transfer vatsap "
    "whatsap",
    Cue.SET: "laga lagao lagana lagado set rakho rakh rakhna schedule lagaiye",
    Cue.CASH: "cash nakad naqad nagad nakadi kaish cesh nagdi rokda",
    Cue.UPI: "upi gpay googlepay phonepe fonpe fonepe phonepay paytm petiem scan bhim qr scaner scanner jeepay gipay online",
    Cue.CARD: "card kard swipe debit",
    Cue.OTHER_MODE: "cheque chaik bank neft rtgs imps draft netbanking banking",
    Cue.YES: "haan han haa ha hanji haanji hanjee haanjee yes yep yeah yup bilkul pakka confirm confirmed correct right zaroor jarur zarur "
    "proceed sure sahi kanfarm hann haann yess confirmed",
    Cue.SOFT_YES: "ok okay okey theek thik theekhai thikhai done chalega",
    Cue.NO: "nahi nahin nai nhi nahee no nope naa nahii never nahinn naheen",
    Cue.NOT: "mat not dont didnt doesnt hasnt isnt bina without cant wont",
    Cue.LET_GO: "chhodo chodo chhod ruko ruk chhoro wait leave rehndo jaanedo rehnedo janedo",
    Cue.RETRACT: "sorry matlab actually balki instead rather maaf",
    Cue.SAID: "bola boli bole kaha kahaa said boltha bolaa kahi",
    Cue.WRONG: "galat wrong galti galath incorrect mistake",
    Cue.RUPEES: "rupaye rupaya rupe rupees rupee rs rupaiya rupaiye rupye rupya rupie rupiye rupay rupey rupi rupaey ruppees bucks inr "
    "rupeye rupyee re rupae ruppe rupeya rupiya rupaeya",
    Cue.PAISE: "paise paisa pese peise paisay pesa paisey money",
    Cue.RATE: "per prati bhaav bhav rate daam price keemat kimat each fi",
    Cue.LAST: "last pichla pichhla pichle pichhle pichli akhri aakhri aakhiri antim latest previous abhiwala",
    Cue.OUT: "kharab toot tuta toota tooti damaged expired expire barbad out waste sad",
    Cue.GOODS: "saman samaan saamaan maal rashan ration raashan kirana sauda goods stuff cheez cheezen items item sabzi",
    Cue.OUTSIDER: "padosi padosan parosi neighbour neighbor neighbours rishtedar rishtedaron dost doston biwi patni wife husband pita papa "
    "father mother boss malik mohalle duniya family friend friends relatives",
    Cue.ACTIVE: "uska uske uski usko usse unka unke unki unko unse iska iske iski isko isse inka inke inki inko inse him her his them their "
    "usi isi usne isne unhone inhone",
    Cue.JOIN: "aur and or evam tatha",
    Cue.THEN: "phir fir then uskebaad next",
    Cue.ALSO: "bhi too also",
    Cue.LINK: "ko ka ke ki ne se par pe kaa kee nay koo sey kay mein me main mai men 's liye lie",
    Cue.BEFORE_NAME: "for from to of by",
    Cue.VERB: "kar karo karna kardo karke kariye kijiye keejiye kr kro krdo karwa karwao kiya kiye kia ki kijie kardena karlo hai hain he "
    "hae h ho hua hui hue hoi huaa hoga tha thi gaya gaye gayi gya gye gyi gai raha rahe rahi chahiye chahie lo le lu loon lelo dila dilana "
    "dilao dilwana dilado dilaana dilaiye dilwao dilaye utha uthake kara karwana karana karni karne karte karta kari deta dete deti hone "
    "bol padega padegi jaana jana jaye jao aa do kren karein karen krna krke rakha diyo dilanaa lag lage",
    Cue.PLAIN: "a an the in on at with is are was were has have had does did do will would can could my mine me i you we our it its this "
    "that there here some about up so be been being as than then get let s please apne apna apni hamare hamara hum ham main maine mene "
    "maine humne hamne maal mujhe mujhko mere mera meri tak wahan yahan kuch koi agar ki jo jis hi him bhar sirf bas rate only just now "
    "into onto against towards wo woh ye yeh yah vah vo is us ek wale vaapas back number baad pehle today amount rakam raqam kyunki sath "
    "saath dono donon kal kese kaise kahan leke lekar khareeda kharida kharide liye lie samajh samjhe want need bought purchased whose "
    "more wants want needs need wanted like low kam worth ghar dukaan dukan purana purani purane mahine mahina hafte hafta saal month week year via karaye karae karwaye karwaya karaya taraf mangwaya one ahead aapka aapke aap tum tumhara hona should must it",
    Cue.MARKER: "wala wali wale vala vali vale waala waali waale walla walli waley",
    Cue.MINUS: "minus negative rin",
}
_PHRASES: Final[dict[tuple[str, ...], Cue]] = {
    **{
        ("aa", went): Cue.CAME
        for went in ("gaya", "gaye", "gayi", "gya", "gye", "gai", "chuka", "chuke", "rahe", "raha")
    },
    **{("a", went): Cue.CAME for went in ("gaya", "gaye", "gayi", "gya", "gye")},
    **{("de", went): Cue.RECEIVED for went in ("gaya", "gaye", "gayi", "gya", "gye", "chuka", "chuke")},
    **{("le", went): Cue.TAKE_AWAY for went in ("gaya", "gaye", "gayi", "gya", "gye")},
    **{(left, "do"): Cue.LET_GO for left in ("jane", "jaane", "rehne", "rahne", "rhne", "chhod", "chod")},
    ("let", "it", "go"): Cue.LET_GO,
    ("leave", "it"): Cue.LET_GO,
    ("never", "mind"): Cue.LET_GO,
    ("i", "mean"): Cue.RETRACT,
    **{("kitne", of): Cue.RATE for of in ("ka", "ki", "ke", "mein", "me")},
    ("go", "ahead"): Cue.YES,
    ("go", "on"): Cue.YES,
    ("ki", "taraf", "se"): Cue.LINK,
    ("google", "pay"): Cue.UPI,
    ("g", "pay"): Cue.UPI,
    ("phone", "pe"): Cue.UPI,
    ("phone", "pay"): Cue.UPI,
    ("pay", "tm"): Cue.UPI,
    ("net", "banking"): Cue.OTHER_MODE,
    ("bank", "transfer"): Cue.OTHER_MODE,
    ("by", "check"): Cue.OTHER_MODE,
    ("check", "se"): Cue.OTHER_MODE,
    ("chek", "se"): Cue.OTHER_MODE,
    ("kis", "kis"): Cue.EVERYONE,
    ("kin", "kin"): Cue.EVERYONE,
    ("kaun", "kaun"): Cue.EVERYONE,
    ("kon", "kon"): Cue.EVERYONE,
    ("owe", "me"): Cue.OWE,
    ("owes", "me"): Cue.OWE,
    ("len", "den"): Cue.BALANCE,
    ("thik", "hai"): Cue.SOFT_YES,
    ("theek", "hai"): Cue.SOFT_YES,
    ("uske", "baad"): Cue.THEN,
    ("iske", "baad"): Cue.THEN,
    ("after", "that"): Cue.THEN,
    ("daal", "do"): Cue.ADD,
    ("dal", "do"): Cue.ADD,
    ("daal", "dena"): Cue.ADD,
    ("daal", "dijiye"): Cue.ADD,
    ("do", "not"): Cue.NOT,
    ("ke", "liye"): Cue.LINK,
    ("ke", "lie"): Cue.LINK,
    ("ke", "naam"): Cue.LINK,
    ("note", "down"): Cue.WRITE,
    ("write", "down"): Cue.WRITE,
    ("on", "account"): Cue.CREDIT,
    ("on", "the", "tab"): Cue.CREDIT,
}
"""Words that mean something only together."""

_LONGEST_PHRASE: Final = 3
_NEAR: Final = 0.86
_MIN_NEAR_LETTERS: Final = 5
_MIN_KEY_LETTERS: Final = 3
_MIN_FULL_LETTERS: Final = 4
_MAX_KEY_LETTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Hint:
    """The cues of a word. `exact`: it is spelt so; `near`: it only nearly sounds so."""

    cues: frozenset[Cue]
    exact: bool = True
    near: bool = False


NOTHING: Final = Hint(frozenset())


def _tables() -> tuple[dict[str, frozenset[Cue]], dict[str, frozenset[Cue]]]:
    spelt: dict[str, set[Cue]] = defaultdict(set)
    for cue, words in _WORDS.items():
        for word in words.split():
            spelt[word].add(cue)
    for cue, given in ((Cue.FILLER, FILLERS), (Cue.HONORIFIC, HONORIFICS)):
        for word in given:
            spelt[word].add(cue)
    sounding: dict[str, set[Cue]] = defaultdict(set)
    for word, cues in spelt.items():
        key = sound_key(word)
        kept = cues - _NEVER_BY_SOUND
        sounding[key] |= kept if len(key) >= _MIN_FULL_LETTERS else kept - _BY_FULL_SOUND_ONLY
    return _frozen(spelt), _frozen(sounding)


def _frozen(table: dict[str, set[Cue]]) -> dict[str, frozenset[Cue]]:
    return {word: frozenset(cues) for word, cues in table.items() if cues}


_NEVER_BY_SOUND: Final = frozenset(
    {Cue.PLAIN, Cue.FILLER, Cue.HONORIFIC, Cue.LINK, Cue.BEFORE_NAME, Cue.ALSO, Cue.YES, Cue.SOFT_YES, Cue.NO, Cue.NOT}
    | {Cue.MINUS, Cue.SAID, Cue.DAY, Cue.OUT, Cue.LET_GO, Cue.ACTIVE, Cue.JOIN, Cue.OWE}
)
"""Cues that only an exact spelling gives: their words are short, and names sound like them."""

_BY_FULL_SOUND_ONLY: Final = frozenset({Cue.VERB, Cue.SHOW, Cue.ASK})
"""Cues that the same sound gives to a word of four sounds or more, a near one never."""

_BY_SPELLING, _BY_SOUND = _tables()
_BY_NEAR_SOUND: Final = frozenset(
    {Cue.BILL, Cue.MAKE, Cue.CREDIT, Cue.WRITE, Cue.ADD, Cue.RECEIVED, Cue.REMIND, Cue.BALANCE, Cue.SALES, Cue.STOCK}
    | {Cue.RUPEES, Cue.CANCEL, Cue.DELETE, Cue.CASH, Cue.ACCOUNT, Cue.PERSON}
)
_SOUNDS: Final = sorted(
    key for key, cues in _BY_SOUND.items() if len(key) >= _MIN_NEAR_LETTERS and cues <= _BY_NEAR_SOUND
)


@lru_cache(maxsize=8192)
def hint_of(word: str) -> Hint:
    """Return what a word hints at: by its spelling, else by its sound, else by the nearest sound."""
    spelt = _BY_SPELLING.get(word)
    if spelt is not None:
        return Hint(spelt)
    key = sound_key(word)
    if not _MIN_KEY_LETTERS <= len(key) <= _MAX_KEY_LETTERS or not word.isalpha():
        return NOTHING
    sounding = _BY_SOUND.get(key)
    if sounding is not None:
        return Hint(sounding, exact=False)
    near = nearest_keys(key, _SOUNDS, at_least=_NEAR, limit=1) if len(key) >= _MIN_NEAR_LETTERS else []
    return Hint(_BY_SOUND[near[0][0]], exact=False, near=True) if near else NOTHING


def phrase_at(words: list[str], start: int) -> tuple[Cue, int] | None:
    """Return the cue of several words together that begin at `start`, and where they end."""
    for count in range(_LONGEST_PHRASE, 1, -1):
        cue = _PHRASES.get(tuple(words[start : start + count]))
        if cue is not None:
            return cue, start + count
    return None


def verb_in(ending: str) -> frozenset[Cue]:
    """Return the cues of the verb that a word's ending sounds like, none when it sounds like none: "joro" is jodo."""
    key = sound_key(ending)
    if len(key) < _MIN_KEY_LETTERS:
        return frozenset()
    near = max(_VERB_SOUNDS, key=lambda verb: key_similarity(key, verb))
    return _BY_SOUND[near] if key_similarity(key, near) >= _NEAR else frozenset()


_VERB_SOUNDS: Final = sorted(
    {sound_key(word) for cue in (Cue.MAKE, Cue.ADD, Cue.WRITE) for word in _WORDS[cue].split() if len(word) > 3}
)
