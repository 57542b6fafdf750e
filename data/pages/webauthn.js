// Hands what the page asks for to the browser's own API, and its answer to the form (Web Authentication Level 3, 5.1).
// Parameters of the request are fields of the form, and a field of any name hides the form's own member of that name.
const main = document.querySelector("main"), options = JSON.parse(main.dataset.options);
const answer = main.querySelector("[name=answer]"), button = main.querySelector("button"), note = main.querySelector("[role=status]");
main.addEventListener("submit", async event => {
  if (event.target !== answer.form) return; // another way to answer, such as a code
  event.preventDefault();
  button.disabled = true; // the browser takes one question at a time
  note.textContent = "Touch your security key.";
  try {
    const parse = PublicKeyCredential; // is not there on a page that came over plain http, unless from this computer
    const credential = "rp" in options
      ? await navigator.credentials.create({publicKey: parse.parseCreationOptionsFromJSON(options)})
      : await navigator.credentials.get({publicKey: parse.parseRequestOptionsFromJSON(options)});
    answer.value = JSON.stringify(credential.toJSON());
    HTMLFormElement.prototype.submit.call(answer.form);
  } catch (refusal) {
    button.disabled = false;
    note.textContent = `The browser refused: ${refusal.name}. ${refusal.message}`;
  }
});
