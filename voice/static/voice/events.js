// What happens in the shop, by whatever door, newest first.

import { byId, element, languageOf, show } from "./dom.js";
import { clock, eventOf } from "./words.js";

const MOST = 15;

export class ShopEvents {
  #list = byId("events");

  add(event) {
    const text = eventOf(event);
    const line = element("li", { className: event.name === "stock.low" ? "warning" : "" }, [
      element("time", { text: clock() }),
      element("span", { text, lang: languageOf(text) }),
    ]);
    this.#list.prepend(line);
    while (this.#list.children.length > MOST) this.#list.lastElementChild.remove();
    show(byId("events-empty"), false);
  }

  clear() {
    this.#list.replaceChildren();
    show(byId("events-empty"), true);
  }
}
