// The page: either the login or the counter.

import { Counter } from "./counter.js";
import { byId } from "./dom.js";
import { LoginForm } from "./login.js";
import { currentToken, keepToken } from "./token.js";

const login = new LoginForm(enter);
const counter = new Counter(leave);

function enter(token) {
  keepToken(token);
  login.hide();
  counter.open();
  byId("main").focus({ preventScroll: true });
}

function leave(reason) {
  keepToken("");
  counter.close();
  login.show(reason);
}

byId("log-out").addEventListener("click", () => leave(""));
if (currentToken()) enter(currentToken());
else login.show();
