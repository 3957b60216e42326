// The login form. It gives what the login answered to `enter`, and says in words why it does not.

import { logIn } from "./api.js";
import { byId, show } from "./dom.js";

// What is asked for once it turns out to be needed.
const MORE = {
  BUSINESS_NEEDED: ["shop", "Several shops are served here. Enter the short name of yours."],
  TOTP_REQUIRED: ["code", "Enter the code of your authenticator app too."],
  TOTP_INVALID: ["code", "The code is wrong, or was used. Wait for the next one."],
  TOTP_PAUSED: ["code", "Too many wrong codes. Wait a while, or enter a backup code."],
};
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
    const [name, password, shop, code] = ["name", "password", "shop", "code"].map((key) => this.#field(key).value);
    if (!name.trim() || !password) {
      this.#say(EMPTY);
      this.#field(name.trim() ? "password" : "name").focus();
      return;
    }
    this.#wait(true);
    try {
      this.#enter(await logIn(name.trim(), password, { shop: shop.trim(), code: code.trim() }));
    } catch (fault) {
      this.#refused(fault);
    } finally {
      this.#wait(false);
    }
  }

  #refused(fault) {
    const [field, reason] = MORE[fault.code] ?? ["password", fault.message];
    if (fault.code in MORE) show(byId(`login-${field}-field`), true);
    this.#say(reason);
    this.#field(field).focus();
    this.#field(field).select();
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
