// The page: either the login or the counter.

import { logOut } from "./api.js";
import { Counter } from "./counter.js";
import { byId } from "./dom.js";
import { LoginForm } from "./login.js";
import { currentToken, forgetLogin, freshToken, keepLogin, whenEnded } from "./token.js";

const login = new LoginForm((given) => {
  keepLogin(given);
  enter();
});
const counter = new Counter(leave);

function enter() {
  login.hide();
  counter.open();
  byId("main").focus({ preventScroll: true });
}

function leave(reason) {
  forgetLogin();
  counter.close();
  login.show(reason);
}

whenEnded(() => leave("Your login has ended. Log in again."));
byId("log-out").addEventListener("click", () => {
  // Whether or not the server hears of it: here it is over.
  freshToken()
    .then(logOut)
    .catch(() => {});
  leave("");
});
if (currentToken()) enter();
else login.show();
