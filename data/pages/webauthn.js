// Hands what the page asks for to the browser's own API, and its answer to the form (Web Authentication Level 3, 5.1).
const form = document.forms[0], options = JSON.parse(form.dataset.options);
const button = document.querySelector("button"), note = document.querySelector("[role=status]");
form.addEventListener("submit", async event => {
  event.preventDefault();
  button.disabled = true; // the browser takes one question at a time
  note.textContent = "Touch your security key.";
  try {
    const parse = PublicKeyCredential; // is not there on a page that came over plain http, unless from this computer
    const credential = "rp" in options
      ? await navigator.credentials.create({publicKey: parse.parseCreationOptionsFromJSON(options)})
      : await navigator.credentials.get({publicKey: parse.parseRequestOptionsFromJSON(options)});
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (refusal) {
    button.disabled = false;
    note.textContent = `The browser refused: ${refusal.name}. ${refusal.message}`;
  }
});
