"""What must never be written unasked: sentences that cancel, return, ask, wish, bound or name another, as commands and as answers."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.intents.grammar import Context, parse
from voice.intents.names import Candidate, resolve
from voice.intents.products import Lexicon, ProductEntry
from voice.intents.schema import Intent, Parse

NOW = datetime(2026, 11, 24, 11, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
LEXICON = Lexicon(
    ProductEntry(name, name, "", tuple(aliases.split(",")) if aliases else ())
    for name, aliases in {
        "chawal": "rice,चावल", "cheeni": "sugar,chini,चीनी", "tel": "oil", "doodh": "milk,दूध", "aata": "atta", "biscuit": "",
    }.items()
)  # fmt: skip
PEOPLE = [
    Candidate("rahul1", "Rahul Sharma", landmark="mandir wala"), Candidate("rahul2", "Rahul Verma", landmark="ATM wala"),
    Candidate("priya", "Priya Singh"), Candidate("suresh", "Suresh Kumar"), Candidate("amit", "Amit Jain"),
    Candidate("mohan", "Mohan Lal"), Candidate("imran", "Imran Khan"),
]  # fmt: skip
OPTIONS = ("mandir wala", "ATM wala")
KEEPING = frozenset(
    {Intent.CREATE_INVOICE, Intent.RECORD_PAYMENT, Intent.ADD_CREDIT, Intent.CREATE_REMINDER, Intent.MODIFY_REMINDER}
    | {Intent.UPDATE_STOCK, Intent.CREATE_CUSTOMER, Intent.UPDATE_CUSTOMER_PHONE}
)

SHORT = """
300 diye hain na|udhaar diya tha na|300 udhaar diya tha na|paanch hazaar se zyada|300 tak|pachas so|50 50|300 300|100 ke do note|bees do diye|dhai saar
500 Priya ne|Priya ko 500 wapas kiye|Amit se 500 lena hai|kal 500 dega|500 nahi diye|2 kilo chawal nahi chahiye|agar 300 diye to likhna
pichle mahine 300 diye the|Amita|Mohana|Imrana|doosre Suresh|naya Suresh|Mrs Suresh|uska bill kitna hoga|uska payment cancel karo
""".replace("\n", "|")
"""Sentences without a person, as they follow another one."""

UNDONE = """
Priya ka payment 300 cancel karo|delete payment of 300 from Priya|Priya ka jama 300 galat|Priya ka 1 kilo cheeni ka bill cancel karo
Priya ka 1 kilo cheeni ka bill hatao|Priya ka 1 kilo cheeni ka bill galat ban gaya|Priya ka 1 kilo cheeni wala bill dikhao
Priya ne 1 kilo chawal wapas kiya|Priya returned 2 kg rice|Priya ne 300 ka saaman wapas kiya|5 kilo chawal cancel 2 packet doodh
Priya ko 5 kilo chawal cancel 2 packet doodh|Priya ka 300 udhaar galat likh diya|Priya ka 300 udhaar hata do|Priya ka 300 udhaar cancel
cancel Priya's 300 credit|remove 300 from Priya's khata|Priya ka 300 jama mita do|undo Priya's payment of 300|reverse the 300 credit of Priya
Priya ko 2 kilo chawal ka bill radd karo|Priya ka 500 ka payment wrong entry|Priya paid 300 by mistake|Priya ne 2 kilo chawal lautaya
Priya se 2 kilo chawal wapas liya|refund 300 to Priya|Priya ko 300 refund kiya|Priya ka cheque 500 bounce ho gaya|Priya ne 500 dene se mana kiya
void the bill of 2 kg rice for Priya|Priya ka do kilo chawal ka bill band karo|Priya ke khate se 300 hatao|Priya ke 300 saaf karo
प्रिया का 300 का पेमेंट कैंसिल करो|प्रिया ने 1 किलो चावल वापस किया|प्रिया का 300 जमा गलत है|प्रिया का 2 किलो चीनी का बिल हटाओ
Priya ne 300 ka maal lautaya|Priya brought back 2 kg rice|Priya ka 300 udhaar rehne do|Priya ko 300 udhaar chhodo|Priya ke 300 maaf karo
Priya ka 2 kilo chawal ka bill rok do|delete the bill for Priya 2 kg rice|Priya ka pichla 300 jama nikal do|Priya returned 300 rupees goods
""".replace("\n", "|")
ASKED = """
Priya ka 1 kilo chawal ka bill kitna hoga|Priya ka 1 kilo chawal ka kya rate hai|Priya ka 1 kilo chawal ka bill banaya kya
how much is 2 kg rice for Priya|300 diye hain na|Priya ne 300 diye hain na|Priya ko 300 udhaar diya tha na|Priya ne 300 diye kya
kya Priya ne 300 jama kiye|did Priya pay 300|has Priya paid 300|Priya ne 300 diye?|Priya ko 2 kilo chawal diya?|Priya ne 300 kab diye
Priya ko 2 kilo chawal diya na|Priya ko kitna udhaar diya 300 ya 400|Priya ko 300 udhaar kisne diya|Priya ka 300 jama dikhao
Priya ka 300 udhaar batao|what if Priya pays 300|how many rupees 300 Priya|is 300 received from Priya|Priya paid 300 right
Priya ko 2 kilo chawal kitne ka diya|Priya ka 2 kilo chawal ka daam batao|2 kilo cheeni Priya ko kaise di|Priya ko 2 kilo chawal kyun diya
प्रिया ने 300 दिए क्या|क्या प्रिया को 2 किलो चावल दिया|प्रिया का 2 किलो चावल का बिल कितना होगा|प्रिया ने 300 दिए ना|प्रिया ने 300 कब जमा किए
who paid 300|which bill has 2 kg rice Priya|Priya ke 300 aa gaye kya|Priya ke 300 aa gaye na|show Priya bill of 2 kg rice
Priya ko 300 udhaar likha hai kya|check Priya payment 300|Priya ka 300 jama hua ki nahi|Priya ne 300 jama kiye ya nahi|did you bill Priya 2 kg rice
""".replace("\n", "|")
WISHED = """
Priya should pay 300|agar Priya 300 diye to likhna|agar Priya 300 de to jama likhna|Priya kal 500 dega|Priya kal 500 degi|Priya 500 jama karegi
Priya ko 500 dena chahiye|Priya ko 500 dena hai|Priya se 500 lena hai|Priya will pay 500|if Priya pays 500 then note it|Priya may pay 500
Priya would pay 300 tomorrow|Priya must pay 300|Priya 300 de sakti hai|Priya shayad 300 degi|Priya ko 300 udhaar doonga|Priya ko 300 udhaar denge
Priya ko 2 kilo chawal dunga|Priya 2 kilo chawal legi|Priya ko 2 kilo chawal chahiye hoga|Priya jab 300 de tab jama likhna|Priya 300 de to jama kar lena
yadi Priya 300 de to jama karo|Priya ka 300 jama hoga|Priya ka 300 aana hai|Priya ke 300 aayenge|Priya se 300 milenge|Priya se 300 lene hain
Priya can pay 300|Priya promised 300 payment|Priya ne bola 300 degi|Priya ne kaha 300 diye|Priya bol rahi hai 300 diye|Priya wants 300 credit
Priya ka 300 payment baaki hai|Priya ka 300 payment pending hai|Priya par 300 udhaar hai|Priya ka 300 payment due|Priya 300 dene wali hai
अगर प्रिया 300 दे तो जमा लिखना|प्रिया कल 500 देगी|प्रिया को 500 देने चाहिए|प्रिया से 500 लेने हैं|प्रिया 300 जमा करेगी|प्रिया को 2 किलो चावल दूंगा
Priya roz 300 deti hai|Priya har mahine 300 jama karti hai|Priya ko 300 udhaar dena chahiye|Priya could have paid 300|Priya chahti hai 300 udhaar
Priya ko 2 kilo chawal agar ho to de do|unless Priya pays 300 write credit|Priya ne 300 diye hote to|Priya ko 300 udhaar dena padega
""".replace("\n", "|")
AMOUNTS = """
Priya paid 500 not 300|Priya paid 500 instead of 300|Priya paid 500 rather than 300|Priya ne 100 ke do note diye|Priya ne 50 50 diye
Priya ne 300 300 diye|Priya ne paanch hazaar se zyada diye|Priya ne 300 tak diye|Priya ne pachas so diye|Priya ne bees do diye
Priya ko dhai saar udhaar diye|Priya ko dhai saar rupye udhaar diye|Priya ne 5 100 diye|Priya ne 500 ke 4 note diye|Priya ne 10 ke sikke diye
Priya ne lagbhag 300 diye|Priya paid about 300|Priya paid at least 300|Priya paid more than 300|Priya ne kam se kam 300 diye
Priya ne 300 se kam diye|Priya ne 300 se upar diye|Priya paid around 300|Priya paid up to 300|Priya ne 300 ya 400 diye|Priya paid 300 or 400
Priya ne 300 mein se 200 diye|Priya ne 200 300 diye|Priya ne teen char sau diye|Priya ne 500 ka ek note diya|Priya gave two notes of 100
Priya ne 300 do baar diye|Priya ne 300 teen baar diye|Priya ne 300 ka double diya|Priya paid 50 percent of 300|Priya ne bees so diye
Priya ne tees so jama kiye|Priya ne sattar so rupaye diye|Priya ne dedh rupaye diye|Priya ne 300 aur 200 diye|Priya ne 300 plus 200 diye
Priya ne 300 minus 50 diye|Priya ne 5 100 jama kiye|Priya ne 300 har mahine diye|Priya ne 100 ke paanch note jama kiye|Priya ne 300 300 jama kiye
Priya ko 300 300 udhaar likho|Priya ko 500 tak udhaar do|Priya ko 500 se zyada udhaar mat likho|Priya ke khate mein 50 50 likho
Priya ko 300 400 udhaar diye|Priya ne 500 ki jagah 300 diye|प्रिया ने 100 के दो नोट दिए|प्रिया ने 300 से ज़्यादा दिए|प्रिया ने 300 तक जमा किए
प्रिया ने पचास पचास दिए|प्रिया को 500 तक उधार लिखो|Priya ne 300 kg diye|Priya ne 2 kilo 300 diye|Priya ne 300 each diye
""".replace("\n", "|")
OTHERS = """
Amita ne 300 diye|Mohana ne 300 diye|Imrana ne 300 jama kiye|doosre Suresh ne 300 diye|naya Suresh ko 300 udhaar likho|Mrs Suresh ne 300 diye
chhota Suresh ne 300 diye|chhote Suresh ko 300 udhaar diya|bade Suresh ne 300 diye|wife of Suresh paid 300|Suresh ki wife ne 300 diye
Suresh ke bhai ne 300 diye|Suresh ki didi ko 300 udhaar diya|Suresh ke papa ne 300 jama kiye|Suresh ka beta 300 de gaya|doosra Suresh 300 jama
new Suresh paid 300|other Suresh paid 300|second Suresh paid 300|Suresh junior paid 300|Suresh ke padosi ne 300 diye|Suresh aur Priya ne 300 diye
Mrs Amit paid 300|old Suresh paid 300|purana Suresh ne 300 diye|shrimati Suresh ne 300 diye|अमिता ने 300 दिए|दूसरे सुरेश ने 300 दिए|नया सुरेश ने 300 दिए
सुरेश की पत्नी ने 300 दिए|छोटे सुरेश ने 300 दिए|Amitaa ko 2 kilo chawal ka bill banao|Imrana ko 2 kilo cheeni|naye Suresh ko 2 kilo chawal de do
Suresh ki maa ko 2 kilo chawal ka bill|pehle wale Suresh ne 300 diye|teesre Suresh ko 300 udhaar|Priya not Amit paid 300|Suresh nahi shayad Amit ne 300 diye
""".replace("\n", "|")
TOLD = """
Priya ko 300 dene the udhaar|Priya ka 300 jama karna tha|Priya ka udhaar 300|Priya par 300 udhaar|Priya ka 300 jama hai|Priya ka 300 udhaar likha hai
Priya ka 300 udhaar likha hua hai|bill ban gaya Priya ka 2 kilo chawal|Priya ka 2 kilo chawal ka bill bana diya|Priya ka 2 kilo chawal ka bill ban gaya tha
Priya se 2 kilo chawal liya|bought 2 kg rice from Priya|Priya se 2 kilo chawal kharida|Priya ne 2 kilo chawal diya|Priya ko 300 jama|Priya was paid 300
Priya got 300|Priya received 300|paid 300 to Priya|I paid Priya 300|Priya ko 300 mila|Priya 300 dene aayi thi|Priya 300 dene aayi|Priya se 300 vasool karna hai
Priya ka 300 clear karna hai|kal Mohan ko reminder bheja tha|kal Mohan ko yaad dilaya tha|agar Mohan na de to kal yaad dilana|Mohan ko yaad dilaya kya kal
Priya ki taraf se Amit ne 300 diye|Amit ke khate se Priya ke khate mein 300 jodo|Priya ne Amit ko 300 diye|Priya ke 300 Amit ke naam likho
Priya ko 2 2 kilo chawal|Priya ko do teen kilo chawal de do|Priya ko 2 kilo se zyada chawal de do|Priya ko lagbhag 2 kilo chawal de do
Priya ko 2-3 kilo chawal de do|Priya ko 2 kilo ya 3 kilo chawal de do|Priya ko 3 kilo chawal not 2 kilo|Priya ko 2 kg rice not sugar
bill Priya 2 kg rice instead of sugar|bill Priya for 2 kg rice not 3|Priya ko 2 kilo chawal bina cheeni ke|Priya ko muft 2 kilo chawal de do
Priya ko 2 kilo chawal do baar diya|Priya ke khate mein 300 kam likho|Priya ke khate mein 300 zyada likh diya|Priya ke khate mein 300 do baar likh diya
Priya ka 300 dobara jama ho gaya|Priya ne pehle hi 300 diye|Priya ne 300 na diye|Priya ko 300 udhaar na do|tell Priya to pay 300|Priya ko bolo 300 jama kare
50 kilo chawal aayega|50 kilo chawal aaya kya|agar 50 kilo chawal aaye to likhna|50 kilo chawal wapas gaya|Priya ka number 9811122233 hai kya
Priya ka naya number 9811122233 galat hai|Priya paid 300 out of 500|Priya paid 300 twice|Priya ne 500 ka aadha diya|Priya ne sau do sau diye|Priya ne das bees rupaye diye
""".replace("\n", "|")
DATED = """
pichle mahine Priya ne 300 diye the|pichle saal Priya ko 300 udhaar diya tha|last month Priya paid 300|tomorrow Priya paid 300
30 february ko Priya ne 300 diye|agle hafte Priya ne 300 diye|kal aur parso Priya ne 300 diye|pichle hafte ka 300 Priya ne diya|do mahine pehle wala 300 Priya ne diya
Priya ne 300 pehle diye the|har hafte Priya ko 300 udhaar likho|5 january 2020 ko Priya ne 300 diye|Priya ne 300 purane diye
""".replace("\n", "|")

GOOD = """
Priya ne 300 diye|Priya ne 300 rupaye jama kiye|Priya ne kal 300 diye the|Priya ko 300 udhaar diya
Priya ko 300 udhaar likh do|Priya ke khate mein 300 likh do|Priya ke naam 300 likho
Priya ko 2 kilo chawal ka bill banao|Priya ka bill bana do 2 kilo chawal aur 1 litre tel
Priya ko 2 kilo chawal de do|Priya ko 2 kilo chawal diya|Priya ne 2 kilo chawal liya
Priya ne 2 kilo chawal udhaar liya|Priya ji ne 500 rupaye nakad diye hain|Priya didi ne 500 rupaye phonepe kiye
Priya ne abhi 500 diye|haan Priya ne 500 diye|arre Priya ne 500 diye yaar|Priya paid 300
Priya has paid 300 rupees in cash|Received 300 from Priya|record a payment of 300 from Priya|Priya gave me 300
add 300 to Priya's khata|give Priya 300 credit|put 300 on Priya's account|make a bill for Priya 2 kg rice
bill Priya for 2 kg rice and 1 litre oil at 120|please make a bill for Priya with 2 kg rice
Priya ko 2 kilo chawal 60 rupaye kilo ka bill|Priya ko 50 rupaye ki cheeni
Priya ka bill banana hai 2 kilo chawal|Priya ko do kilo chawal dena|Priya ne paanch sau jama kar diye
Priya ke 300 aa gaye|Priya se 300 mile|Priya se 300 le liye|Priya ka 300 jama kar lo|Priya ka 300 jama karo
300 Priya ne diye|300 rupaye Priya ko udhaar|aaj Priya ne 300 diye|Priya ne aaj subah 300 diye
Priya madam ka bill bana dijiye 2 packet doodh|Priya bhai ko ek kilo cheeni ka bill bana do
Rahul mandir wala ko 300 udhaar likh do|Suresh Kumar ne 300 diye|Mohan ko kal shaam 6 baje paise ki yaad dilana
kal subah Mohan ko reminder bhejna|प्रिया ने 300 रुपये दिए|प्रिया को 300 उधार लिख दो
प्रिया को 2 किलो चावल का बिल बनाओ|प्रिया के 300 जमा करो|प्रिया को दो किलो चीनी दे दो
Priya ka naya bill 2 kilo chawal|Priya ne 300 upi se diye|Priya ne bakaya ke 300 diye
Priya ne udhaar ke 300 chukaye|Priya ne apne khate mein 300 jama karaye|Priya ke hisaab mein 300 jod do
Priya ka 300 ka udhaar likho|Priya 300 ka saman le gayi udhaar|Priya ko 300 ka maal udhaar diya
Priya ne 300 diye the parso|sold 2 kg rice to Priya|Priya took 2 kg rice|Priya bought 2 kg rice
Priya needs a bill for 2 kg rice|note 300 credit for Priya|90 rupaye note karo Priya ka udhaar
Priya ko sau rupaye udhaar|Priya ne das hazaar cheque se diye|Priya ne bees hazaar paanch sau diye
Priya ne do sau pachas rupaye diye|Priya ne sava sau diye|Priya ne dedh sau diye|Priya ne paune do sau diye
Priya ko saadhe teen sau udhaar|accha Priya ka 2 kilo chawal likh lo|Priya ko paanch so udhaar
Priya ko dhai sau gram cheeni aur aadha kilo chawal|Priya ne 500 nahi 300 diye
Priya ko 2 kilo nahi 3 kilo chawal ka bill|ok Priya ko 300 udhaar do|Suresh ke 1,500 jama
Priya ke do hazaar jama ho gaye|Amit ko paisa diya 300 udhaar
""".replace("\n", "|")
"""Plain commands: whoever speaks so is not asked again."""


def sentences(listing: str) -> list[str]:
    return [sentence.strip() for sentence in listing.split("|") if sentence.strip()]


def understand(text: str, expecting: str = "", *options: str) -> Parse:
    return parse(text, lexicon=LEXICON, now=NOW, context=Context(expecting, options))  # type: ignore[arg-type]


def writes_unasked(found: Parse) -> bool:
    """Tell whether a parse would be carried out without a question: it writes, nothing is open, name and goods are certain."""
    if found.intent is Intent.MULTI:
        return found.question is None and any(writes_unasked(command) for command in found.commands)
    if found.intent not in KEEPING or not found.is_complete or found.unread:
        return False
    if any(item.product_id is None for item in found.items):
        return False
    return found.customer is None or resolve(found.customer, PEOPLE).is_certain


def answers_unasked(found: Parse) -> bool:
    if found.intent is not Intent.PROVIDE or found.question is not None or found.unread:
        return False
    return found.customer is None or resolve(found.customer, PEOPLE).is_certain


BAD = [sentence for listing in (SHORT, UNDONE, ASKED, WISHED, AMOUNTS, OTHERS, TOLD) for sentence in sentences(listing)]


def test_the_table_is_large() -> None:
    assert len(set(BAD)) >= 200


@pytest.mark.parametrize("said", BAD)
def test_nothing_is_written_unasked(said: str) -> None:
    assert not writes_unasked(understand(said))


@pytest.mark.parametrize("said", sentences(DATED))
def test_a_date_that_cannot_be_honoured_is_asked(said: str) -> None:
    assert not writes_unasked(understand(said))


@pytest.mark.parametrize("expecting", ["customer", "choice", "amount", "items", "direction", "confirmation"])
@pytest.mark.parametrize("said", BAD)
def test_nothing_is_written_unasked_in_the_middle_of_a_question(said: str, expecting: str) -> None:
    found = understand(said, expecting, *OPTIONS)
    assert not writes_unasked(found)
    assert not answers_unasked(found)
    assert found.intent is not Intent.CONFIRM


@pytest.mark.parametrize("said", sentences(GOOD))
def test_a_plain_command_goes_through_unasked(said: str) -> None:
    found = understand(said)
    assert writes_unasked(found)
    assert found.confidence == 1.0


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("Priya ka 1 kilo cheeni ka bill cancel karo", Intent.CANCEL_INVOICE),
        ("Priya ka 1 kilo cheeni ka bill galat ban gaya", Intent.CANCEL_INVOICE),
        ("Priya ka payment 300 cancel karo", Intent.UNKNOWN),
        ("Priya ne 1 kilo chawal wapas kiya", Intent.UNKNOWN),
        ("Priya should pay 300", Intent.UNKNOWN),
        ("Priya ka 1 kilo chawal ka bill kitna hoga", Intent.UNKNOWN),
    ],
)
def test_what_says_something_else_is_another_intent_with_a_question(said: str, intent: Intent) -> None:
    found = understand(said)
    assert found.intent is intent
    assert found.question is not None


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("Priya paid 500 not 300", "amount_unsure"), ("Priya ne 100 ke do note diye", "amount_unsure"),
        ("Priya ne 50 50 diye", "amount_unsure"), ("Priya ne paanch hazaar se zyada diye", "amount_unsure"),
        ("Priya ne 300 tak diye", "amount_unsure"), ("Priya ne pachas so diye", "amount_unsure"),
        ("Priya ne bees do diye", "amount_unsure"), ("Priya ko dhai saar udhaar diye", "amount_unsure"),
        ("Priya ne 5 100 diye", "amount_unsure"), ("doosre Suresh ne 300 diye", "unread"), ("Mrs Suresh ne 300 diye", "unread"),
        ("naya Suresh ko 300 udhaar likho", "unread"), ("Suresh ki wife ne 300 diye", "customer_unsure"),
        ("pichle mahine Priya ne 300 diye the", "unread"), ("tomorrow Priya paid 300", "unread"),
    ],
)  # fmt: skip
def test_the_question_names_the_doubt(said: str, question: str) -> None:
    assert understand(said).question == question


def test_english_keeps_what_stands_before_its_not() -> None:
    assert understand("Priya paid 500 not 300").amount_paise == 50_000


def test_a_day_that_a_bill_was_meant_for_is_kept() -> None:
    found = understand("kal Priya ko 2 kilo chawal diya tha uska bill banao")
    assert found.date == date(2026, 11, 23) or not writes_unasked(found)


NO_ANSWERS = {
    "choice": "mandir wala nahi|nahi mandir wala|doosra nahi|not the second one|na mandir wala na ATM wala|pehla nahi doosra|pehla mat lo"
    "|mandir wala galat hai|mandir wala chhod ke|mandir wala ya ATM wala|mandir wala aur ATM wala|mandir wala kya|pehla wala?|teesra|3"
    "|pehla doosra|mandir wala hoga shayad|mandir wala na|मंदिर वाला नहीं|दूसरा नहीं|dono nahi|neither mandir wala|mandir wala cancel karo",
    "customer": "Priya nahi|not Priya|Priya mat likho|Priya nahi Amit|Priya kya|Priya?|Priya cancel karo|प्रिया नहीं|Priya na|Suresh ki wife",
    "amount": "500 Priya ne|Priya ko 500 wapas kiye|Amit se 500 lena hai|kal 500 dega|500 nahi diye|500 nahi|500 wapas kiye|500 lena hai"
    "|500 dena hai|500 degi|500 kya|500 na|agar de to 500|500 cancel karo|500 galat hai|500 hona chahiye|should be 500|500 प्रिया ने|500 नहीं",
    "items": "2 kilo chawal nahi chahiye|2 kilo chawal mat do|Priya ko 2 kilo chawal|2 kilo chawal wapas kiya|2 kilo chawal kitne ka hai"
    "|2 kilo chawal cancel karo|2 kilo chawal?|agar ho to 2 kilo chawal|2 kilo chawal hata do|2 kilo chawal lega|2 किलो चावल नहीं चाहिए",
    "direction": "udhaar nahi jama|jama nahi|udhaar nahi|udhaar kya|jama?|udhaar Priya ko|jama karega|udhaar cancel karo|उधार नहीं",
    "datetime": "kal nahi|kal mat bhejna|kal 6 baje nahi|agar kal aaye|kal galat hai|कल नहीं",
}
UNSURE_ANSWERS = "500 diye|500 likh do|500 jama kiye|500 nahi 600|500 tak|500 se zyada|50 50|100 ke do note|pachas so|500 600|lagbhag 500|500 not 300|usne 500 diye"


@pytest.mark.parametrize(
    ("expecting", "said"), [(slot, said) for slot, listing in NO_ANSWERS.items() for said in sentences(listing)]
)
def test_what_refuses_or_speaks_of_another_is_no_answer(expecting: str, said: str) -> None:
    found = understand(said, expecting, *(OPTIONS if expecting == "choice" else ()))
    assert found.intent is not Intent.PROVIDE
    assert not writes_unasked(found) or found.customer is not None


@pytest.mark.parametrize("said", sentences(UNSURE_ANSWERS))
def test_an_answer_that_says_more_waits_for_a_yes(said: str) -> None:
    assert not answers_unasked(understand(said, "amount"))


_NOS = ("nahi", "nahin", "mat", "not", "no", "na", "galat", "nai", "don't", "नहीं", "मत")


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            "mandir wala",
            "ATM wala",
            "pehla",
            "doosra",
            "the first one",
            "the second one",
            "mandir",
            "do number",
            "Rahul mandir wala",
        ]
    ),
    st.sampled_from(_NOS),
    st.sampled_from(["", "wala", "ji", "hai", "chahiye", "bhai"]),
    st.booleans(),
)
def test_an_option_with_a_no_chooses_nothing(option: str, refusal: str, more: str, is_first: bool) -> None:
    said = f"{refusal} {option} {more}" if is_first else f"{option} {refusal} {more}"
    found = understand(said, "choice", *OPTIONS)
    assert found.intent not in (Intent.PROVIDE, Intent.CONFIRM)
    assert not writes_unasked(found)


@settings(max_examples=300)
@given(
    st.sampled_from(sentences(GOOD)),
    st.sampled_from(
        [
            "cancel",
            "galat",
            "kya",
            "agar",
            "should",
            "?",
            "hata do",
            "kitna",
            "mat",
            "shayad",
            "wrong",
            "delete",
            "chahiye tha",
            "hoga",
            "na",
            "xyzzy",
        ]
    ),
)
def test_a_plain_command_with_one_such_word_is_never_written_unasked(said: str, word: str) -> None:
    found = understand(f"{said} {word}")
    assert found.intent in (Intent.CREATE_REMINDER, Intent.MULTI) or not writes_unasked(found)
