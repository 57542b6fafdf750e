// Asks node's oidc-provider what a thief's copies still open: `node oidc_provider.mjs`.
// The provider, an application and an API of ours run on loopback in this process, whose clock
// stands still until it is moved. Options of the provider are the defaults, but for `settings`.
// Prints one JSON object: what still opens after each action, and the answers to a few questions.
import crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'

const settings = [
  'client credentials, introspection, revocation and back-channel logout are on',
  "the page for sign-in and consent is the library's own for development (devInteractions)",
  'everybody consents without a page, each time (loadExistingGrant), as in the course',
  'notes is a public client; it and backup ask for a resource (getResourceServerInfo), so that'
    + ' their access tokens are JWTs',
  'a JWT cannot be introspected here: the API asks about a second access token of notes, which is'
    + ' opaque and of the same grant',
  'wiki is a confidential client',
  'notes and wiki ask for offline_access, by prompt=consent; with prompt=none there is none, so the'
    + " code of Tom's link is bound to the session",
  'back-channel logout may go to loopback (fetch without its protection against that)',
  'what is stored is in memory, in a store that outlives a change of keys, clients or people;'
    + ' an account that is disabled is not found (findAccount)',
  "the wiki and the API are ours: the wiki's sessions have no end of their own, and everybody"
    + " fetches the provider's keys anew after five minutes (jose's default is ten)",
]
const start = Date.UTC(2026, 11, 1, 9)
const tries = [0.5, 4, 6, 61, 601, 1440, 20160, 129600] // minutes after the action
const keysAreKept = 300_000 // milliseconds
const api = 'urn:example:api'
const secondApi = 'urn:example:second-api'
const callbacks = { notes: 'https://notes.example/cb', wiki: 'https://wiki.example/cb' }
const secrets = { wiki: 'the-wiki-has-it', backup: 'the-backup-has-it', api: 'the-api-has-it' }
const verifier = 'a-verifier-of-the-thief-which-he-made-up-himself'
const challenge = crypto.createHash('sha256').update(verifier).digest('base64url')

// --- a clock that can be moved, for everything in this process ---------------------------------

const RealDate = Date
let now = start
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length ? parts : [now]))
  }

  static now() {
    return now
  }
}
// Lets the clock show this many minutes after `start`.
const setClock = (minutes) => {
  now = start + 60_000 * minutes
}

// The libraries are loaded after that, and say nothing on stdout.
console.info = console.warn = () => {}
const { default: Provider, errors } = await import('oidc-provider')
const jose = await import('jose')

// --- the provider, and those who ask it --------------------------------------------------------

// What the provider stores, as its documentation says that an adapter should.
class Store {
  constructor() {
    this.entries = new Map()
  }

  // The provider asks for one adapter for each kind of thing that it stores.
  adapter(kind) {
    const { entries } = this
    const alive = (entry) => entry && entry.until > Date.now()
    return {
      async upsert(id, payload, seconds) {
        const until = seconds ? Date.now() + 1000 * seconds : Infinity
        entries.set(`${kind}:${id}`, { kind, payload, until })
      },
      async find(id) {
        const entry = entries.get(`${kind}:${id}`)
        return alive(entry) ? entry.payload : undefined
      },
      async findByUid(uid) {
        const same = (entry) => entry.kind === kind && entry.payload.uid === uid
        return [...entries.values()].find((entry) => same(entry) && alive(entry))?.payload
      },
      async consume(id) {
        entries.get(`${kind}:${id}`).payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        entries.delete(`${kind}:${id}`)
      },
      async revokeByGrantId(grantId) {
        for (const [key, entry] of entries) {
          if (entry.payload.grantId === grantId) entries.delete(key)
        }
      },
    }
  }
}

// A server on a free port of loopback; what it does can be changed later.
const listen = async () => {
  const listener = { handle: (request, response) => response.end() }
  listener.server = http.createServer((request, response) => listener.handle(request, response))
  await new Promise((resolve) => listener.server.listen(0, '127.0.0.1', resolve))
  listener.url = `http://127.0.0.1:${listener.server.address().port}`
  return listener
}
const providerServer = await listen()
const wikiServer = await listen()
const issuer = providerServer.url
callbacks.phone = 'http://127.0.0.1/cb' // of a native client, which listens on any port

