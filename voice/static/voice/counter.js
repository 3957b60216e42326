// The counter of one login: its socket, and which frame goes to which part of the page.

import { customerOf, ledgerOf, whoAmI } from "./api.js";
import { Conversation } from "./conversation.js";
import { byId, languageOf, show } from "./dom.js";
import { ShopEvents } from "./events.js";
import { offerExamples } from "./examples.js";
import { Khata } from "./khata.js";
import { Listening } from "./listening.js";
import { Outbox } from "./outbox.js";
import { ShopSocket } from "./socket.js";
import { Speaker } from "./speaker.js";
import { currentToken, freshToken, loginNumber } from "./token.js";
import { closingOf } from "./words.js";

const AUDIO_AFTER_THE_END = "NOT_LISTENING";
const LOGIN_OVER = "Your login has ended. Log in again.";
const NOT_SENT_YET = "There is no connection. This goes out as soon as it is back.";
const STILL_WAITING = "YES_OR_NO_NEEDED";

export class Counter {
  #leave;
  #socket = null;
  #outbox = new Outbox((type, data) => this.#socket?.send(type, data) ?? false);
  #speaker = new Speaker();
  #conversation = new Conversation();
  #events = new ShopEvents();
  #khata = new Khata((customerId) => this.#call(ledgerOf, customerId));
  #listening = new Listening(
    () => this.#socket,
    () => this.#speaker.hush(),
  );

  // `leave(reason)` is called when the login is over.
  constructor(leave) {
    this.#leave = leave;
    byId("type-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = byId("type-text");
      this.say(field.value.trim());
      field.value = "";
    });
  }

  open() {
    show(byId("counter"), true);
    this.#listening.withdraw();
    this.#status("Connecting ...", "waiting");
    this.#fault("");
    this.#introduce();
    this.#connect();
  }

  #connect() {
    const token = currentToken();
    this.#socket = new ShopSocket(token, {
      open: () => this.#opened(),
      frame: (type, data) => this.#take(type, data),
      down: (closing) => this.#down(closing),
      refused: (reason) => this.#refused(token, reason),
    });
  }

  close() {
    this.#listening.withdraw();
    this.#speaker.hush();
    this.#socket?.close();
    this.#socket = null;
    for (const part of [this.#outbox, this.#conversation, this.#events, this.#khata]) part.clear();
    show(byId("person"), false);
    show(byId("counter"), false);
    byId("shop-name").textContent = "Execora";
  }

  say(text) {
    if (!text) return;
    this.#speaker.hush();
    this.#conversation.said(text);
    this.#fault(this.#outbox.send(text) ? "" : NOT_SENT_YET);
  }

  #opened() {
    this.#status("Connected", "open");
    this.#fault("");
    this.#outbox.sendAgain();
    this.#khata.refresh();
  }

  #down(closing) {
    this.#status(closingOf(closing), "waiting");
    this.#listening.withdraw();
    this.#conversation.forgetHearing();
    this.#conversation.settle("The connection was lost. Say it again.");
  }

  // A socket ends with its token. When that was renewed meanwhile, or can be now, another socket takes its place.
  async #refused(token, reason) {
    const login = loginNumber();
    const now = await freshToken().catch(() => token);
    if (login !== loginNumber()) return;
    if (now === token) this.#leave(reason);
    else this.#connect();
  }

  #take(type, data) {
    const take = {
      "voice:start": () => this.#listening.offer(data),
      "voice:stopped": () => this.#listening.done(),
      "voice:transcript": () => this.#conversation.heard(data.text, data.isFinal),
      "voice:intent": () => this.#conversation.understood(data),
      "voice:proposal": () => this.#proposed(data),
      "voice:response": () => this.#responded(data),
      event: () => this.#happened(data),
      error: () => this.#failed(data),
    }[type];
    take?.();
  }

  #proposed(proposal) {
    this.#outbox.answered();
    this.#conversation.propose(proposal, (isYes) => {
      const type = isYes ? "voice:confirm" : "voice:cancel";
      this.#socket?.send(type, { proposalId: proposal.proposalId });
    });
    this.#speak(proposal.summary);
  }

  #responded({ text, executionResult }) {
    this.#outbox.answered();
    if (executionResult.error !== STILL_WAITING) this.#conversation.settle("");
    this.#conversation.replied(text, executionResult, (choice) => this.say(choice));
    this.#speak(text);
    const customer = executionResult.success && executionResult.data?.customer;
    if (customer) this.#khata.open(customer);
  }

  #happened(event) {
    this.#events.add(event);
    const customerId = event.data.customer?.id;
    if (customerId && this.#khata.isOf(customerId)) this.#khata.refresh();
  }

  #failed({ error, code }) {
    const wasListening = this.#listening.isOn;
    this.#listening.abort();
    if (code === AUDIO_AFTER_THE_END) return; // why it ended was told before
    if (!wasListening) this.#outbox.answered();
    this.#conversation.forgetHearing();
    this.#conversation.failed(error);
  }

  async #introduce() {
    try {
      const me = await this.#call(whoAmI);
      Object.assign(byId("shop-name"), { textContent: me.business.name, lang: languageOf(me.business.name) });
      Object.assign(byId("person-name"), { textContent: me.name, lang: languageOf(me.name) });
      show(byId("person"), true);
      offerExamples(me.role);
      if (me.customerId) this.#khata.open(await this.#call(customerOf, me.customerId));
    } catch (fault) {
      this.#fault(fault.message);
    }
  }

  // A login that ended while the page was open ends the counter; what comes for an earlier login is dropped.
  async #call(route, ...given) {
    const login = loginNumber();
    const asked = freshToken().then((token) => route(token, ...given));
    const answer = await asked.catch((fault) => {
      if (fault.status === 401 && login === loginNumber()) this.#leave(LOGIN_OVER);
      throw fault;
    });
    if (login !== loginNumber()) throw new Error(LOGIN_OVER);
    return answer;
  }

  // The open microphone must not hear the reply.
  #speak(text) {
    if (!this.#listening.isOn) this.#speaker.say(text);
  }

  #fault(text) {
    byId("talk-fault").textContent = text;
  }

  #status(text, state) {
    Object.assign(byId("connection"), { textContent: text }).dataset.state = state;
  }
}
