// The REST routes that the page uses.

const ROOT = "/api/v1/";
const CUSTOMER_ID = /^(cust-\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;
const UNREACHABLE = "The shop's server cannot be reached. Check the network, then try again.";
const UNREADABLE = "The shop's server gave an answer that cannot be read. Try again in a moment.";

export class ApiError extends Error {
  constructor(message, { status = 0, code = "" } = {}) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(ROOT + path, { ...options, cache: "no-store", credentials: "omit" });
  } catch {
    throw new ApiError(UNREACHABLE);
  }
  if (response.status === 204) return {};
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw new ApiError(body?.message ?? UNREADABLE, { status: response.status, code: body?.code });
}

const get = (path, token) => call(path, { headers: { Authorization: `Bearer ${token}` } });

const post = (path, body, options = {}) =>
  call(path, {
    method: "POST",
    body: JSON.stringify(body),
    ...options,
    headers: { "Content-Type": "application/json", ...options.headers },
  });

// Staff have a username; a customer has a code such as cust-001, or a UUID.
export function logIn(name, password, { shop = "", code = "" } = {}) {
  const isCustomer = CUSTOMER_ID.test(name);
  const who = isCustomer ? { customerId: name } : { username: name };
  return post("auth/login", {
    ...who,
    password,
    ...(shop ? { business: shop } : {}),
    ...(code && !isCustomer && !shop ? { totp: code } : {}),
  });
}

export const refreshLogin = (refreshToken) => post("auth/refresh", { refreshToken });

// Goes out also when the page is closed right after.
export const logOut = (token) =>
  post("auth/logout", {}, { headers: { Authorization: `Bearer ${token}` }, keepalive: true });

export const whoAmI = (token) => get("me", token);

export const ledgerOf = (token, customerId) => get(`ledger/${encodeURIComponent(customerId)}?limit=12`, token);

export const customerOf = async (token, customerId) =>
  (await get(`customers/${encodeURIComponent(customerId)}`, token)).customer;
