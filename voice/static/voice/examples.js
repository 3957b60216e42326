// What one may say, for those who see the page for the first time.

import { byId, element, languageOf } from "./dom.js";

const FOR_STAFF = ["Rahul mandir wala ko 2 packet doodh ka bill banao", "प्रिया ने 500 रुपये जमा किए", "What does Suresh owe?"];
const FOR_CUSTOMERS = ["Mera kitna baaki hai", "मेरा कितना बाकी है"];

export function offerExamples(role) {
  const texts = role === "customer" ? FOR_CUSTOMERS : FOR_STAFF;
  byId("example-list").replaceChildren(...texts.map((text) => element("li", {}, [exampleButton(text)])));
}

// It only fills the field: what it says writes in the books, and is sent by the person.
function exampleButton(text) {
  const button = element("button", { type: "button", text, lang: languageOf(text), className: "example" });
  button.addEventListener("click", () => {
    const field = byId("type-text");
    field.value = text;
    field.focus();
  });
  return button;
}
