"""When: days by tense, weekdays, dates and times of day, as said and as recognition writes them."""

from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.language.dates import is_past, read_when
from execora.language.script import normalise

TUESDAY = datetime(2026, 11, 24, 11, 30, tzinfo=ZoneInfo("Asia/Kolkata"))

MOMENTS = {
    "Harish ko budhvar subah 10 baje 1500 ka reminder": "11-25 10:00",
    "Geeta ko char din baad dopahar 1 baje 640 ka reminder bhejna": "11-28 13:00",
    "फरीदा को परसों शाम पाँच बजे ढाई सौ का रिमाइंडर": "11-26 17:00",
    "Send Arjun a reminder for 900 tomorrow at noon": "11-25 12:00",
    "Naresh ko subah 4 baje reminder bhejo": "11-25 04:00",
    "shanivar dopahar 12 baje": "11-28 12:00",
    "Kal shamsat bhaji mohan ko peise ki yaad dilana": "11-25 19:00",
    "Kal shamsaat bhajim mohen ko pese ki yaad dilana": "11-25 19:00",
    "kal shaam saat bagye": "11-25 19:00",
    "Remind Mohan about the payment tomorrow at 7 in the evening.": "11-25 19:00",
    "remind mohan tomorrow at seven in the evening": "11-25 19:00",
    "saade saat baje": "11-24 19:30",
    "sava 5 baje": "11-24 17:15",
    "paune 6 baje": "11-24 17:45",
    "paune ek baje": "11-24 12:45",
    "dhai baje": "11-24 14:30",
    "saath baje": "11-24 19:00",
    "7 pm": "11-24 19:00",
    "10 am": "11-25 10:00",
    "12 am": "11-25 00:00",
    "7:30 p.m.": "11-24 19:30",
    "7.30 baje": "11-24 19:30",
    "07:30": "11-25 07:30",
    "19:00": "11-24 19:00",
    "seven thirty pm": "11-24 19:30",
    "half past seven": "11-24 19:30",
    "quarter to six in the evening": "11-24 17:45",
    "7 baj kar 20 minute": "11-24 19:20",
    "seven o'clock": "11-24 19:00",
    "remind Rahul at 5": "11-24 17:00",
    "shaam ko": "11-24 18:00",
    "subah": "11-25 09:00",
    "dopahar mein": "11-24 13:00",
    "raat ko": "11-24 20:00",
    "tonight": "11-24 20:00",
    "kal subah": "11-25 09:00",
    "kal shaam 7 ko": "11-25 19:00",
    "raat 12 baje": "11-25 00:00",
    "aaj raat 12 baje": "11-25 00:00",
    "aaj raat 9 baje": "11-24 21:00",
    "aaj 9 baje yaad dilana": "11-24 21:00",
    "mangalwar 5 baje": "11-24 17:00",
    "mangalwar 10 am": "12-01 10:00",
    "next friday at 5": "11-27 17:00",
    "2 ghante baad": "11-24 13:30",
    "do ghante mein": "11-24 13:30",
    "in 2 hours": "11-24 13:30",
    "in half an hour": "11-24 12:00",
    "aadhe ghante baad": "11-24 12:00",
    "20 minute baad": "11-24 11:50",
    "5 december ko shaam 4 baje": "12-05 16:00",
}

DAYS = {
    "aaj": "11-24",
    "kal dena": "11-25",
    "kal bhejna": "11-25",
    "parso yaad dilana": "11-26",
    "Naresh ne kal 350 diye the": "11-23",
    "parso kiya tha": "11-22",
    "kal kitni bikri hui": "11-23",
    "Tell me yesterday's total": "11-23",
    "day after tomorrow": "11-26",
    "day before yesterday": "11-22",
    "teen din pehle": "11-21",
    "3 days ago": "11-21",
    "do din baad": "11-26",
    "in 3 days": "11-27",
    "agle hafte": "12-01",
    "do hafte baad": "12-08",
    "ek mahine baad": "12-24",
    "somvar": "11-30",
    "सोमवार को": "11-30",
    "ravi vaar ko": "11-29",
    "mangalwar ko": "12-01",
    "somvar ko diye the": "11-23",
    "pichle shukravar": "11-20",
    "Thursday": "11-26",
    "mahine ki 5 tareekh ko": "12-05",
    "agle mahine ki 5 tareekh": "12-05",
    "30 tareekh": "11-30",
    "15 tareekh": "12-15",
    "15 tareekh ko diya tha": "11-15",
    "5 december": "12-05",
    "december 5th": "12-05",
    "on the 5th of december": "12-05",
    "पाँच दिसंबर": "12-05",
    "2026-12-05": "12-05",
    "5/12/2026": "12-05",
    "5 december 2026": "12-05",
    "pichle mahine ki 5 tareekh": "10-05",
    "mahine ki aakhri tareekh": "11-30",
}

