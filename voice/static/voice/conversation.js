// What was heard, understood and answered, in order, the newest at the bottom.

import { byId, element, languageOf, show } from "./dom.js";
import { ProposalCard } from "./proposal.js";
import { intentOf } from "./words.js";

const MOST_LINES = 80;

export class Conversation {
  #list = byId("conversation");
  #examples = byId("examples");
  #hearing = null;
  #proposal = null;
  #choices = null;

  said(text) {
    this.#hearing = null;
    this.#add("said", text);
  }

  // A partial transcript grows in place until it is final.
  heard(text, isFinal) {
    if (!text.trim()) return;
    this.#hearing ??= this.#add("said hearing", text);
    this.#hearing.textContent = text;
    this.#hearing.lang = languageOf(text);
    if (isFinal) {
      this.#hearing.className = "said";
      this.#hearing = null;
    }
    this.#scroll();
  }

  // Nothing more comes of what is heard only in part.
  forgetHearing() {
    this.#hearing?.remove();
    this.#hearing = null;
  }

  understood(intent) {
    const line = this.#add("understood", intentOf(intent));
    line.prepend(element("span", { className: "out-of-sight", text: "Understood as: " }));
    line.title = `${intent.intent}, ${Math.round(intent.confidence * 100)} percent sure`;
  }

  propose(proposal, answer) {
    this.settle("");
    this.#choices?.remove();
    this.#proposal = new ProposalCard(proposal, (isYes) => {
      this.#list.focus({ preventScroll: true });
      answer(isYes);
    });
    this.#append(this.#proposal.card);
  }

  // The proposal that waits, if any, is over; `note` says why.
  settle(note) {
    this.#proposal?.close(note);
    this.#proposal = null;
  }

  // A question with choices gets a button for each; `choose` takes what its button says.
  replied(text, { success, data }, choose) {
    this.#add(success ? "reply" : "reply question", text);
    this.#choices?.remove();
    this.#choices = null;
    if (success || !data?.choices) return;
    const buttons = data.choices.map((choice) => {
      const button = element("button", { type: "button", text: choice, lang: languageOf(choice) });
      button.addEventListener("click", () => choose(choice));
      return button;
    });
    this.#choices = this.#append(element("div", { className: "choices" }, buttons));
  }

  failed(text) {
    this.#add("reply refused", text);
  }

  clear() {
    this.settle("");
    this.#hearing = null;
    this.#list.replaceChildren(this.#examples);
    show(this.#examples, true);
  }

  #add(kind, text) {
    return this.#append(element("p", { className: kind, text, lang: languageOf(text) }));
  }

  #append(line) {
    show(this.#examples, false);
    this.#list.append(line);
    while (this.#list.children.length > MOST_LINES) this.#list.children[1].remove();
    this.#scroll();
    return line;
  }

  #scroll() {
    this.#list.scrollTop = this.#list.scrollHeight;
  }
}
