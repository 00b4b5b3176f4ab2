// Forms that a passkey fills in. The browser asks the passkey; the form then goes its plain way.
const ASKS = {
  create: (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

function supported() {
  return Boolean(
    window.PublicKeyCredential?.parseCreationOptionsFromJSON &&
      PublicKeyCredential.parseRequestOptionsFromJSON &&
      PublicKeyCredential.prototype.toJSON,
  );
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const says = form.querySelector(".passkey-says");
  const button = form.querySelector("button");
  says.textContent = supported() ? "" : form.dataset.unsupported;
  button.disabled = !supported();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    says.textContent = "";
    button.disabled = true;
    try {
      const credential = await ASKS[form.dataset.passkey](JSON.parse(form.dataset.options));
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      says.textContent = form.dataset.refused;
      button.disabled = false;
    }
  });
}