// A new key for signatures, with a name.
const signingKey = (kid) => {
  const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
}
const firstKey = signingKey('first')
const secondKey = signingKey('second')

// The five clients, and the secret that the backup job has at this provider.
const clientsWith = (backupSecret) => {
  const signsIn = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }
  const isPublic = { token_endpoint_auth_method: 'none' }
  const signsNobodyIn = { redirect_uris: [], response_types: [] }
  const { notes, wiki, phone } = callbacks
  return [
    { client_id: 'notes', redirect_uris: [notes], ...isPublic, ...signsIn },
    {
      client_id: 'phone',
      redirect_uris: [phone],
      application_type: 'native',
      ...isPublic,
      ...signsIn,
    },
    {
      client_id: 'wiki',
      client_secret: secrets.wiki,
      redirect_uris: [wiki],
      backchannel_logout_uri: `${wikiServer.url}/logout`,
      backchannel_logout_session_required: true,
      ...signsIn,
    },
    {
      client_id: 'backup',
      client_secret: backupSecret,
      grant_types: ['client_credentials'],
      ...signsNobodyIn,
    },
    { client_id: 'api', client_secret: secrets.api, grant_types: [], ...signsNobodyIn },
  ]
}

// First-party applications: who has signed in has consented.
const consentWithoutPage = async ({ oidc }) => {
  const { Grant } = oidc.provider
  const id = oidc.session.grantIdFor(oidc.client.clientId)
  const existing = id && (await Grant.find(id))
  if (existing) return existing
  const { accountId } = oidc.session
  const grant = new Grant({ clientId: oidc.client.clientId, accountId })
  grant.addOIDCScope('openid offline_access')
  grant.addResourceScope(api, 'read')
  await grant.save()
  return grant
}

// Puts a provider behind the server: with the same store it is the same provider, reconfigured.
const serveProvider = (store, changes = {}) => {
  const { key, backupSecret, active } = {
    key: firstKey,
    backupSecret: secrets.backup,
    active: true,
    ...changes,
  }
  const account = (id) => ({ accountId: id, claims: () => ({ sub: id }) })
  const provider = new Provider(issuer, {
    adapter: (kind) => store.adapter(kind),
    clients: clientsWith(backupSecret),
    jwks: { keys: [key] },
    findAccount: (ctx, id) => (active ? account(id) : undefined),
    loadExistingGrant: consentWithoutPage,
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    features: {
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => {
          if (![api, secondApi].includes(resource)) throw new errors.InvalidTarget()
          return {
            scope: 'read',
            audience: resource,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }
        },
      },
    },
  })
  providerServer.handle = provider.callback()
  return provider
}

// The public keys, kept for five minutes by whoever checks signatures.
const newKeys = () =>
  jose.createRemoteJWKSet(new URL(`${issuer}/jwks`), { cacheMaxAge: keysAreKept })

// Whether a door that checks signature, issuer, audience and expiry lets a token in.
const jwtOpens = async (token, keys, audience) => {
  try {
    await jose.jwtVerify(token, keys, { issuer, audience })
    return true
  } catch {
    return false
  }
}

// An application of ours: sessions by cookie (cookie -> the provider's sid), which a back-channel
// logout ends.
const wiki = { sessions: new Map(), keys: undefined }
wikiServer.handle = async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  const token = new URLSearchParams(body).get('logout_token')
  try {
    const checks = { issuer, audience: 'wiki', typ: 'logout+jwt' }
    const { payload } = await jose.jwtVerify(token, wiki.keys, checks)
    for (const [cookie, sid] of wiki.sessions) {
      if (sid === payload.sid) wiki.sessions.delete(cookie)
    }
  } catch {
    response.statusCode = 400
  }
  response.end()
}

// A browser: it keeps cookies, and follows no redirect by itself.
class Browser {
  constructor(cookies = {}) {
    this.cookies = { ...cookies }
  }

