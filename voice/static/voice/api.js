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
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw new ApiError(body?.message ?? UNREADABLE, { status: response.status, code: body?.code });
}

const get = (path, token) => call(path, { headers: { Authorization: `Bearer ${token}` } });

// Staff have a username; a customer has a code such as cust-001, or a UUID.
export async function logIn(name, password, shop) {
  const who = CUSTOMER_ID.test(name) ? { customerId: name } : { username: name };
  const body = { ...who, password, ...(shop ? { business: shop } : {}) };
  const headers = { "Content-Type": "application/json" };
  return (await call("auth/login", { method: "POST", headers, body: JSON.stringify(body) })).token;
}

export const whoAmI = (token) => get("me", token);

export const ledgerOf = (token, customerId) => get(`ledger/${encodeURIComponent(customerId)}?limit=12`, token);

export const customerOf = async (token, customerId) =>
  (await get(`customers/${encodeURIComponent(customerId)}`, token)).customer;
