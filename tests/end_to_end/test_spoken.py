"""A sound file in, rows out: uvicorn, worker and PostgreSQL as people run them, on the seeded demo shop."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.end_to_end.client import Rest, Row, Talk, data_of, logged_in, rows, talking, written

if TYPE_CHECKING:
    from tests.end_to_end.conftest import OtherShop
    from tests.support.live_server import LiveServer

pytestmark = pytest.mark.xdist_group("live_server")

ENTRIES = """
SELECT e.id, e.kind, e.sequence, e.total_paise, e.effect_paise, e.balance_after_paise, e.mode, e.description, e.channel,
       u.username, e.reverses_id
  FROM ledger_entry e JOIN customers_customer c ON c.id = e.customer_id LEFT JOIN core_user u ON u.id = e.user_id
  JOIN core_business b ON b.id = e.business_id
 WHERE b.slug = 'demo' AND c.name = %s ORDER BY e.sequence
"""
POSTINGS = """
SELECT a.kind, p.side, p.amount_paise FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
 WHERE p.entry_id = %s ORDER BY p.side DESC
"""
BALANCE = """
SELECT a.balance_paise FROM ledger_account a JOIN customers_customer c ON c.id = a.customer_id
  JOIN core_business b ON b.id = a.business_id WHERE b.slug = 'demo' AND c.name = %s
"""


@pytest.fixture
def server(live_server_process: "LiveServer") -> "LiveServer":
    return live_server_process


@pytest.fixture
def staff(server: "LiveServer") -> Rest:
    return logged_in(server, "staff")


def spoken(server: "LiveServer", token: str | None, *turns: str) -> list[list[Row]]:
    """Play or say the turns on one socket, yes to what is proposed; return the frames of each turn."""

    async def talk() -> list[list[Row]]:
        async with talking(server, token or "") as conversation:
            if not conversation.hello["data"]["sttAvailable"] and "CI" not in os.environ:
                pytest.skip("speech recognition is not installed here")
            return [await _turn(conversation, turn) for turn in turns]

    return asyncio.run(talk())


async def _turn(conversation: Talk, turn: str) -> list[Row]:
    frames = await (conversation.play(turn) if "_kokoro_" in turn else conversation.say(turn))
    proposals = [frame["data"] for frame in frames if frame["type"] == "voice:proposal"]
    if proposals:
        await conversation.give("voice:confirm", proposalId=proposals[-1]["proposalId"])
        frames += await conversation.until("voice:response", "error")
    return frames


def balance_paise(server: "LiveServer", name: str) -> int:
    found = rows(server, BALANCE, name)
    return int(found[0]["balance_paise"]) if found else 0


def eventually(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """Return the first true value of `condition`, or its last one when time is up."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return value


@dataclass(frozen=True)
class Sentence:
    """What a recording says, and the entry that it should become. `effect_paise` is what it does to the balance."""

    recording: str
    intent: str
    name: str
    kind: str
    total_paise: int
    effect_paise: int
    mode: str
    postings: list[tuple[str, str, int]]


SENTENCES = [
    Sentence(
        recording="hi03_kokoro_hm_omega",
        intent="RECORD_PAYMENT",
        name="Priya Nair",
        kind="payment",
        total_paise=50_000,
        effect_paise=-50_000,
        mode="cash",
        postings=[("cash", "D", 50_000), ("receivable", "C", 50_000)],
    ),
    Sentence(
        recording="hi06_kokoro_hm_omega",
        intent="ADD_CREDIT",
        name="Amit Singh",
        kind="credit",
        total_paise=25_000,
        effect_paise=25_000,
        mode="",
        postings=[("receivable", "D", 25_000), ("sales", "C", 25_000)],
    ),
]


