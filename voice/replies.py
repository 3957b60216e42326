"""What is said back, in the language that was spoken. Every number in a reply comes from the database."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from execora.core.errors import DomainError
from execora.core.money import indian_rupees

ENGLISH, HINDI_LATIN, HINDI = "en", "hi-Latn", "hi-Deva"

# Each reply in romanised Hindi, Devanagari and English.
_TEXTS: dict[str, tuple[str, str, str]] = {
    "ask.customer": (
        "Kiske liye? Customer ka naam boliye.",
        "किसके लिए? ग्राहक का नाम बोलिए।",
        "For whom? Say the customer's name.",
    ),
    "ask.items": (
        "Kaun sa saman, aur kitna?",
        "कौन सा सामान, और कितना?",
        "Which goods, and how much of each?",
    ),
    "ask.quantity": ("{product} kitna?", "{product} कितना?", "How much {product}?"),
    "ask.amount": ("Kitne rupaye?", "कितने रुपये?", "How many rupees?"),
    "ask.datetime": ("Kab yaad dilana hai?", "कब याद दिलाना है?", "When is the reminder due?"),
    "ask.product": ("Kaun sa saman?", "कौन सा सामान?", "Which product?"),
    "ask.direction": (
        "Paise mile, ya udhaar likhna hai?",
        "पैसे मिले, या उधार लिखना है?",
        "Was it paid, or given on credit?",
    ),
    "ask.choice": ("Kaun sa {name}? {choices}?", "कौन सा {name}? {choices}?", "Which {name}? {choices}?"),
    "ask.choices_or": (" ya ", " या ", " or "),
    "unknown": (
        "Samajh nahi aaya. Dobara boliye: bill, jama, udhaar, baaki, stock, yaad ya aaj ka hisaab?",
        "समझ नहीं आया। दोबारा बोलिए: बिल, जमा, उधार, बाकी, स्टॉक, याद या आज का हिसाब?",
        "I did not understand. Say it again: a bill, a payment, credit, a balance, stock, a reminder or today's summary?",
    ),
    "on_page": (
        "Yeh abhi bolkar nahi hota. Page par kijiye.",
        "यह अभी बोलकर नहीं होता। पेज पर कीजिए।",
        "That is not done by voice yet. Please do it on the page.",
    ),
    "one_at_a_time": ("Ek baar mein ek kaam boliye.", "एक बार में एक काम बोलिए।", "Please say one thing at a time."),
    "no_customer": (
        "{name} naam ka koi customer nahi mila. Poora naam boliye.",
        "{name} नाम का कोई ग्राहक नहीं मिला। पूरा नाम बोलिए।",
        "There is no customer called {name}. Say the full name.",
    ),
    "no_product": (
        "{product} is dukaan mein nahi hai. Kaun sa saman?",
        "{product} इस दुकान में नहीं है। कौन सा सामान?",
        "This shop has no {product}. Which product?",
    ),
    "price_uneven": (
        "{product} ka daam barabar nahi bantta. Ek ka daam boliye.",
        "{product} का दाम बराबर नहीं बँटता। एक का दाम बोलिए।",
        "The price of {product} does not divide evenly. Say the price of one.",
    ),
    "own_only": (
        "Aap sirf apna baaki pooch sakte hain.",
        "आप सिर्फ़ अपना बाकी पूछ सकते हैं।",
        "You may ask only for your own balance.",
    ),
    "nothing_to_confirm": (
        "Abhi kuch baaki nahi jiske liye haan ya nahi chahiye.",
        "अभी कुछ बाकी नहीं जिसके लिए हाँ या नहीं चाहिए।",
        "Nothing is waiting for a yes or a no.",
    ),
    "proposal_gone": (
        "Woh ab nahi raha. Dobara boliye.",
        "वह अब नहीं रहा। दोबारा बोलिए।",
        "That is no longer waiting. Say it again.",
    ),
    "cancelled": ("Theek hai, nahi kiya.", "ठीक है, नहीं किया।", "All right, it was not done."),
    "yes_or_no": ("Haan ya nahi? {summary}", "हाँ या नहीं? {summary}", "Yes or no? {summary}"),
    "terms_changed": (
        "Daam badal gaya hai. {summary}",
        "दाम बदल गया है। {summary}",
        "The price has changed. {summary}",
    ),
    "dated_today": (
        "{day} suna, par bill aaj ki tareekh ka banega. {summary}",
        "{day} सुना, पर बिल आज की तारीख का बनेगा। {summary}",
        "I heard {day}, but a bill is dated today. {summary}",
    ),
    "propose.CREATE_INVOICE": (
        "{customer} ka bill: {items}, kul ₹{amount}. Banaun?",
        "{customer} का बिल: {items}, कुल ₹{amount}। बनाऊँ?",
        "A bill for {customer}: {items}, total ₹{amount}. Shall I make it?",
    ),
    "propose.RECORD_PAYMENT": (
        "{customer} se ₹{amount} jama karun{day}?",
        "{customer} से ₹{amount} जमा करूँ{day}?",
        "Record ₹{amount} received from {customer}{day}?",
    ),
    "propose.ADD_CREDIT": (
        "{customer} ke khate mein ₹{amount} udhaar likhun{day}?",
        "{customer} के खाते में ₹{amount} उधार लिखूँ{day}?",
        "Write ₹{amount} of credit on {customer}'s account{day}?",
    ),
    "propose.CREATE_REMINDER": (
        "{customer} ko {when} yaad dilaun?",
        "{customer} को {when} याद दिलाऊँ?",
        "Remind {customer} on {when}?",
    ),
    "propose.CHECK_BALANCE": ("{customer} ka baaki bataun?", "{customer} का बाकी बताऊँ?", "Do you mean {customer}?"),
    "done.CREATE_INVOICE": (
        "{customer} ka bill {number} ban gaya: {items}, kul ₹{amount}. Ab baaki {balance}.",
        "{customer} का बिल {number} बन गया: {items}, कुल ₹{amount}। अब बाकी {balance}।",
        "Bill {number} for {customer}: {items}, total ₹{amount}. The balance is now {balance}.",
    ),
    "done.RECORD_PAYMENT": (
        "{customer} se ₹{amount} jama ho gaye{day}. Ab baaki {balance}.",
        "{customer} से ₹{amount} जमा हो गए{day}। अब बाकी {balance}।",
        "₹{amount} received from {customer}{day}. The balance is now {balance}.",
    ),
    "done.ADD_CREDIT": (
        "{customer} ke khate mein ₹{amount} udhaar likh diya{day}. Ab baaki {balance}.",
        "{customer} के खाते में ₹{amount} उधार लिख दिया{day}। अब बाकी {balance}।",
        "₹{amount} of credit written for {customer}{day}. The balance is now {balance}.",
    ),
    "done.CHECK_BALANCE": (
        "{customer} ka baaki {balance} hai.",
        "{customer} का बाकी {balance} है।",
        "{customer}'s balance is {balance}.",
    ),
    "done.CHECK_STOCK": (
        "{product} ka stock {quantity} {unit} hai.",
        "{product} का स्टॉक {quantity} {unit} है।",
        "{quantity} {unit} of {product} in stock.",
    ),
    "done.CREATE_REMINDER": (
        "{customer} ko {when} yaad dilaya jayega.",
        "{customer} को {when} याद दिलाया जाएगा।",
        "{customer} will be reminded on {when}.",
    ),
    "done.DAILY_SUMMARY": (
        "{day}: {count} bill, bikri ₹{sales}, jama ₹{payments}, kul baaki ₹{pending}.",
        "{day}: {count} बिल, बिक्री ₹{sales}, जमा ₹{payments}, कुल बाकी ₹{pending}।",
        "{day}: {count} bills, sales ₹{sales}, received ₹{payments}, outstanding ₹{pending}.",
    ),
    "balance.advance": ("₹{amount} advance", "₹{amount} एडवांस", "₹{amount} in advance"),
    "error.NOT_PERMITTED": (
        "Aapko iski ijazat nahi hai. Dukaan ke admin se poochiye.",
        "आपको इसकी इजाज़त नहीं है। दुकान के एडमिन से पूछिए।",
        "",
    ),
    "error.BUSY": (
        "Khata abhi vyast hai, kuch nahi likha. Thodi der mein dobara boliye.",
        "खाता अभी व्यस्त है, कुछ नहीं लिखा। थोड़ी देर में दोबारा बोलिए।",
        "",
    ),
    "error.DATE_NOT_ALLOWED": (
        "Yeh tareekh nahi chalegi: aaj tak ki, ek saal ke andar ki boliye.",
        "यह तारीख नहीं चलेगी: आज तक की, एक साल के अंदर की बोलिए।",
        "",
    ),
    "error.UNIT_MISMATCH": (
        "Yeh saman is naap mein nahi bikta. Sahi naap ke saath dobara boliye.",
        "यह सामान इस नाप में नहीं बिकता। सही नाप के साथ दोबारा बोलिए।",
        "",
    ),
    "error.AMOUNT_TOO_LARGE": (
        "Ek baar mein 9,99,99,999 rupaye se zyada nahi.",
        "एक बार में 9,99,99,999 रुपये से ज़्यादा नहीं।",
        "",
    ),
}
_COLUMNS = {HINDI_LATIN: 0, HINDI: 1, ENGLISH: 2}


def reply(key: str, language: str, **values: object) -> str:
    """Return the reply `key` in `language`; an unknown language is answered in romanised Hindi."""
    return _TEXTS[key][_COLUMNS.get(language, 0)].format(**values)


def refusal(fault: DomainError, language: str) -> str:
    """Return why a command was refused: in the language spoken where we have the words, else as REST says it."""
    texts = _TEXTS.get(f"error.{fault.code}")
    return (texts[_COLUMNS.get(language, 0)] if texts else "") or fault.message


def balance(paise: int, language: str) -> str:
    """Return a balance as it is said: what is owed, or what is paid in advance."""
    if paise < 0:
        return reply("balance.advance", language, amount=indian_rupees(-paise))
    return f"₹{indian_rupees(paise)}"


def listed(words: Sequence[str], language: str) -> str:
    """Return the choices of a question: "a, b ya c"."""
    joint = _TEXTS["ask.choices_or"][_COLUMNS.get(language, 0)]
    return joint.join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def said_time(moment: datetime) -> str:
    """Return a local time as people write it: "25-11-2026 7:00 PM"."""
    return f"{said_day(moment.date())} {moment.strftime('%I:%M %p').lstrip('0')}"


def said_day(day: date) -> str:
    return day.strftime("%d-%m-%Y")


def said_items(lines: Sequence[Mapping[str, str]]) -> str:
    """Return the lines of a bill: "5 kg Rice, 2 packet Milk"."""
    return ", ".join(f"{line['quantity']} {line['unit']} {line['product']}" for line in lines)
