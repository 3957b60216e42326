"""Logging in by a one-time code: six digits, five minutes, five tries, once; and nobody learns who is a customer."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from customers.codes import asked_for, keep_code, sealed_request
from customers.commands import create_customer
from customers.jobs import send_code
from customers.models import Customer, LoginCode
from execora.core.door import acting_in, leave
from execora.core.ids import new_id
from execora.core.models import AuditEvent, AuthSession, User
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+919820000001"


@pytest.fixture(autouse=True)
def sink(settings: Any, tmp_path: Path) -> Path:
    settings.CODE_PROVIDER, settings.DEMO = "console", True
    settings.CODE_SINK_FILE = str(tmp_path / "codes")
    return tmp_path / "codes"


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def post(client: Client, body: dict[str, Any]) -> Any:
    leave()
    return client.post("/api/v1/auth/login", body, content_type="application/json")


def challenge_for(client: Client, **body: str) -> str:
    answer = post(client, body)
    assert (answer.status_code, answer.json()["expiresIn"]) == (202, 300)
    return str(answer.json()["challenge"])


def work() -> None:
    """Run what is queued, as the worker does, and take it out of the queue."""
    for job in ProcrastinateJob.objects.filter(status="todo").order_by("id"):
        assert job.task_name == "customers.send_code"
        send_code(**job.args)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def sent(sink: Path) -> list[str]:
    """Return the codes that went out so far."""
    return [line.split()[1] for line in sink.read_text().splitlines()] if sink.exists() else []


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.parametrize("named", ["code", "id", "phone"])
def test_a_customer_logs_in_by_the_code_that_their_phone_got(
    client: Client, shop: Shop, sink: Path, named: str
) -> None:
    body = {"phone": "098200 00001"} if named == "phone" else {"customerId": str(shop.rahul.pk)}
    challenge = challenge_for(client, **({"customerId": "CUST-001"} if named == "code" else body))
    work()
    assert re.fullmatch(r"\+919820000001 [0-9]{6}\n", sink.read_text())
    answer = post(client, {"challenge": challenge, "otp": sent(sink)[0]})
    assert (answer.status_code, answer.json()["expiresIn"]) == (200, 86_400)
    me = client.get("/api/v1/me", headers={"authorization": f"Bearer {answer.json()['token']}"}).json()
    assert me["customerId"] == str(shop.rahul.pk)
    assert post(client, {"challenge": challenge, "otp": sent(sink)[0]}).status_code == 401, "it is used"


def test_a_wrong_code_is_tried_five_times(client: Client, shop: Shop, sink: Path) -> None:
    challenge = challenge_for(client, customerId="cust-001")
    work()
    right = sent(sink)[0]
    answers = [post(client, {"challenge": challenge, "otp": wrong(right)}) for _ in range(5)]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "INVALID_CODE")}
    assert post(client, {"challenge": challenge, "otp": right}).status_code == 401
    with acting_in(shop.business.pk):
        assert (LoginCode.objects.get().tries, AuthSession.objects.count()) == (5, 0)


def test_asking_again_gives_no_more_tries_in_a_day(client: Client, shop: Shop, sink: Path, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "code_tries": (7, 86_400)}
    other = create_customer(shop.staff, name="Geeta Rani", phone_e164="+919820000002")
    for name in ("cust-001", str(shop.rahul.pk)):
        challenge = challenge_for(client, customerId=name)
        work()
        for _ in range(4):
            answer = post(client, {"challenge": challenge, "otp": wrong(sent(sink)[-1])})
            assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_CODE")
    challenge = challenge_for(client, phone=PHONE)
    work()
    answer = post(client, {"challenge": challenge, "otp": sent(sink)[-1]})
    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_CODE"), "of a stranger it would be the same"
    with acting_in(shop.business.pk):
        assert AuthSession.objects.count() == 0
    challenge = challenge_for(client, customerId=other.code)
    work()
    assert post(client, {"challenge": challenge, "otp": sent(sink)[-1]}).status_code == 200


def test_tries_that_nobody_looks_at_do_not_use_up_the_day(
    client: Client, shop: Shop, sink: Path, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "code_tries": (6, 86_400)}
    challenge = challenge_for(client, customerId="cust-001")
    work()
    for _ in range(9):
        assert post(client, {"challenge": challenge, "otp": wrong(sent(sink)[0])}).status_code == 401
    challenge = challenge_for(client, customerId="cust-001")
    work()
    assert post(client, {"challenge": challenge, "otp": sent(sink)[-1]}).status_code == 200


def test_of_two_hundred_guesses_at_the_same_time_five_are_counted(client: Client, shop: Shop, sink: Path) -> None:
    challenge = challenge_for(client, customerId="cust-001")
    work()
    right, together = sent(sink)[0], Barrier(16)

    def guess(number: int) -> int:
        if number < 16:
            connection.ensure_connection()
            together.wait()
        return int(post(Client(), {"challenge": challenge, "otp": wrong(right)}).status_code)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(guess, range(200))) == {401}
        list(pool.map(lambda _: (together.wait(), connections.close_all()), range(16)))
    with acting_in(shop.business.pk):
        assert LoginCode.objects.get().tries == 5
    assert post(client, {"challenge": challenge, "otp": right}).status_code == 401


def test_of_several_with_the_right_code_at_the_same_time_one_logs_in(client: Client, shop: Shop, sink: Path) -> None:
    challenge = challenge_for(client, customerId="cust-001")
    work()
    right, together = sent(sink)[0], Barrier(4)

    def attempt(_: int) -> int:
        connection.ensure_connection()
        together.wait()
        return int(post(Client(), {"challenge": challenge, "otp": right}).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [200, 401, 401, 401]
        list(pool.map(lambda _: (together.wait(), connections.close_all()), range(4)))


def test_a_code_is_over_after_five_minutes(client: Client, shop: Shop, sink: Path) -> None:
    challenge = challenge_for(client, customerId="cust-001")
    work()
    with acting_in(shop.business.pk):
        row = LoginCode.objects.get()
        assert row.expires_at - row.requested_at == timedelta(minutes=5)
        LoginCode.objects.update(expires_at=F("expires_at") - timedelta(minutes=5))
    assert post(client, {"challenge": challenge, "otp": sent(sink)[0]}).status_code == 401


def test_only_the_newest_code_counts_in_whatever_order_the_jobs_run(client: Client, shop: Shop, sink: Path) -> None:
    first = challenge_for(client, customerId="cust-001")
    work()
    second, third = challenge_for(client, customerId="cust-001"), challenge_for(client, phone=PHONE)
    jobs = list(ProcrastinateJob.objects.order_by("-id"))
    for job in jobs:
        send_code(**job.args)
    old, new = sent(sink)
    for challenge in (first, second):
        for code in (old, new):
            assert post(client, {"challenge": challenge, "otp": code}).status_code == 401
    assert post(client, {"challenge": third, "otp": new}).status_code == 200


def test_a_code_belongs_to_its_challenge(client: Client, shop: Shop, sink: Path) -> None:
    other = create_customer(shop.staff, name="Geeta Rani", phone_e164="+919820000002")
    mine, theirs = challenge_for(client, customerId="cust-001"), challenge_for(client, customerId=other.code)
    work()
    my_code, their_code = sent(sink)
    if my_code != their_code:
        assert post(client, {"challenge": theirs, "otp": my_code}).status_code == 401
    assert post(client, {"challenge": theirs, "otp": their_code}).status_code == 200
    assert post(client, {"challenge": mine, "otp": my_code}).status_code == 200


def test_another_attempt_to_send_has_a_new_code_and_no_new_tries(client: Client, shop: Shop) -> None:
    job, _ = sealed_request(shop.business.pk, shop.rahul.pk)
    request = asked_for(job)
    assert request is not None
    with acting_in(shop.business.pk):
        first = keep_code(request)
        LoginCode.objects.update(tries=3)
        hashes = {bytes(LoginCode.objects.get().code_hash)}
        second = keep_code(request)
        row = LoginCode.objects.get()
        assert (row.tries, len(hashes | {bytes(row.code_hash)})) == (3, 1 if first == second else 2)


def test_who_is_no_customer_is_answered_alike_and_costs_alike(client: Client, shop: Shop, sink: Path) -> None:
    create_customer(shop.staff, name="No Phone")
    named = ["cust-001", "cust-002", "cust-999", str(shop.rahul.pk), str(new_id()), "nonsense"]
    bodies = [*({"customerId": name} for name in named), {"phone": PHONE}, {"phone": "+919820099999"}]
    # What is named by an id needs no look at how many shops there are, whoever it is.
    costs: dict[bool, set[int]] = {True: set(), False: set()}
    answers = set()
    for body in bodies:
        leave()
        with CaptureQueriesContext(connection) as statements:
            answer = post(client, body)
        answers.add((answer.status_code, tuple(answer.json()), len(answer.json()["challenge"])))
        costs[len(body.get("customerId", "")) == 36].add(len(statements))
    assert len(answers) == 1
    assert {by_id: len(different) for by_id, different in costs.items()} == {True: 1, False: 1}
    jobs = ProcrastinateJob.objects.all()
    assert len({(job.task_name, job.queue_name, len(str(job.args["sealed"]))) for job in jobs}) == 1
    work()
    assert set(sink.read_text().split()[::2]) == {PHONE}


def test_neither_the_queue_nor_the_database_holds_the_code_or_who_asked(
    client: Client, shop: Shop, sink: Path, caplog: pytest.LogCaptureFixture
) -> None:
    challenge_for(client, phone=PHONE)
    held = str([job.args for job in ProcrastinateJob.objects.all()])
    assert str(shop.rahul.pk) not in held
    assert PHONE[3:] not in held
    work()
    code = sent(sink)[0]
    with acting_in(shop.business.pk):
        row = LoginCode.objects.get()
    assert code.encode() not in bytes(row.code_hash)
    assert PHONE[3:] not in caplog.text
    assert code not in re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", caplog.text)


@pytest.mark.parametrize("why", ["no phone", "inactive", "too many"])
def test_nothing_is_sent_in_silence_where_nothing_may_be(
    client: Client, shop: Shop, sink: Path, settings: Any, why: str
) -> None:
    with acting_in(shop.business.pk):
        if why == "no phone":
            Customer.objects.update(phone_e164=None)
        elif why == "inactive":
            User.objects.filter(pk=shop.customer_user.pk).update(is_active=False)
        else:
            settings.LIMITS = {**settings.LIMITS, "code_phone": (1, 3600)}
    challenges = [challenge_for(client, customerId=name) for name in ("cust-001", str(shop.rahul.pk))]
    work()
    assert len(sent(sink)) == (1 if why == "too many" else 0)
    assert post(client, {"challenge": challenges[1], "otp": "123456"}).json()["code"] == "INVALID_CODE"


def test_who_had_no_login_gets_one_when_they_show_that_the_phone_is_theirs(
    client: Client, shop: Shop, sink: Path
) -> None:
    created = create_customer(shop.staff, name="Geeta Rani", phone_e164="+919820000002")
    for _ in range(2):
        challenge = challenge_for(client, customerId=created.code)
        work()
        assert post(client, {"challenge": challenge, "otp": sent(sink)[-1]}).status_code == 200
    with acting_in(shop.business.pk):
        created.refresh_from_db()
        assert created.user is not None
        assert (created.user.role, created.user.has_usable_password()) == ("customer", False)
        assert AuditEvent.objects.filter(command="open_login", target_id=created.user_id).count() == 1


@pytest.mark.parametrize("challenge", ["", "x", "gAAAAA", "é", "A" * 600])
def test_a_challenge_that_is_none_of_ours_opens_nothing(client: Client, shop: Shop, challenge: str) -> None:
    answer = post(client, {"challenge": challenge, "otp": "123456"})
    assert (answer.status_code, answer.json()["code"]) in ((401, "INVALID_CODE"), (400, "INVALID_INPUT"))
    job, _ = sealed_request(shop.business.pk, shop.rahul.pk)
    assert post(client, {"challenge": job, "otp": "123456"}).status_code == 401, "a job's argument is no challenge"


@pytest.mark.parametrize("otp", ["", "12345", "1234567", "१२३४५६", "12345a", "+12345", 123456])
def test_a_code_has_six_digits(client: Client, shop: Shop, otp: Any) -> None:
    assert post(client, {"challenge": "x", "otp": otp}).status_code == 400


def test_with_several_shops_a_phone_needs_its_shop(client: Client, shop: Shop, sink: Path) -> None:
    other = make_shop()
    for body in ({"phone": PHONE}, {"phone": "+919820099999"}, {"customerId": "cust-001"}):
        assert post(client, body).json()["code"] == "BUSINESS_NEEDED"
    challenge = challenge_for(client, phone=PHONE, business=other.business.slug)
    work()
    assert post(client, {"challenge": challenge, "otp": sent(sink)[0]}).status_code == 200
    with acting_in(other.business.pk):
        assert AuthSession.objects.get(business=other.business).user_id == other.customer_user.pk


def test_where_codes_are_off_that_is_said_whoever_is_asked_for(client: Client, shop: Shop, settings: Any) -> None:
    settings.CODE_PROVIDER = "none"
    for name in ("cust-001", "cust-999"):
        answer = post(client, {"customerId": name})
        assert (answer.status_code, answer.json()["code"]) == (422, "CODES_OFF")


@pytest.mark.parametrize("limit", ["code_phone", "code_address"])
def test_only_so_many_codes_are_asked_for(client: Client, shop: Shop, settings: Any, limit: str) -> None:
    settings.LIMITS = {**settings.LIMITS, limit: (2, 3600)}
    name = f"cust-{limit}"  # whoever it is: a refusal does not tell
    answers = [post(client, {"customerId": name}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert ProcrastinateJob.objects.count() == 2


def test_an_ipv6_network_asks_for_so_many_codes(client: Client, shop: Shop, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "code_network": (2, 3600)}

    def ask(host: str) -> int:
        leave()
        body = {"customerId": f"cust-{new_id()}"[:40]}
        answer = client.post("/api/v1/auth/login", body, content_type="application/json", REMOTE_ADDR=host)
        return int(answer.status_code)

    assert [ask(f"2001:db8:48:{number}::1") for number in range(3)] == [202, 202, 429]
    assert [ask("2001:db8:49:1::1"), *(ask("203.0.113.48") for _ in range(3))] == [202] * 4


def test_names_that_nobody_has_use_up_nothing_of_all_codes(
    client: Client, shop: Shop, sink: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LIMITS = {**settings.LIMITS, "code_global": (1, 3600)}
    other = create_customer(shop.staff, name="Geeta Rani", phone_e164="+919820000002")
    for name in ("cust-997", "cust-998", "cust-999", str(new_id()), "cust-001"):
        challenge_for(client, customerId=name)
    work()
    assert len(sent(sink)) == 1
    assert "login_code_stopped" not in caplog.text
    challenge_for(client, customerId=other.code)
    work()
    assert len(sent(sink)) == 1, "so many go out in all"
    assert "login_code_stopped" in caplog.text


def test_a_code_counts_once_however_often_the_provider_must_be_tried(
    client: Client, shop: Shop, sink: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LIMITS = {**settings.LIMITS, "code_phone": (2, 3600), "code_global": (2, 3600)}
    challenge = challenge_for(client, customerId="cust-001")
    settings.CODE_SINK_FILE = str(sink / "no directory")
    for _ in range(3):
        with pytest.raises(FileNotFoundError):
            work()
    settings.CODE_SINK_FILE = str(sink)
    work()
    assert post(client, {"challenge": challenge, "otp": sent(sink)[0]}).status_code == 200
    challenge = challenge_for(client, customerId=str(shop.rahul.pk))
    work()
    challenge_for(client, phone=PHONE)
    work()
    assert post(client, {"challenge": challenge, "otp": sent(sink)[1]}).status_code == 200, "the third voids nothing"
    assert (len(sent(sink)), caplog.text.count("login_code_stopped")) == (2, 1)
