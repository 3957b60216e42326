// One connection to the shop that comes back by itself. `on` has: open(), frame(type, data), down({ code, seconds }),
// refused(reason).

const REFUSED = 1008;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PING_MS = 25_000;
const SILENCE_MS = 60_000;

export class ShopSocket {
  #token;
  #on;
  #socket = null;
  #failures = 0;
  #retry = 0;
  #heartbeat = 0;
  #heardAt = 0;
  #isWanted = true;
  #isGreeted = false;

  constructor(token, on) {
    this.#token = token;
    this.#on = on;
    addEventListener("online", this.#atOnce);
    this.#connect();
  }

  // The server accepts before it refuses: the way is open from its greeting on.
  get isOpen() {
    return this.#isGreeted && this.#socket?.readyState === WebSocket.OPEN;
  }

  // Tells whether the frame left.
  send(type, data = {}) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify({ type, data }));
    return true;
  }

  sendAudio(samples) {
    if (this.isOpen) this.#socket.send(samples);
  }

  close() {
    this.#isWanted = false;
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    removeEventListener("online", this.#atOnce);
    this.#socket?.close(1000);
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`, ["execora.v1", `bearer.${this.#token}`]);
    this.#socket = socket;
    this.#isGreeted = false;
    this.#heardAt = Date.now();
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#beat(socket), PING_MS);
    socket.addEventListener("message", (event) => this.#receive(socket, event));
    socket.addEventListener("close", (event) => this.#closed(socket, event.code, event.reason));
  }

  #receive(socket, event) {
    if (socket !== this.#socket) return;
    this.#heardAt = Date.now();
    const { type, data } = JSON.parse(event.data);
    if (type === "voice:start") {
      this.#isGreeted = true;
      this.#failures = 0;
      this.#on.open();
    }
    if (this.#isWanted) this.#on.frame(type, data);
  }

  #beat(socket) {
    if (Date.now() - this.#heardAt > SILENCE_MS) {
      socket.close();
      this.#closed(socket, 1006, ""); // a dead network may keep the close event for minutes
    } else if (socket.readyState === WebSocket.OPEN) {
      this.send("ping");
    }
  }

  #closed(socket, code, reason) {
    if (socket !== this.#socket || !this.#isWanted) return;
    this.#socket = null;
    clearInterval(this.#heartbeat);
    if (code === REFUSED) {
      this.close();
      this.#on.refused(reason);
      return;
    }
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    const wait = longest * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#connect(), wait);
    this.#on.down({ code, seconds: Math.ceil(wait / 1000) });
  }

  #atOnce = () => {
    if (!this.#isWanted || this.#socket) return;
    clearTimeout(this.#retry);
    this.#connect();
  };
}
