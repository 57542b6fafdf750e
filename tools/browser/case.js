// The application in the support case: signs Ada in by code + PKCE, then asks its own API for a report, which fails.
// Verifier, state and nonce are fixed so that every recording holds the same bytes. A real client draws them anew each time.
const issuer = "http://localhost:9007", callback = location.origin + "/cb";
const verifier = "expenses-verifier-that-a-real-client-would-draw-anew-each-time";
const challenge = async text => {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};
const ask = async parameters => (await fetch(issuer + "/token", {method: "POST", body: new URLSearchParams(parameters)})).json();
const bearer = token => ({headers: {Authorization: "Bearer " + token}});

async function signIn() {
  location.assign(issuer + "/authorize?" + new URLSearchParams({
    response_type: "code", client_id: "spa", redirect_uri: callback, scope: "openid profile offline_access",
    state: "state-4ef1c2", nonce: "nonce-8d02b7", code_challenge: await challenge(verifier), code_challenge_method: "S256"}));
}

async function work(code) {
  const first = await ask({grant_type: "authorization_code", client_id: "spa", redirect_uri: callback, code, code_verifier: verifier});
  const ada = await (await fetch(issuer + "/userinfo", bearer(first.access_token))).json();
  const settings = await (await fetch("/api/session", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({id_token: first.id_token, name: ada.name})})).json();
  const key = {headers: {"X-Api-Key": settings.api_key}};
  await (await fetch("/api/reports", key)).json();
  await (await fetch("/api/avatar.png", key)).arrayBuffer();
  await (await fetch("/api/backup", key)).arrayBuffer();
  const second = await ask({grant_type: "refresh_token", client_id: "spa", refresh_token: first.refresh_token});
  await (await fetch(issuer + "/userinfo", bearer(second.access_token))).json();
  const report = await fetch("/api/reports/2023-09", key);
  const answer = await report.json();
  document.getElementById("state").textContent = report.ok ? "Here is your report" : "The report could not be made: " + answer.incident;
}

const code = new URLSearchParams(location.search).get("code");
document.getElementById("start").addEventListener("click", signIn);
if (code) work(code);
