// In the audio thread: float samples to 16-bit little-endian, a tenth of a second a message. An empty message to it
// asks for the rest; it answers with what is left and then null.

const FRAMES_A_SECOND = 10;

class Recorder extends AudioWorkletProcessor {
  #samples = new Int16Array(Math.round(sampleRate / FRAMES_A_SECOND));
  #filled = 0;
  #isOn = true;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#isOn = false;
      this.#post();
      this.port.postMessage(null);
    };
  }

  process([[channel]]) {
    if (!this.#isOn) return false;
    for (const sample of channel ?? []) {
      this.#samples[this.#filled++] = Math.max(-1, Math.min(1, sample)) * 32_767;
      if (this.#filled === this.#samples.length) this.#post();
    }
    return true;
  }

  #post() {
    if (!this.#filled) return;
    const whole = this.#samples.slice(0, this.#filled).buffer;
    this.#filled = 0;
    this.port.postMessage(whole, [whole]);
  }
}

registerProcessor("recorder", Recorder);
