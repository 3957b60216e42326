// Building elements. Every text goes in by textContent: names are data, never markup.

export const byId = (id) => document.getElementById(id);

export function element(tag, { text, ...properties } = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

export function show(target, isShown) {
  target.hidden = !isShown;
}

// Hindi is announced and drawn as Hindi.
export const languageOf = (text) => (/[\u0900-\u097f]/.test(text) ? "hi" : "");
