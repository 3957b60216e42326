// The login's token: in memory, and in sessionStorage so that a reload of this tab keeps it. Never in an address.

const KEY = "execora.token";
let token = read();

function read() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage is forbidden here: memory alone
  }
}

export const currentToken = () => token;

export function keepToken(given) {
  token = given;
  try {
    if (given) sessionStorage.setItem(KEY, given);
    else sessionStorage.removeItem(KEY);
  } catch {
    // memory alone
  }
}