  // Sends a request with the cookies, and keeps those that come back.
  async send(url, options = {}) {
    const cookie = Object.entries(this.cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')
    const response = await fetch(url, { ...options, redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s)
      if (value) this.cookies[name] = value
      else delete this.cookies[name]
    }
    return response
  }

  // Sends a form.
  post(url, form) {
    return this.send(url, { method: 'POST', body: new URLSearchParams(form) })
  }

  // Sends an authorization request.
  authorize(client = 'notes', changes = {}) {
    return this.send(authorizationRequest(client, changes))
  }

  // Asks for a code, and answers the pages for sign-in and consent. Returns the code.
  async signIn(client, changes = {}) {
    let response = await this.authorize(client, { prompt: 'consent', ...changes })
    for (let step = 0; step < 10; step += 1) {
      const location = response.headers.get('location')
      if (!location) break
      const url = new URL(location, issuer)
      if (url.origin !== issuer) return inRedirect(response, 'code')
      response = await this.send(url)
      if (response.status !== 200) continue
      const asksWhoItIs = (await response.text()).includes('name="login"')
      const form = asksWhoItIs ? { prompt: 'login', login: 'ada' } : { prompt: 'consent' }
      response = await this.post(url, form)
    }
    throw new Error(`The provider gave no code: HTTP ${response.status}`)
  }
}

// Parameters as a query or a form; null leaves one out.
const withoutNull = (parameters) =>
  new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null))

// An authorization request with PKCE and no page; null leaves a parameter out.
const authorizationRequest = (client, changes) => {
  const query = {
    client_id: client,
    response_type: 'code',
    redirect_uri: callbacks[client],
    scope: client === 'wiki' ? 'openid offline_access' : 'openid offline_access read',
    resource: client === 'wiki' ? null : api,
    prompt: 'none',
    nonce: 'a-nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  }
  return `${issuer}/auth?${withoutNull(query)}`
}

// A parameter in the address that a redirect leads to; empty where there is none.
const inRedirect = (response, name) => {
  const location = response.headers.get('location')
  return (location && new URL(location, issuer).searchParams.get(name)) || ''
}

// An authorization response in a word: "code", or the error, or the status.
const authorizationOutcome = (response) => {
  if (inRedirect(response, 'code')) return 'code'
  return inRedirect(response, 'error') || `HTTP ${response.status}`
}

// Sends a form to one of the provider's endpoints, in the name of a client.
const post = async (path, client, form) => {
  const secret = secrets[client]
  const headers = secret ? { authorization: `Basic ${btoa(`${client}:${secret}`)}` } : {}
  const body = withoutNull(secret ? form : { client_id: client, ...form })
  const response = await fetch(issuer + path, { method: 'POST', headers, body })
  const text = await response.text()
  return { status: response.status, ...(text ? JSON.parse(text) : {}) }
}

// Gives an authorization code for tokens.
const redeem = (code, client = 'notes', changes = {}) =>
  post('/token', client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callbacks[client],
    code_verifier: verifier,
    resource: client === 'wiki' ? null : api,
    ...changes,
  })

// Gives a refresh token of notes for new tokens.
const refresh = (token, resource = api) =>
  post('/token', 'notes', { grant_type: 'refresh_token', refresh_token: token, resource })

// Asks for a machine token, with the secret that the backup job had at the theft.
const clientCredentials = () =>
  post('/token', 'backup', { grant_type: 'client_credentials', scope: 'read', resource: api })