@pytest.mark.parametrize("said", SENTENCES, ids=lambda said: said.recording)
def test_a_spoken_sentence_is_one_entry_in_the_books(server: "LiveServer", staff: Rest, said: Sentence) -> None:
    before = rows(server, ENTRIES, said.name)
    balance_before, counts = balance_paise(server, said.name), written(server)
    (frames,) = spoken(server, staff.token, said.recording)
    understood, response = data_of(frames, "voice:intent"), data_of(frames, "voice:response")
    assert (understood["intent"], understood["entities"]["amount"]) == (said.intent, said.total_paise // 100)
    assert response["executionResult"]["success"] is True, response
    (entry,) = rows(server, ENTRIES, said.name)[len(before) :]
    assert entry == {
        "id": UUID(response["undo"]["entryId"]),
        "kind": said.kind,
        "sequence": len(before) + 1,
        "total_paise": said.total_paise,
        "effect_paise": said.effect_paise,
        "balance_after_paise": balance_before + said.effect_paise,
        "mode": said.mode,
        "description": "voice",
        "channel": "voice",
        "username": "staff",
        "reverses_id": None,
    }
    assert [tuple(row.values()) for row in rows(server, POSTINGS, entry["id"])] == said.postings
    assert balance_paise(server, said.name) == balance_before + said.effect_paise
    # Nothing else was written: at most the accounts of a first entry came with it.
    grown = {table: count - counts[table] for table, count in written(server).items() if count != counts[table]}
    assert grown.pop("ledger_account", 0) <= 2
    assert grown == {"ledger_entry": 1, "ledger_posting": 2, "core_auditevent": 1, "core_idempotencykey": 1}


def test_what_was_heard_and_comes_again_as_text_runs_once(server: "LiveServer", staff: Rest) -> None:
    async def play_then_send() -> tuple[list[Row], dict[str, int], list[list[Row]]]:
        async with talking(server, staff.token or "") as conversation:
            if not conversation.hello["data"]["sttAvailable"] and "CI" not in os.environ:
                pytest.skip("speech recognition is not installed here")
            heard = await conversation.play("hi06_kokoro_hm_omega")
            counts = written(server)
            transcript = data_of(heard, "voice:transcript")
            echoes = [
                await conversation.say(transcript["text"]),
                await conversation.say(transcript["text"], transcript["utteranceId"]),
            ]
            return heard, counts, echoes

    heard, counts, echoes = asyncio.run(play_then_send())
    answer = [frame["data"] for frame in heard if frame["type"] in ("voice:response", "voice:proposal")]
    assert [[frame["data"] for frame in echo][-1:] for echo in echoes] == [answer, answer]
    assert written(server) == counts


INVOICE = """
SELECT i.id, i.number, i.status, i.taxable_paise, i.cgst_paise, i.sgst_paise, i.igst_paise, i.round_off_paise,
       i.total_paise, i.place_of_supply, i.entry_id, c.name
  FROM billing_invoice i JOIN customers_customer c ON c.id = i.customer_id
 WHERE i.id = %s
"""
ITEMS = """
SELECT line, description, quantity, unit, stock_quantity, unit_price_paise, price_unit, discount_paise, gst_rate_bp,
       taxable_paise, total_paise FROM billing_invoiceitem WHERE invoice_id = %s ORDER BY line
"""
MOVEMENTS = """
SELECT p.name, m.quantity, m.stock_after, m.reason FROM billing_stockmovement m JOIN billing_product p ON p.id = m.product_id
 WHERE m.invoice_id = %s
"""
STOCK = """
SELECT p.stock FROM billing_product p JOIN core_business b ON b.id = p.business_id
 WHERE b.slug = 'demo' AND p.name = 'Chawal'
"""


def test_a_spoken_bill_asks_which_rahul_and_then_moves_books_and_stock(server: "LiveServer", staff: Rest) -> None:
    name, counts = "Rahul Sharma", written(server)
    entries_before, balance_before = rows(server, ENTRIES, name), balance_paise(server, name)
    stock_before = rows(server, STOCK)[0]["stock"]
    last_number = rows(server, "SELECT max(number) AS number FROM billing_invoice")[0]["number"]

    asked, answered = spoken(server, staff.token, "hi01_kokoro_hf_alpha", "mandir wala")

    question = data_of(asked, "voice:response")["executionResult"]
    assert data_of(asked, "voice:intent")["intent"] == "CREATE_INVOICE"
    assert (question["success"], question["error"]) == (False, "MULTIPLE_CUSTOMERS")
    assert sorted(question["data"]["choices"]) == ["ATM wala", "mandir wala"]
    result = data_of(answered, "voice:response")["executionResult"]
    assert result["success"] is True, result
    facts = result["data"]
    (invoice,) = rows(server, INVOICE, facts["invoiceId"])
    series, _, number = invoice["number"].rpartition("/")
    assert (series, int(number)) == (last_number.rpartition("/")[0], int(last_number.rpartition("/")[2]) + 1)
    (entry,) = rows(server, ENTRIES, name)[len(entries_before) :]
    assert invoice == {
        "id": UUID(facts["invoiceId"]),
        "number": facts["number"],
        "status": "issued",
        "taxable_paise": 30_000,
        "cgst_paise": 0,
        "sgst_paise": 0,
        "igst_paise": 0,
        "round_off_paise": 0,
        "total_paise": 30_000,
        "place_of_supply": "27",
        "entry_id": entry["id"],
        "name": name,
    }
    assert [tuple(row.values()) for row in rows(server, ITEMS, invoice["id"])] == [
        (1, "Chawal", Decimal(5), "kg", Decimal(5), 6_000, "kg", 0, 0, 30_000, 30_000)
    ]
    assert [tuple(row.values()) for row in rows(server, MOVEMENTS, invoice["id"])] == [
        ("Chawal", Decimal(-5), stock_before - 5, "sale")
    ]
    assert rows(server, STOCK)[0]["stock"] == stock_before - 5
    assert (entry["kind"], entry["total_paise"], entry["effect_paise"], entry["balance_after_paise"]) == (
        "invoice",
        30_000,
        30_000,
        balance_before + 30_000,
    )
    assert (entry["channel"], entry["username"], entry["sequence"]) == ("voice", "staff", len(entries_before) + 1)
    assert [tuple(row.values()) for row in rows(server, POSTINGS, entry["id"])] == [
        ("receivable", "D", 30_000),
        ("sales", "C", 30_000),
    ]
    grown = {table: count - counts[table] for table, count in written(server).items() if count != counts[table]}
    assert grown == {
        "ledger_entry": 1,
        "ledger_posting": 2,
        "billing_invoice": 1,
        "billing_invoiceitem": 1,
        "billing_stockmovement": 1,
        "core_auditevent": 1,
        "core_idempotencykey": 1,
    }


def test_the_same_utterance_again_gets_the_same_answer_and_writes_nothing(server: "LiveServer", staff: Rest) -> None:
    text, utterance_id = "Suresh ne 110 rupaye jama kiye", f"end-to-end-{time.time_ns()}"

    async def say_twice() -> tuple[list[Row], list[Row], list[Row], dict[str, int]]:
        async with talking(server, staff.token or "") as one, talking(server, staff.token or "") as other:
            first = await one.say(text, utterance_id)
            counts = written(server)
            return first, await one.say(text, utterance_id), await other.say(text, utterance_id), counts

    before = balance_paise(server, "Suresh Kumar")
    first, again, elsewhere, counts = asyncio.run(say_twice())
    assert data_of(first, "voice:response")["executionResult"]["success"] is True
    answer = [(frame["type"], frame["data"]) for frame in first]
    assert [(frame["type"], frame["data"]) for frame in again] == answer
    assert [(frame["type"], frame["data"]) for frame in elsewhere] == answer
    assert written(server) == counts
    assert balance_paise(server, "Suresh Kumar") == before - 11_000


def test_what_is_done_by_rest_shows_in_the_ledger_and_to_the_customer_alone(server: "LiveServer", staff: Rest) -> None:
    before = balance_paise(server, "Rahul Sharma")
    body = {"customerId": "cust-001", "amount": "120.50", "paymentMode": "upi", "notes": "by REST"}
    paid = staff.post("ledger/payment", body, Idempotency_Key=f"end-to-end-{time.time_ns()}")
    assert paid.status == 201
    khata = staff.get("ledger/cust-001").json
    assert khata["entries"][0] == paid.json["entry"]
    assert (khata["entries"][0]["amount"], khata["entries"][0]["kind"]) == ("120.50", "payment")
    assert balance_paise(server, "Rahul Sharma") == before - 12_050
    (entry,) = rows(server, ENTRIES, "Rahul Sharma")[-1:]
    assert (entry["id"], entry["channel"], entry["mode"]) == (UUID(paid.json["entry"]["id"]), "rest", "upi")
    customer = logged_in(server, "customer")
    assert customer.get("ledger/cust-001").json["balance"] == khata["balance"]
    assert customer.get("ledger/cust-002").status == 404


def test_a_reminder_that_falls_due_is_delivered_by_the_worker(server: "LiveServer", other_shop: "OtherShop") -> None:
    rest = Rest(server, other_shop.token)
    due_at = datetime.now(UTC) + timedelta(seconds=3)
    asked = {"customerId": other_shop.customer, "datetime": due_at.isoformat(), "message": "Kripya aaj de dijiye."}
    reminder = rest.post("reminders", asked).json["reminder"]
    assert (reminder["status"], reminder["outcome"]) == ("scheduled", "")
    question = "SELECT id, status, body, provider, error FROM reminders_outgoingmessage WHERE reminder_id = %s"
    sent = eventually(
        lambda: [row for row in rows(server, question, reminder["id"]) if row["status"] == "sent"], seconds=40
    )
    assert len(sent) == 1, server.said("worker")[-2000:]
    (message,) = rows(server, question, reminder["id"])
    assert (message["provider"], message["error"]) == ("console", "")
    assert message["body"].startswith("Namaste Rahul Sharma, ")
    assert message["body"].endswith("Rs 900 baaki hai. Kripya aaj de dijiye.")
    line = next(line for line in server.said("worker").splitlines() if f"message {message['id']}" in line)
    assert "+919820000001" not in line
    assert "to *********0001: Namaste Rahul Sharma" in line
    listed = eventually(
        lambda: [row for row in rest.get("reminders").json["reminders"] if row["outcome"] == "sent"], seconds=10
    )
    assert [(row["id"], row["status"]) for row in listed] == [(reminder["id"], "done")]
