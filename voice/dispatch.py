"""From a command that is fully understood to what is carried out, once under its utterance's key.

A `Step` names rows by id and holds no row: what runs after a "haan" reads the shop as it is then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.models import Invoice, InvoiceItem, Product
from customers.commands import find_customer
from customers.models import Customer, person_of
from execora.core.actor import Actor
from execora.core.commands import Answer, Once, fingerprint_of
from execora.core.errors import Conflict, NotFound, NotPermitted
from execora.core.money import indian_rupees, parse_rupees, plain_quantity, rupees
from execora.core.permissions import Permission
from ledger.commands import AUTHOR_MAY_REVERSE_FOR, add_credit, record_payment
from ledger.models import Account, Entry
from voice.intents.schema import Intent
from voice.replies import balance, reply, said_day, said_items, said_time
from voice.resolve import LineWanted

Facts = dict[str, Any]
SPOKEN_NOTE = "voice"


@dataclass(frozen=True, slots=True)
class Step:
    """One command or question with everything it needs. Amounts are paise; `due_at` is aware; `day` None is today.

    `total_paise` is what the bill was found to come to, and what a yes is said to.
    """

    intent: Intent
    customer_id: UUID | None = None
    customer: str = ""
    amount_paise: int | None = None
    mode: str = "cash"
    day: date | None = None
    due_at: datetime | None = None
    lines: tuple[LineWanted, ...] = ()
    product_id: UUID | None = None
    total_paise: int | None = None


class TermsChanged(Conflict):
    code = "TERMS_CHANGED"
    message = "The price has changed since. Nothing was written; say the bill again."


NEEDS: dict[Intent, Permission] = {
    Intent.CREATE_INVOICE: Permission.INVOICE_ISSUE,
    Intent.RECORD_PAYMENT: Permission.PAYMENT_RECORD,
    Intent.ADD_CREDIT: Permission.CREDIT_RECORD,
    Intent.CHECK_BALANCE: Permission.LEDGER_VIEW,
    Intent.CHECK_STOCK: Permission.PRODUCT_VIEW,
    Intent.CREATE_REMINDER: Permission.REMINDER_CHANGE,
    Intent.DAILY_SUMMARY: Permission.SUMMARY_VIEW,
}
WRITES = frozenset({Intent.CREATE_INVOICE, Intent.RECORD_PAYMENT, Intent.ADD_CREDIT, Intent.CREATE_REMINDER})


def check_permission(actor: Actor, intent: Intent) -> None:
    """Refuse before anything is looked up, so that a question tells nothing either.

    Raises:
        NotPermitted: the role may not do this.
    """
    if not actor.may(NEEDS[intent]):
        raise NotPermitted()


def carry_out(actor: Actor, step: Step, *, utterance_id: str, text: str) -> Facts:
    """Run the step and return what came of it as JSON; a second run under the same utterance returns the first facts.

    Raises:
        DomainError: whatever the command refuses; nothing was written.
    """
    check_permission(actor, step.intent)
    once = Once(f"voice:{utterance_id}", fingerprint_of("voice", {"text": text}))
    return _RUN[step.intent](actor, step, once)


def _invoice(actor: Actor, step: Step, once: Once) -> Facts:
    from billing.commands import issue_invoice
    from billing.pricing import Line

    products = {
        row.pk: row for row in Product.objects.visible_to(actor).filter(pk__in=[line.product_id for line in step.lines])
    }
    if any(line.product_id not in products for line in step.lines):
        raise NotFound("A product of this bill is gone. Say the bill again.")
    lines = [
        Line(
            product=products[line.product_id],
            quantity=line.quantity,
            unit=line.unit,
            unit_price_paise=line.unit_price_paise,
        )
        for line in step.lines
    ]
    customer = _customer(actor, step)
    items = [
        {"product": line.product, "quantity": plain_quantity(line.quantity), "unit": line.unit} for line in step.lines
    ]

    def present(invoice: Invoice) -> Facts:
        _check_terms(step, invoice)
        return {
            "customer": person_of(customer),
            "invoiceId": str(invoice.pk),
            "number": invoice.number,
            "items": items,
            "total": rupees(invoice.total_paise),
            "balance": rupees(_balance_paise(actor, customer)),
        }

    return _body(issue_invoice.once(actor, once, present, customer=customer, lines=lines, notes="", draft=False))


def _check_terms(step: Step, invoice: Invoice) -> None:
    """Refuse, while the bill can still be undone, one that is not the bill that was found or said yes to.

    Raises:
        TermsChanged: a price or the total is another.
    """
    prices = InvoiceItem.objects.filter(invoice=invoice).order_by("line").values_list("unit_price_paise", flat=True)
    if invoice.total_paise != step.total_paise or list(prices) != [line.price_paise for line in step.lines]:
        raise TermsChanged()


def _payment(actor: Actor, step: Step, once: Once) -> Facts:
    customer = _customer(actor, step)
    answer = record_payment.once(
        actor,
        once,
        _entry_facts(customer),
        customer=customer,
        amount_paise=_amount(step),
        mode=step.mode,
        notes=SPOKEN_NOTE,
        occurred_on=step.day,
    )
    return _body(answer)


def _credit(actor: Actor, step: Step, once: Once) -> Facts:
    customer = _customer(actor, step)
    answer = add_credit.once(
        actor,
        once,
        _entry_facts(customer),
        customer=customer,
        amount_paise=_amount(step),
        description=SPOKEN_NOTE,
        occurred_on=step.day,
    )
    return _body(answer)


def _reminder(actor: Actor, step: Step, once: Once) -> Facts:
    from reminders.commands import schedule_reminder

    customer = _customer(actor, step)
    if step.due_at is None:
        raise ValueError("a reminder has its time")

    def present(reminder: Any) -> Facts:
        return {
            "customer": person_of(customer),
            "reminderId": str(reminder.pk),
            "dueAt": reminder.due_at.astimezone(ZoneInfo(actor.business.time_zone)).isoformat(),
            "amount": rupees(reminder.amount_paise) if reminder.amount_paise else None,
        }

    answer = schedule_reminder.once(
        actor, once, present, customer=customer, due_at=step.due_at, amount_paise=step.amount_paise
    )
    return _body(answer)


def _check_balance(actor: Actor, step: Step, once: Once) -> Facts:
    customer = _customer(actor, step)
    return {"customer": person_of(customer), "balance": rupees(_balance_paise(actor, customer))}


def _check_stock(actor: Actor, step: Step, once: Once) -> Facts:
    product = Product.objects.visible_to(actor).filter(pk=step.product_id).first()
    if product is None:
        raise NotFound("This product is gone.")
    return {
        "productId": str(product.pk),
        "product": product.name,
        "stock": plain_quantity(product.stock),
        "unit": product.unit,
    }


def _summary(actor: Actor, step: Step, once: Once) -> Facts:
    from billing.summary import daily_summary

    return {"summary": daily_summary(actor, step.day or actor.today)}


_RUN: dict[Intent, Callable[[Actor, Step, Once], Facts]] = {
    Intent.CREATE_INVOICE: _invoice,
    Intent.RECORD_PAYMENT: _payment,
    Intent.ADD_CREDIT: _credit,
    Intent.CREATE_REMINDER: _reminder,
    Intent.CHECK_BALANCE: _check_balance,
    Intent.CHECK_STOCK: _check_stock,
    Intent.DAILY_SUMMARY: _summary,
}


def spoken(intent: Intent, facts: Facts, language: str, *, today: date) -> str:
    """Return the reply that tells the facts of a step that was carried out, with its day when that is not today."""
    key = f"done.{intent.value}"
    if intent == Intent.CHECK_STOCK:
        return reply(key, language, product=facts["product"], quantity=facts["stock"], unit=facts["unit"])
    if intent == Intent.DAILY_SUMMARY:
        summary = facts["summary"]
        return reply(
            key,
            language,
            day=said_day(date.fromisoformat(str(summary["date"]))),
            count=summary["invoiceCount"],
            sales=_said(summary["totalSales"]),
            payments=_said(summary["totalPayments"]),
            pending=_said(summary["pendingAmount"]),
        )
    day = date.fromisoformat(facts["date"]) if "date" in facts else today
    values: Facts = {"customer": facts["customer"]["name"], "day": _beside(day if day != today else None)}
    if "balance" in facts:
        values["balance"] = balance(_paise(facts["balance"]), language)
    if intent == Intent.CREATE_REMINDER:
        values["when"] = said_time(datetime.fromisoformat(facts["dueAt"]))
    elif intent == Intent.CREATE_INVOICE:
        values |= {"number": facts["number"], "items": said_items(facts["items"]), "amount": _said(facts["total"])}
    elif "amount" in facts:
        values["amount"] = _said(facts["amount"])
    return reply(key, language, **values)


def proposed(step: Step, language: str) -> str:
    """Return the summary that a yes is asked for."""
    items = [
        {"product": line.product, "quantity": plain_quantity(line.quantity), "unit": line.unit} for line in step.lines
    ]
    is_bill = step.intent == Intent.CREATE_INVOICE
    amount = (step.total_paise if is_bill else step.amount_paise) or 0
    summary = reply(
        f"propose.{step.intent.value}",
        language,
        customer=step.customer,
        items=said_items(items),
        amount=indian_rupees(amount),
        day=_beside(step.day),
        when=said_time(step.due_at) if step.due_at else "",
    )
    if is_bill and step.day is not None:
        return reply("dated_today", language, day=said_day(step.day), summary=summary)
    return summary


def _beside(day: date | None) -> str:
    """Return a day that is not today as it stands beside an amount."""
    return f" ({said_day(day)})" if day is not None else ""


def undo_of(facts: Facts) -> Facts | None:
    """Return how the entry can be taken back, where it can; seconds."""
    if "entryId" not in facts:
        return None
    return {"entryId": facts["entryId"], "expiresIn": int(AUTHOR_MAY_REVERSE_FOR / timedelta(seconds=1))}


def _entry_facts(customer: Customer) -> Callable[[Entry], Facts]:
    return lambda entry: {
        "customer": person_of(customer),
        "entryId": str(entry.pk),
        "amount": rupees(entry.amount_paise),
        "date": entry.occurred_on.isoformat(),
        "mode": entry.mode,
        "balance": rupees(entry.balance_after_paise),
    }


def _body(answer: Answer) -> Facts:
    return answer.body


def _customer(actor: Actor, step: Step) -> Customer:
    return find_customer(actor, str(step.customer_id))


def _amount(step: Step) -> int:
    if step.amount_paise is None:
        raise ValueError("a step that moves money has its amount")
    return step.amount_paise


def _balance_paise(actor: Actor, customer: Customer) -> int:
    account = Account.objects.visible_to(actor).filter(customer=customer).values_list("balance_paise", flat=True)
    return account.first() or 0


def _paise(text: str) -> int:
    return -parse_rupees(text[1:]) if text.startswith("-") else parse_rupees(text)


def _said(text: object) -> str:
    return indian_rupees(_paise(str(text)))
