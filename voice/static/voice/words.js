// How what comes over the wire reads to a person.

const INTENTS = {
  CREATE_INVOICE: "Bill",
  RECORD_PAYMENT: "Payment received (jama)",
  ADD_CREDIT: "Credit given (udhaar)",
  CHECK_BALANCE: "Balance (baaki)",
  CHECK_STOCK: "Stock",
  CREATE_REMINDER: "Reminder",
  DAILY_SUMMARY: "The day's summary",
  CONFIRM: "Yes",
  DENY: "No",
  PROVIDE: "Answer",
  CORRECT: "Correction",
  MULTI: "Several things at once",
  UNKNOWN: "Not understood",
};
const KINDS = {
  invoice: "Bill",
  payment: "Jama",
  credit: "Udhaar",
  opening: "Opening balance",
  reversal: "Reversed",
};
const EVENTS = {
  "invoice.created": (data) => `Bill ${data.number} for ${data.customer.name}, ${money(data.total)}`,
  "invoice.cancelled": (data) => `Bill ${data.number} of ${data.customer.name} cancelled`,
  "invoice.drafted": (data) => `Draft bill for ${data.customer.name}, ${money(data.total)}`,
  "payment.recorded": (data) => `${data.customer.name} paid ${money(data.amount)}`,
  "credit.recorded": (data) => `${money(data.amount)} of credit to ${data.customer.name}`,
  "opening_balance.recorded": (data) => `Opening balance of ${data.customer.name}, ${money(data.amount)}`,
  "entry.reversed": (data) => `An entry of ${data.customer.name} taken back, ${money(data.amount)}`,
  "stock.low": (data) => `${data.name} is running low: ${data.stock} ${data.unit} left`,
  "customer.created": (data) => `New customer ${data.name}`,
  "customer.changed": (data) => `${data.name}'s details changed`,
  "product.created": (data) => `New product ${data.name}`,
  "product.changed": (data) => `${data.name} changed`,
  "reminder.scheduled": (data) => `${data.customer.name} will be reminded ${moment(data.datetime)}`,
  "reminder.moved": (data) => `Reminder of ${data.customer.name} moved to ${moment(data.datetime)}`,
  "reminder.cancelled": (data) => `Reminder of ${data.customer.name} cancelled`,
  "reminder.sent": (data) => `${data.customer.name} was reminded`,
};
const CLOSINGS = {
  1001: "The shop's server is stopping.",
  1009: "Too much was sent at once.",
  1012: "The shop's server is restarting.",
};
const DAY = new Intl.DateTimeFormat("en-IN", { day: "numeric", month: "short", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat("en-IN", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Kolkata" });
const CLOCK = new Intl.DateTimeFormat("en-IN", { timeStyle: "short" });

// "-125000.50" as "₹1,25,000.50", without the sign; the digits are never made a floating number.
export function money(rupees) {
  const [whole, paise = "00"] = String(rupees).replace("-", "").split(".");
  const grouped = BigInt(whole).toLocaleString("en-IN");
  return `₹${grouped}${Number(paise) ? `.${paise.padEnd(2, "0")}` : ""}`;
}

export const isBelowZero = (rupees) => String(rupees).startsWith("-");

export const isZero = (rupees) => !/[1-9]/.test(String(rupees));

export const day = (isoDate) => DAY.format(new Date(`${isoDate}T00:00:00Z`));

export const moment = (isoTime) => MOMENT.format(new Date(isoTime));

export const clock = () => CLOCK.format(new Date());

export const kindOf = (entry) => KINDS[entry.kind] ?? entry.kind;

export function intentOf({ intent, entities }) {
  const { customer, items = [], product, quantity, unit, amount, mode, date, datetime } = entities;
  const goods = (items.length ? items : [{ product, quantity, unit }]).map((item) =>
    [item.quantity, item.unit, item.product].filter((word) => word !== undefined).join(" "),
  );
  const when = datetime ? moment(datetime) : date && day(date);
  const amountSaid = amount === undefined ? "" : money(amount);
  const name = INTENTS[intent] ?? intent.toLowerCase().replaceAll("_", " ");
  return [name, customer, ...goods, amountSaid, mode, when].filter(Boolean).join(" · ");
}

export function eventOf({ name, data }) {
  try {
    return EVENTS[name](data);
  } catch {
    return name.replaceAll(/[._]/g, " "); // an event of a newer server
  }
}

export function closingOf({ code, seconds }) {
  const reason = CLOSINGS[code] ?? "The connection to the shop was lost.";
  return `${reason} Trying again in ${seconds} s ...`;
}
