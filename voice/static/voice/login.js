// The login form. It gives a token to `enter`, and says in words why it does not.

import { logIn } from "./api.js";
import { byId, show } from "./dom.js";

const EMPTY = "Enter your username or customer id, and your password.";

export class LoginForm {
  #form = byId("login-form");
  #fault = byId("login-fault");
  #button = byId("login-button");
  #enter;

  constructor(enter) {
    this.#enter = enter;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  show(reason = "") {
    show(byId("login"), true);
    this.#say(reason);
    this.#field("name").focus();
  }

  hide() {
    show(byId("login"), false);
    this.#form.reset();
    this.#say("");
  }

  async #submit() {
    const [name, password, shop] = ["name", "password", "shop"].map((key) => this.#field(key).value);
    if (!name.trim() || !password) {
      this.#say(EMPTY);
      this.#field(name.trim() ? "password" : "name").focus();
      return;
    }
    this.#wait(true);
    try {
      this.#enter(await logIn(name.trim(), password, shop.trim()));
    } catch (fault) {
      this.#refused(fault);
    } finally {
      this.#wait(false);
    }
  }

  #refused(fault) {
    const needsShop = fault.code === "BUSINESS_NEEDED";
    if (needsShop) show(byId("login-shop-field"), true);
    this.#say(needsShop ? "Several shops are served here. Enter the short name of yours." : fault.message);
    const wrong = this.#field(needsShop ? "shop" : "password");
    wrong.focus();
    wrong.select();
  }

  #say(text) {
    this.#fault.textContent = text;
    this.#field("password").setAttribute("aria-invalid", String(Boolean(text)));
  }

  #wait(isWaiting) {
    this.#button.disabled = isWaiting;
    this.#button.textContent = isWaiting ? "Logging in ..." : "Log in";
  }

  #field(name) {
    return this.#form.elements.namedItem(name);
  }
}
