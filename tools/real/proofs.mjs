// Two implementations of DPoP: `node proofs.mjs FILE` prints what each says of the course's proofs.
// FILE holds the proofs and the request that they are for (tools/real/run.py writes it). The clock
// of this process stands still at the time of that request.
import { readFileSync } from 'node:fs'
import http from 'node:http'

const asked = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { issuer, audience, url, token, jkt, keys, now } = asked

const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length ? parts : [1000 * now]))
  }

  static now() {
    return 1000 * now
  }
}
console.info = console.warn = () => {} // stdout is for the answer
const oauth = await import('oauth4webapi')
const { default: Provider } = await import('oidc-provider')

// What a proof comes with. A proof that no header can hold never arrives.
const headersWith = (proof) => ({ authorization: `DPoP ${token}`, dpop: proof })

// --- oauth4webapi: what a resource server of its users calls -----------------------------------

const type = { headers: { 'content-type': 'application/json' } }
const published = async () => new Response(JSON.stringify(keys), type)
const server = { issuer, jwks_uri: `${issuer}/jwks` }
const byTheClientLibrary = async (proof) => {
  try {
    const request = new Request(url, { headers: headersWith(proof) })
    const options = { requireDPoP: true, [oauth.customFetch]: published }
    await oauth.validateJwtAccessToken(server, request, audience, options)
    return null
  } catch (error) {
    return error.message
  }
}

// --- oidc-provider: its own endpoint for userinfo ----------------------------------------------

// What the provider stores; emptied for each proof, so that none is a replay.
const entries = new Map()
class Adapter {
  constructor(kind) {
    this.kind = kind
  }

  async upsert(id, payload) {
    entries.set(`${this.kind}:${id}`, payload)
  }

  async find(id) {
    return entries.get(`${this.kind}:${id}`)
  }
}
const provider = new Provider(new URL(url).origin, {
  adapter: Adapter,
  clients: [{
    client_id: 'notes',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['https://notes.example/cb'],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  cookies: { keys: ['a key for cookies that nobody is sent'] },
  features: { dPoP: { enabled: true }, devInteractions: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  routes: { userinfo: new URL(url).pathname },
})
provider.proxy = true // it is told below under which address it is reached
const listener = http.createServer({ maxHeaderSize: 1 << 20 }, provider.callback())
await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve))

// The course's token is put where the provider keeps its own: what it checks here is the proof.
const storeTheToken = async () => {
  entries.clear()
  const client = await provider.Client.find('notes')
  const grant = new provider.Grant({ clientId: 'notes', accountId: 'ada' })
  grant.addOIDCScope('openid')
  const bound = { client, accountId: 'ada', grantId: await grant.save(), scope: 'openid', jkt }
  const stored = new provider.AccessToken({ ...bound, jti: token })
  stored.format = 'opaque' // the provider looks it up, and reads nothing in it
  await stored.save()
}
const answer = (proof) =>
  new Promise((resolve, reject) => {
    const { host, protocol } = new URL(url)
    const proxied = { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.replace(':', '') }
    const { port } = listener.address()
    const options = { port, path: new URL(url).pathname, headers: { ...headersWith(proof), ...proxied } }
    http.get(options, (response) => resolve(response.resume())).on('error', reject)
  })
const byTheProvider = async (proof) => {
  await storeTheToken()
  try {
    const { statusCode, headers } = await answer(proof)
    if (statusCode === 200) return null
    return /error_description="([^"]*)"/.exec(headers['www-authenticate'])?.[1] ?? String(statusCode)
  } catch (error) {
    return error.message
  }
}

const version = (name) => JSON.parse(
  readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8'),
).version
const out = { versions: {}, refused: {} }
for (const [name, ask] of [['oauth4webapi', byTheClientLibrary], ['oidc-provider', byTheProvider]]) {
  out.versions[name] = version(name)
  out.refused[name] = {}
  for (const [one, proof] of Object.entries(asked.proofs)) out.refused[name][one] = await ask(proof)
}
console.log(JSON.stringify(out))
listener.close()
process.exit(0)
