// A command that waits for a yes: its summary, two buttons, and how long it waits.

import { element, languageOf } from "./dom.js";

const EXPIRED = "Not done: there was no answer in time.";

export class ProposalCard {
  #buttons;
  #left = element("p", { className: "left" });
  #timer = 0;
  #endsAt;

  constructor({ summary, expiresIn }, answer) {
    this.#endsAt = Date.now() + expiresIn * 1000;
    this.#buttons = [this.#button("Yes, do it", "yes", () => answer(true)), this.#button("No", "no", () => answer(false))];
    this.#left.setAttribute("aria-live", "off");
    this.card = element("div", { className: "proposal" }, [
      element("p", { text: summary, lang: languageOf(summary), className: "summary" }),
      element("div", { className: "answers" }, this.#buttons),
      this.#left,
    ]);
    this.card.setAttribute("role", "group");
    this.card.setAttribute("aria-label", "Waiting for your yes");
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.#tick();
  }

  close(note) {
    clearInterval(this.#timer);
    for (const button of this.#buttons) button.disabled = true;
    this.card.classList.add("over");
    this.#left.textContent = note;
  }

  #button(text, className, press) {
    const button = element("button", { type: "button", text, className });
    button.addEventListener("click", () => {
      this.close(className === "yes" ? "You said yes." : "You said no.");
      press();
    });
    return button;
  }

  #tick() {
    const seconds = Math.ceil((this.#endsAt - Date.now()) / 1000);
    if (seconds <= 0) this.close(EXPIRED);
    else this.#left.textContent = `Waits for ${seconds} s; nothing is written before your yes.`;
  }
}
