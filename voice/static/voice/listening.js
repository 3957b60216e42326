// From a press on the talk button to audio on the socket, and the words on and under the button.

import { byId, show } from "./dom.js";
import { isMicrophonePossible, Microphone } from "./microphone.js";
import { TalkButton } from "./talk-button.js";

const LONGEST_MS = 50_000; // the server takes 60 s at once
const TAIL_MS = 200; // people let go on their last syllable
const NO_MICROPHONE = "This browser gives no microphone to this page. Type the command instead.";
const NO_ENGINE = "Speech is not available in this shop's server. Type the command instead.";

export class Listening {
  #socket;
  #hush;
  #button = byId("talk-button");
  #talk;
  #microphone = null; // a promise, from the press on
  #limit = 0;
  #closing = Promise.resolve();

  // `socket()` is the connection of the moment; `hush` is called before listening.
  constructor(socket, hush) {
    this.#socket = socket;
    this.#hush = hush;
    this.#talk = new TalkButton(this.#button, { begin: () => this.#begin(), end: () => this.#end() });
  }

  get isOn() {
    return this.#microphone !== null;
  }

  offer({ sttAvailable }) {
    const reason = !isMicrophonePossible() ? NO_MICROPHONE : !sttAvailable ? NO_ENGINE : "";
    this.#button.disabled = Boolean(reason);
    this.#label("Hold to talk");
    byId("talk-absent").textContent = reason;
    show(byId("talk-absent"), Boolean(reason));
    show(byId("talk-hint"), !reason);
  }

  // The connection is away: nothing can be said now.
  withdraw() {
    this.abort();
    this.#button.disabled = true;
  }

  // The server listens no more, for whatever reason: close the microphone and send nothing.
  async abort() {
    clearTimeout(this.#limit);
    this.#talk.isOn = false;
    this.#label("Hold to talk");
    const opened = await this.#take();
    await opened?.close();
  }

  done() {
    if (!this.#microphone) this.#label("Hold to talk");
  }

  async #begin() {
    if (this.#microphone) {
      this.#talk.isOn = false; // the last turn is just ending
      return;
    }
    this.#hush();
    byId("talk-fault").textContent = "";
    this.#label("Opening ...");
    const held = []; // until voice:start is out
    let give = (samples) => held.push(samples);
    const opening = Microphone.open((samples) => give(samples));
    this.#microphone = opening;
    try {
      const { rateHz } = await opening;
      await this.#closing; // the end of the last turn goes out first
      if (this.#microphone !== opening) return; // let go meanwhile
      this.#socket()?.send("voice:start", { audio: { encoding: "pcm16", sampleRate: rateHz }, language: "hi-en" });
      give = (samples) => this.#socket()?.sendAudio(samples);
      held.forEach(give);
      this.#label("Listening ...");
      this.#limit = setTimeout(() => this.#end(), LONGEST_MS);
    } catch (fault) {
      if (this.#microphone === opening) this.#microphone = null;
      this.#talk.isOn = false;
      this.#label("Hold to talk");
      byId("talk-fault").textContent = fault.message;
    }
  }

  async #end() {
    clearTimeout(this.#limit);
    this.#talk.isOn = false;
    await new Promise((resolve) => setTimeout(resolve, TAIL_MS));
    const opened = await this.#take();
    this.#label(opened ? "Understanding ..." : "Hold to talk");
    if (!opened) return;
    this.#closing = opened.close().then(() => this.#socket()?.send("voice:stop"));
  }

  // Return the microphone, if it opened, and hold it no more.
  async #take() {
    const opening = this.#microphone;
    this.#microphone = null;
    return opening?.catch(() => null);
  }

  #label(text) {
    byId("talk-label").textContent = text;
  }
}