NO_TIME = [
    "Rahul ko 500 udhaar",
    "Rahul ko paanch kilo chawal ka bill banao",
    "rice at 5 per kilo",
    "do plate pav bhaji",
    "Ravi ko 500 de do",
    "Mangal ka khata",
    "kul bikri",
    "good morning",
    "pichle hafte kitni bikri hui",
    "last month",
    "2 aam aur 3 kele",
    "cancel the last bill",
    "",
]


def spoken(text: str) -> list[str]:
    return normalise(text).split()


@pytest.mark.parametrize(("text", "moment"), MOMENTS.items())
def test_a_time_is_the_next_one_meant(text: str, moment: str) -> None:
    when = read_when(spoken(text), TUESDAY, past=None)
    assert when is not None
    assert when.moment == datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=TUESDAY.tzinfo)


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_a_day_is_found_without_a_time(text: str, day: str) -> None:
    when = read_when(spoken(text), TUESDAY, past=None)
    assert when is not None
    assert (when.date.isoformat(), when.time, when.moment) == (f"2026-{day}", None, None)


@pytest.mark.parametrize("text", NO_TIME)
def test_what_is_no_time_is_not_read_as_one(text: str) -> None:
    assert read_when(spoken(text), TUESDAY, past=None) is None


@pytest.mark.parametrize(
    "text",
    [
        "30 february",
        "30 february ko 5 baje",
        "31 november",
        "31 tareekh",
        "2026-13-01",
        "0 tareekh",
        "99 din 45 tareekh",
        "shaam 45:00 baje 31/2/2026",
    ],
)
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    assert read_when(spoken(text), TUESDAY, past=None) is None


def test_the_caller_may_say_which_way_kal_lies() -> None:
    before, after = (read_when(["kal"], TUESDAY, past=past) for past in (True, False))
    assert before is not None
    assert after is not None
    assert (before.date.day, after.date.day) == (23, 25)


def test_a_past_time_is_the_last_one() -> None:
    when = read_when(spoken("subah 9 baje"), TUESDAY, past=True)
    assert when is not None
    assert (when.date.day, when.time) == (24, time(9, tzinfo=TUESDAY.tzinfo))
    evening = read_when(spoken("shaam 5 baje"), TUESDAY, past=True)
    assert evening is not None
    assert evening.date.day == 23


def test_spans_name_the_words_that_said_it_with_their_postpositions() -> None:
    said = spoken("Kal Mohan ko shaam ko saat baje yaad dilana")
    when = read_when(said, TUESDAY, past=None)
    assert when is not None
    assert [" ".join(said[start:end]) for start, end in when.spans] == ["kal", "shaam ko saat baje"]
    assert (when.start, when.end) == (0, 7)


def test_the_zone_of_now_is_kept() -> None:
    when = read_when(["7", "pm"], TUESDAY, past=None)
    assert when is not None
    assert when.moment is not None
    assert when.moment.isoformat() == "2026-11-24T19:00:00+05:30"
    assert datetime.combine(when.date, when.time).utcoffset() == TUESDAY.utcoffset()  # type: ignore[arg-type]


def test_the_29th_of_february_is_in_the_next_leap_year() -> None:
    when = read_when(["29", "february"], TUESDAY, past=False)
    assert when is not None
    assert when.date.isoformat() == "2028-02-29"


@pytest.mark.parametrize(
    ("text", "past"),
    [
        ("Naresh ne kal 350 diye the", True),
        ("kal kitni bikri hui", True),
        ("kal ka total batao", True),
        ("kal paisa aaya", True),
        ("he paid yesterday", True),
        ("kal Rahul ko yaad dilana", False),
        ("kal Rahul ke liye bhejna", False),
        ("kal de do", False),
        ("kal aa jayega", False),
        ("remind him kal about the bill", False),
        ("kal", None),
        ("", None),
    ],
)
def test_the_last_verb_tells_the_tense(text: str, past: bool | None) -> None:
    assert is_past(spoken(text)) is past


@given(
    st.lists(
        st.text(max_size=8)
        | st.sampled_from(
            "kal parso 5 baje shaam ko din baad mahine ki tareekh 31 february agle at pm half past to 99999 in ghante".split()
        ),
        max_size=25,
    ),
    st.sampled_from([None, True, False]),
)
def test_any_words_are_read_without_failing_and_spans_are_true(said: list[str], past: bool | None) -> None:
    when = read_when(said, TUESDAY, past=past)
    if when is not None:
        assert 0 <= when.start < when.end <= len(said)
        assert when.spans[0][0] == when.start
        assert when.spans[-1][1] == when.end
        assert all(start < end for start, end in when.spans)
        assert all(one[1] < two[0] for one, two in pairwise(when.spans))