// How the userinfo endpoint answers to a token, as a status.
const userinfo = async (token) => {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${issuer}/me`, { headers })).status
}

// --- what Tom holds, and how he tries it -------------------------------------------------------

// Ada signs in at both applications, at a new provider, and loses everything to Tom.
const steal = async () => {
  setClock(0)
  const store = new Store()
  const provider = serveProvider(store)
  const ada = new Browser()
  const notes = await redeem(await ada.signIn('notes'))
  const opaque = { resource: null }
  const second = await redeem(await ada.signIn('notes', opaque), 'notes', opaque)
  const wikis = await redeem(await ada.signIn('wiki'), 'wiki')
  wiki.keys = newKeys()
  wiki.sessions = new Map([['wiki-cookie', jose.decodeJwt(wikis.id_token).sid]])
  const theft = {
    store,
    provider,
    ada,
    cookies: { ...ada.cookies },
    notes,
    wikis,
    opaqueToken: second.access_token,
    refreshToken: notes.refresh_token,
    machineToken: (await clientCredentials()).access_token,
    code: inRedirect(await ada.authorize(), 'code'),
    keys: newKeys(),
  }
  // Everybody has seen traffic, and keeps the provider's keys from now on.
  const opens = [
    await jwtOpens(notes.id_token, theft.keys, 'notes'),
    await jwtOpens(wikis.id_token, wiki.keys, 'wiki'),
  ]
  if (!theft.code || opens.includes(false)) throw new Error('What Ada has opens nothing.')
  return theft
}

// Tom's browser, with copies of Ada's cookies.
const tomsBrowser = (theft) => new Browser(theft.cookies)

// Each row says whether what Tom has still opens.
const rows = {
  'session at the provider': async (theft) =>
    inRedirect(await tomsBrowser(theft).authorize(), 'code') !== '',
  'session at the wiki': async () => wiki.sessions.has('wiki-cookie'),
  'authorization code': async (theft) => (await redeem(theft.code)).status === 200,
  'ID token': (theft) => jwtOpens(theft.notes.id_token, theft.keys, 'notes'),
  'access token': (theft) => jwtOpens(theft.notes.access_token, theft.keys, api),
  'access token, API asks': async (theft) => {
    const form = { token: theft.opaqueToken }
    return (await post('/token/introspection', 'api', form)).active === true
  },
  'refresh token': async (theft) => {
    const response = await refresh(theft.refreshToken)
    theft.refreshToken = response.refresh_token ?? theft.refreshToken
    return response.status === 200
  },
  'machine token': (theft) => jwtOpens(theft.machineToken, theft.keys, api),
  'client secret': async () => (await clientCredentials()).status === 200,
}

// --- what people do ----------------------------------------------------------------------------

// The wiki sends Ada to the provider's logout, and she confirms (RP-Initiated Logout).
const logOutAtTheProvider = async ({ ada, wikis }) => {
  const query = new URLSearchParams({ id_token_hint: wikis.id_token })
  const page = await (await ada.send(`${issuer}/session/end?${query}`)).text()
  const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(page)
  await ada.post(`${issuer}/session/end/confirm`, { xsrf, logout: 'yes' })
  if (inRedirect(await ada.authorize(), 'code')) {
    throw new Error('Ada has logged out, and her own browser is still signed in.')
  }
}

// The library leaves passwords and second factors to whoever uses it.
const actions = {
  nothing: () => {},
  'log out at the wiki': () => wiki.sessions.delete('wiki-cookie'),
  'log out at the provider': logOutAtTheProvider,
  'revoke refresh token': ({ notes }) =>
    post('/token/revocation', 'notes', { token: notes.refresh_token }),
  'end session (operator)': async ({ provider, cookies }) =>
    (await provider.Session.find(cookies._session)).destroy(),
  'drop the signing key': ({ store }) => serveProvider(store, { key: secondKey }),
  'disable the user': ({ store }) => serveProvider(store, { active: false }),
  'replace the client secret': ({ store }) => serveProvider(store, { backupSecret: 'a-new-one' }),
  // All at once: a provider is served with all its changes, or it would have the last alone.
  'the whole runbook of lesson 05': ({ store }) => {
    wiki.sessions.delete('wiki-cookie')
    return serveProvider(store, { key: secondKey, active: false, backupSecret: 'a-new-one' })
  },
}

// The last of `tries` at which a row still opened after an action; 0 where it did at none. Each row
// has a theft of its own, so that no try helps or hurts another.
const lastMinute = async (action, row) => {
  const theft = await steal()
  await actions[action](theft)
  let last = 0
  for (const minutes of tries) {
    setClock(minutes)
    if (!(await rows[row](theft))) break
    last = minutes
  }
  return last
}

// --- questions ---------------------------------------------------------------------------------

// A response of the token endpoint in a word: "200", or the status and the error.
const outcome = ({ status, error }) => (error ? `${status} ${error}` : `${status}`)
// Whether something opened, in a word.
const opens = (yes) => (yes ? 'opens' : 'refused')

// A refresh token is used, used again, and then its successor; and what the access token that came
// with the successor still opens, before the successor is used.
const refreshTokenTwice = async () => {
  const theft = await steal()
  const first = await refresh(theft.refreshToken)
  const again = await refresh(theft.refreshToken)
  const accessToken = opens(await jwtOpens(first.access_token, theft.keys, api))
  const successor = await refresh(first.refresh_token)
  return [
    `${outcome(again)}, then ${outcome(successor)}`,
    `${accessToken} (JWT, the API does not ask)`,
  ]
}

// A code that brings a refresh token is redeemed twice.
const codeTwice = async () => {
  const theft = await steal()
  const code = await tomsBrowser(theft).signIn('notes')
  const first = await redeem(code)
  const again = await redeem(code)
  if (!first.refresh_token) throw new Error('The code brought no refresh token.')
  if (again.status === 200) return 'the second is answered with tokens'
  const accessToken = opens(await jwtOpens(first.access_token, theft.keys, api))
  const refreshToken = opens((await refresh(first.refresh_token)).status === 200)
  return `access token ${accessToken} (JWT), refresh token ${refreshToken}`
}

// A code is redeemed with a wrong verifier, and then with the right one.
const wrongVerifierFirst = async () => {
  const { code } = await steal()
  const wrong = await redeem(code, 'notes', { code_verifier: 'x'.repeat(43) })
  const right = await redeem(code)
  return `${wrong.status}, then ${right.status}`
}

// Ada logs out at the provider, and then her refresh token is used.
const logOutThenRefresh = async () => {
  const theft = await steal()
  await logOutAtTheProvider(theft)
  return outcome(await refresh(theft.refreshToken))
}

// Every question; those that change something have a theft of their own.
const askQuestions = async () => {
  const noPkce = { code_challenge: null, code_challenge_method: null }
  const plain = { code_challenge: verifier, code_challenge_method: 'plain' }
  const [twice, accessToken] = await refreshTokenTwice()
  const codeTwiceAnswer = await codeTwice()
  const wrongVerifierAnswer = await wrongVerifierFirst()
  const logOutAnswer = await logOutThenRefresh()
  const notGranted = { resource: secondApi }
  const otherResource = outcome(await redeem((await steal()).code, 'notes', notGranted))
  const otherRefresh = outcome(await refresh((await steal()).refreshToken, secondApi))
  const theft = await steal()
  const tomAsks = async (...request) =>
    authorizationOutcome(await tomsBrowser(theft).authorize(...request))
  return {
    'cookie in another browser, prompt=none': await tomAsks(),
    'the same, native client': await tomAsks('phone'),
    'refresh token twice, then its successor': twice,
    'access token after the reuse': accessToken,
    'code twice: what the first gave, after': codeTwiceAnswer,
    'no PKCE, public client': await tomAsks('notes', noPkce),
    'no PKCE, confidential client': await tomAsks('wiki', noPkce),
    'PKCE plain': await tomAsks('notes', plain),
    'wrong verifier, then the right one': wrongVerifierAnswer,
    'ID token at userinfo': `${await userinfo(theft.notes.id_token)}`,
    'log out at the provider, then refresh': logOutAnswer,
    'resource that nobody knows': await tomAsks('notes', { resource: 'urn:example:other' }),
    'resource, and a slash behind it': await tomAsks('notes', { resource: `${api}/` }),
    'resource with a fragment': await tomAsks('notes', { resource: `${api}#part` }),
    'resource that is no URI': await tomAsks('notes', { resource: 'api' }),
    'code, for a resource that was not granted': otherResource,
    'refresh token, for a resource that was not granted': otherRefresh,
  }
}

