// The khata of one customer, read again whenever the shop says that something happened to them.

import { byId, element, languageOf, show } from "./dom.js";
import { day, isBelowZero, isZero, kindOf, money } from "./words.js";

const OWES = { owed: "to receive", advance: "paid in advance", settled: "all settled" };

export class Khata {
  #read;
  #customer = null;
  #seen = new Set();
  #isReading = false;
  #isStale = false;

  // `read(customerId)` answers the ledger of the wire.
  constructor(read) {
    this.#read = read;
  }

  open(customer) {
    if (customer.id !== this.#customer?.id) {
      this.#seen.clear();
      byId("khata-entries").replaceChildren();
      show(byId("khata-open"), false);
    }
    this.#customer = customer;
    const who = [customer.name, customer.landmark].filter(Boolean).join(", ");
    Object.assign(byId("khata-who"), { textContent: who, lang: languageOf(who) });
    return this.refresh();
  }

  isOf(customerId) {
    return this.#customer?.id === customerId;
  }

  clear() {
    this.#customer = null;
    this.#seen.clear();
    byId("khata-who").textContent = "";
    show(byId("khata-open"), false);
    show(byId("khata-empty"), true);
  }

  // Events come in bursts: one reading at a time, and one more when something happened meanwhile.
  async refresh() {
    if (!this.#customer) return;
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isStale && this.#customer) await this.#readOnce();
    } finally {
      this.#isReading = false;
    }
  }

  async #readOnce() {
    this.#isStale = false;
    const { id } = this.#customer;
    const fault = byId("khata-fault");
    try {
      const ledger = await this.#read(id);
      if (!this.isOf(id)) return;
      fault.textContent = "";
      this.#draw(ledger);
    } catch (failure) {
      fault.textContent = failure.message;
    }
    show(byId("khata-empty"), false);
    show(byId("khata-open"), true);
  }

  #draw({ entries, balance, next }) {
    const state = isZero(balance) ? "settled" : isBelowZero(balance) ? "advance" : "owed";
    byId("khata-balance").textContent = money(balance);
    byId("khata-owes").textContent = OWES[state];
    byId("khata-page").dataset.state = state;
    const isFirst = this.#seen.size === 0;
    byId("khata-entries").replaceChildren(...entries.map((entry) => this.#row(entry, isFirst)));
    show(byId("khata-more"), Boolean(next));
  }

  #row(entry, isFirst) {
    const isNew = !isFirst && !this.#seen.has(entry.id);
    this.#seen.add(entry.id);
    const isJama = isBelowZero(entry.effect);
    const note = entry.description === "voice" ? "spoken" : entry.description;
    return element("li", { className: [isJama ? "jama" : "udhaar", isNew ? "new" : ""].join(" ") }, [
      element("time", { text: day(entry.date), dateTime: entry.date }),
      element("span", { className: "what" }, [
        element("span", { text: kindOf(entry) }),
        element("small", { text: [entry.mode, note].filter(Boolean).join(", "), lang: languageOf(note) }),
      ]),
      element("span", { className: "amount", text: `${isJama ? "−" : "+"} ${money(entry.effect)}` }),
      element("span", { className: "after" }, [
        element("span", { className: "out-of-sight", text: "Balance after: " }),
        `${isBelowZero(entry.balance) ? "−" : ""}${money(entry.balance)}`,
      ]),
    ]);
  }
}
