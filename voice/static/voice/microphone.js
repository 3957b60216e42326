// The microphone as frames of 16-bit samples. It is open between `open` and `close` only.

const RATE_HZ = 16_000;
const FLUSH_MS = 300;
const WORKLET = new URL("./recorder-worklet.js", import.meta.url);
const SOUND = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const REASONS = {
  NotAllowedError: "The microphone is not allowed here. Allow it in the browser's settings for this page, or type instead.",
  NotFoundError: "No microphone was found. Plug one in, or type instead.",
  NotReadableError: "The microphone is in use by another program. Close that program, or type instead.",
};
const OTHERWISE = "The microphone could not be opened. Type the command instead.";

export class MicrophoneRefused extends Error {}

export const isMicrophonePossible = () => Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);

export class Microphone {
  static async open(onSamples) {
    let stream = null;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: SOUND });
      return await Microphone.#listen(stream, onSamples);
    } catch (fault) {
      stream?.getTracks().forEach((track) => track.stop());
      throw new MicrophoneRefused(REASONS[fault.name] ?? OTHERWISE, { cause: fault });
    }
  }

  static async #listen(stream, onSamples) {
    const { context, source } = connected(stream);
    try {
      await context.audioWorklet.addModule(WORKLET);
      await context.resume();
      return new Microphone(stream, context, source, onSamples);
    } catch (fault) {
      await context.close();
      throw fault;
    }
  }

  constructor(stream, context, source, onSamples) {
    this.stream = stream;
    this.context = context;
    this.recorder = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
    this.rest = new Promise((resolve) => {
      this.recorder.port.onmessage = ({ data }) => (data === null ? resolve() : onSamples(data));
    });
    source.connect(this.recorder);
  }

  get rateHz() {
    return this.context.sampleRate;
  }

  // Resolves when the last samples were given.
  async close() {
    this.recorder.port.postMessage("rest");
    await Promise.race([this.rest, new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
    this.stream.getTracks().forEach((track) => track.stop());
    await this.context.close();
  }
}

// Some browsers do not bring a microphone into a context of another rate; then the server takes the microphone's own.
function connected(stream) {
  const context = new AudioContext({ sampleRate: RATE_HZ });
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch {
    context.close();
    const own = new AudioContext();
    return { context: own, source: own.createMediaStreamSource(stream) };
  }
}