// Ada and Tom, with a copy each of one refresh token, refresh in these turns.
const race = async (turns) => {
  const { refreshToken } = await steal()
  const copies = { Ada: refreshToken, Tom: refreshToken }
  const results = []
  for (const who of turns.split(' ')) {
    const response = await refresh(copies[who])
    copies[who] = response.refresh_token ?? copies[who]
    results.push(response.status === 200 ? 'ok' : response.error)
  }
  return results
}

// --- all of it ---------------------------------------------------------------------------------

const packageFile = new URL('../package.json', import.meta.resolve('oidc-provider'))
const report = {
  name: 'oidc-provider',
  version: JSON.parse(readFileSync(packageFile, 'utf8')).version,
  runs_on: `Node ${process.versions.node}`,
  settings,
  lasts: {},
  answers: {},
  races: {},
}
for (const action of Object.keys(actions)) {
  report.lasts[action] = {}
  for (const row of Object.keys(rows)) report.lasts[action][row] = await lastMinute(action, row)
}
report.answers = await askQuestions()
for (const turns of ['Tom Ada Tom Tom', 'Ada Tom Ada', 'Tom Tom Ada Tom']) {
  report.races[turns] = await race(turns)
}
console.log(JSON.stringify(report, null, 1))
for (const { server } of [providerServer, wikiServer]) {
  server.close()
  server.closeAllConnections()
}
