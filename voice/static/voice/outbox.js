// Typed commands on their way. One without an answer is sent again on the next connection under the same utteranceId,
// which the server runs once.

export class Outbox {
  #send;
  #unanswered = [];

  constructor(send) {
    this.#send = send;
  }

  // Tells whether it left; if not, it goes with the next connection.
  send(text) {
    const command = { text, utteranceId: newId() };
    this.#unanswered.push(command);
    return this.#send("voice:final", command);
  }

  // Answers come in the order of the commands.
  answered() {
    this.#unanswered.shift();
  }

  sendAgain() {
    for (const command of this.#unanswered) this.#send("voice:final", command);
  }

  clear() {
    this.#unanswered = [];
  }
}

// crypto.randomUUID is not there on plain http outside of localhost.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
