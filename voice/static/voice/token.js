// The login's tokens: in memory, and in sessionStorage so that a reload of this tab keeps them. Never in an address.
// A refresh token is good once. A tab that was duplicated holds the same one, so whoever uses it tells the others.

import { refreshLogin } from "./api.js";

const KEY = "execora.login";
const NOBODY = { token: "", refreshToken: "", renewAt: 0, endsAt: 0 };
const IN_FLIGHT_MS = 1100;
const AGAIN_MS = 10_000;

const otherTabs = new BroadcastChannel(KEY);
let login = read();
let number = 0;
let renewal = null;
let timer = 0;
let ended = () => {};

otherTabs.addEventListener("message", ({ data }) => {
  if (login.refreshToken && data.used === login.refreshToken) hold(data.login);
});
plan(login.renewAt - Date.now());

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? NOBODY;
  } catch {
    return NOBODY; // storage is forbidden here: memory alone
  }
}

function hold(given) {
  login = given;
  try {
    if (given.token) sessionStorage.setItem(KEY, JSON.stringify(given));
    else sessionStorage.removeItem(KEY);
  } catch {
    // memory alone
  }
  plan(given.renewAt - Date.now());
}

function plan(waitMs) {
  clearTimeout(timer);
  if (!login.token) return;
  timer = setTimeout(() => freshToken().catch((fault) => fault.status === 401 && ended()), Math.max(0, waitMs));
}

const lasting = ({ token, refreshToken, expiresIn }) => ({
  token,
  refreshToken,
  renewAt: Date.now() + expiresIn * 800, // four fifths of its life
  endsAt: Date.now() + expiresIn * 1000,
});

export const currentToken = () => login.token;

// Another number is another login; renewed tokens are the same one.
export const loginNumber = () => number;

// `callback` is called when the login ended while nobody asked for anything.
export function whenEnded(callback) {
  ended = callback;
}

export function keepLogin(given) {
  number += 1;
  hold(lasting(given));
}

export function forgetLogin() {
  number += 1;
  hold(NOBODY);
}

// The token, renewed when most of its life is over. Throws when the login has ended.
export async function freshToken() {
  if (login.token && Date.now() >= login.renewAt) {
    renewal ??= renew().finally(() => {
      renewal = null;
    });
    await renewal;
  }
  return login.token;
}

async function renew() {
  const used = login.refreshToken;
  try {
    const given = lasting(await refreshLogin(used));
    if (login.refreshToken !== used) return; // logged out meanwhile
    hold(given);
    otherTabs.postMessage({ used, login: given });
  } catch (fault) {
    if (login.refreshToken !== used) return; // another tab was first, and told
    if (fault.status === 409) {
      await new Promise((resolve) => setTimeout(resolve, IN_FLIGHT_MS));
      if (login.refreshToken === used) await renew();
      return;
    }
    if (fault.status === 401 || Date.now() >= login.endsAt) throw fault;
    plan(AGAIN_MS);
  }
}
