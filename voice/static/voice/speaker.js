// Replies spoken by the browser, when it can and is asked to. The choice is remembered; it is no secret.

import { byId, languageOf, show } from "./dom.js";

const KEY = "execora.speaks";
const VOICES = ["hi-IN", "en-IN"];

export class Speaker {
  #synthesis = window.speechSynthesis;
  #switch = byId("speak-replies");
  #voice = byId("speak-voice");

  constructor() {
    const isThere = Boolean(this.#synthesis && window.SpeechSynthesisUtterance);
    show(byId("spoken"), isThere);
    show(byId("spoken-absent"), !isThere);
    const [isOn, voice] = remembered();
    this.#switch.checked = isThere && isOn;
    this.#voice.value = voice;
    for (const control of [this.#switch, this.#voice]) {
      control.addEventListener("change", () => {
        remember(this.#switch.checked, this.#voice.value);
        if (!this.#switch.checked) this.hush();
      });
    }
  }

  say(text) {
    if (!this.#switch.checked) return;
    this.hush();
    const spoken = new SpeechSynthesisUtterance(text.replaceAll("₹", " rupees "));
    // Devanagari is Hindi whatever was chosen; Latin letters may be either.
    spoken.lang = languageOf(text) ? "hi-IN" : this.#voice.value;
    if (spoken.lang === "hi-IN") spoken.text = text.replace(/₹([\d,.]*\d)/g, "$1 रुपये");
    spoken.voice = this.#synthesis.getVoices().find((voice) => voice.lang.replace("_", "-") === spoken.lang) ?? null;
    this.#synthesis.speak(spoken);
  }

  // So that the microphone does not hear the reply.
  hush() {
    this.#synthesis?.cancel();
  }
}

function remembered() {
  try {
    const [isOn, voice] = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return [isOn !== false, VOICES.includes(voice) ? voice : VOICES[0]];
  } catch {
    return [true, VOICES[0]];
  }
}

function remember(...choice) {
  try {
    localStorage.setItem(KEY, JSON.stringify(choice));
  } catch {
    // storage is forbidden here: the choice lasts as long as the page
  }
}
