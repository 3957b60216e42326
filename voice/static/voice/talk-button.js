// When to listen: hold the button or the space bar; a short press listens until the next press. `on` has begin() and
// end().

const SHORT_PRESS_MS = 350;

export class TalkButton {
  #button;
  #on;
  #pressedAt = 0;
  #isHeld = false;
  #isOn = false;
  #endsOnRelease = false;

  constructor(button, on) {
    this.#button = button;
    this.#on = on;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.#press();
    });
    for (const name of ["pointerup", "pointercancel"]) button.addEventListener(name, () => this.#release());
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    // Without a pointer: Enter, and assistive technology.
    button.addEventListener("click", (event) => event.detail === 0 && this.#toggle());
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("keyup", (event) => this.#key(event));
    addEventListener("blur", () => this.#isHeld && this.#release());
  }

  // What became of it: a microphone that was refused, or a turn that ended, is not on.
  set isOn(isOn) {
    this.#isOn = isOn;
    this.#button.setAttribute("aria-pressed", String(isOn));
  }

  #key(event) {
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!this.#isHeld && !this.#hears(event.target)) return;
    event.preventDefault(); // neither a scroll nor the button's click
    if (event.type === "keyup") this.#release();
    else if (!event.repeat) this.#press();
  }

  // The space bar belongs to whatever control has the focus, unless that is this button.
  #hears(target) {
    if (this.#button.disabled || this.#button.closest("[hidden]")) return false;
    return target === this.#button || !target.closest?.("input, textarea, select, button, a, [contenteditable]");
  }

  #press() {
    if (this.#button.disabled || this.#isHeld) return;
    this.#isHeld = true;
    this.#pressedAt = performance.now();
    this.#endsOnRelease = this.#isOn;
    if (!this.#isOn) this.#begin();
  }

  #release() {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (this.#endsOnRelease || performance.now() - this.#pressedAt > SHORT_PRESS_MS) this.#end();
  }

  #toggle() {
    if (this.#isOn) this.#end();
    else this.#begin();
  }

  #begin() {
    this.isOn = true;
    this.#on.begin();
  }

  #end() {
    if (!this.#isOn) return;
    this.isOn = false;
    this.#on.end();
  }
}
