// The course's provider, met by two certified clients that were written elsewhere. oauth4webapi has one function for each
// step of the protocol; openid-client is built on it, and chooses the order of the steps, and the checks, by itself.
//
//   node clients.mjs http://127.0.0.1:9000
//
// Each library signs in as each client, with and without DPoP, and every scenario begins with a sign-in of its own,
// so that one failure does not make the next ones fail. `python tools/clients/run.py` starts a provider for this.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

const REDIRECT_URI = 'http://127.0.0.1:9999/cb' // nothing listens there: the answer is read from the Location header
const SCOPE = 'openid profile offline_access'

// The clients that `labutils serve` registers. Both libraries give their ways to authenticate the same names.
const SECRET = 'web-secret-for-the-lab'
const CLIENTS = [
  { name: 'spa', id: 'spa', alg: 'ES256', authentication: (library) => library.None() },
  { name: 'web-basic', id: 'web', alg: 'RS256', secret: SECRET, authentication: (library, secret) => library.ClientSecretBasic(secret) },
  { name: 'web-post', id: 'web', alg: 'RS256', secret: SECRET, authentication: (library, secret) => library.ClientSecretPost(secret) },
]

// --- the two libraries, behind the same few verbs -------------------------------------------------------------------

/** A client that uses openid-client. It validates the authorization response, the ID token and its signature itself. */
async function withOpenidClient(issuer, client, keyPair) {
  const config = await openid.discovery(
    new URL(issuer), client.id, { id_token_signed_response_alg: client.alg }, client.authentication(openid, client.secret),
    { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] }) // http, because the lab is on loopback
  const dpop = keyPair && openid.getDPoPHandle(config, keyPair)
  const options = { DPoP: dpop }
  return {
    metadata: config.serverMetadata(),
    thumbprint: () => dpop.calculateThumbprint(),
    authorizationUrl: (parameters) => openid.buildAuthorizationUrl(config, parameters),
    exchange: (callback, { verifier, state, nonce }) => {
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
      return openid.authorizationCodeGrant(config, callback, checks, undefined, options)
    },
    claims: (tokens) => tokens.claims(),
    userinfo: (token, subject) => openid.fetchUserInfo(config, token, subject, options),
    userinfoAsBearer: (token, subject) => openid.fetchUserInfo(config, token, subject),
    refresh: (token) => openid.refreshTokenGrant(config, token, undefined, options),
    introspect: (token) => openid.tokenIntrospection(config, token),
    revoke: (token) => openid.tokenRevocation(config, token),
    clientCredentials: () => openid.clientCredentialsGrant(config, undefined, options),
    beginDevice: () => openid.initiateDeviceAuthorization(config, { scope: SCOPE }),
    pollDevice: (device) => openid.pollDeviceAuthorizationGrant(config, device, undefined, options), // until somebody answers
  }
}

/** A client that uses oauth4webapi, where each request, each check of an answer, and each signature is a call of its own. */
async function withOauth4webapi(issuer, client, keyPair) {
  const insecure = { [oauth.allowInsecureRequests]: true } // http, because the lab is on loopback
  const server = await oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), insecure))
  const who = { client_id: client.id, id_token_signed_response_alg: client.alg }
  const proof = client.authentication(oauth, client.secret)
  const dpop = keyPair && oauth.DPoP(who, keyPair)
  const options = { ...insecure, DPoP: dpop }

  const userinfo = async (token, subject, requestOptions) =>
    oauth.processUserInfoResponse(server, who, subject, await oauth.userInfoRequest(server, who, token, requestOptions))

  return {
    metadata: server,
    thumbprint: () => dpop.calculateThumbprint(),
    authorizationUrl: (parameters) => {
      const url = new URL(server.authorization_endpoint)
      url.search = new URLSearchParams({ client_id: client.id, response_type: 'code', ...parameters })
      return url
    },
    exchange: async (callback, { verifier, state, nonce }) => {
      const answer = oauth.validateAuthResponse(server, who, callback, state)
      const response = await oauth.authorizationCodeGrantRequest(server, who, proof, answer, REDIRECT_URI, verifier, options)
      const tokens = await oauth.processAuthorizationCodeResponse(server, who, response, { expectedNonce: nonce, requireIdToken: true })
      await oauth.validateApplicationLevelSignature(server, response, insecure)
      return tokens
    },
    claims: (tokens) => oauth.getValidatedIdTokenClaims(tokens),
    userinfo: (token, subject) => userinfo(token, subject, options),
    userinfoAsBearer: (token, subject) => userinfo(token, subject, insecure),
    refresh: async (token) => {
      const response = await oauth.refreshTokenGrantRequest(server, who, proof, token, options)
      const tokens = await oauth.processRefreshTokenResponse(server, who, response)
      await oauth.validateApplicationLevelSignature(server, response, insecure)
      return tokens
    },
    introspect: async (token) =>
      oauth.processIntrospectionResponse(server, who, await oauth.introspectionRequest(server, who, proof, token, insecure)),
    revoke: async (token) => oauth.processRevocationResponse(await oauth.revocationRequest(server, who, proof, token, insecure)),
    beginDevice: async () =>
      oauth.processDeviceAuthorizationResponse(
        server, who, await oauth.deviceAuthorizationRequest(server, who, proof, { scope: SCOPE }, insecure)),
    pollDevice: async (device) => {
      await new Promise((resolve) => setTimeout(resolve, 1000 * device.interval + 500))
      const response = await oauth.deviceCodeGrantRequest(server, who, proof, device.device_code, options)
      const tokens = await oauth.processDeviceCodeResponse(server, who, response)
      await oauth.validateApplicationLevelSignature(server, response, insecure)
      return tokens
    },
    clientCredentials: async () =>
      oauth.processClientCredentialsResponse(server, who, await oauth.clientCredentialsGrantRequest(server, who, proof, {}, options)),
  }
}

// --- steps that many scenarios take ---------------------------------------------------------------------------------

/** Ask for a code as a browser would. The provider was started with --auto-login, so it answers at once with a redirect. */
async function authorize(party) {
  const expected = {
    verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() }
  const url = party.authorizationUrl({
    redirect_uri: REDIRECT_URI, scope: SCOPE, state: expected.state, nonce: expected.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(expected.verifier), code_challenge_method: 'S256',
  })
  const response = await fetch(url, { redirect: 'manual' })
  await response.text() // read to its end, so that the connection is free again
  assert.ok([302, 303].includes(response.status), `the authorization endpoint answered ${response.status}, and not with a redirect`)
  return { callback: new URL(response.headers.get('location')), expected }
}

async function signIn(party) {
  const { callback, expected } = await authorize(party)
  const tokens = await party.exchange(callback, expected)
  return { tokens, claims: party.claims(tokens), nonce: expected.nonce }
}

/** The request must be refused with this status and this registered error code, in the body or in the challenge. */
async function refused(request, status, error) {
  await assert.rejects(request, (reason) => {
    const inBody = reason instanceof oauth.ResponseBodyError && reason.error
    const inChallenge = reason instanceof oauth.WWWAuthenticateChallengeError && reason.cause[0].parameters.error
    assert.equal(inBody || inChallenge, error, `expected the error ${error}, and the library said ${inWords(reason)}`)
    assert.equal(reason.status, status, `${error} came with status ${reason.status} and not ${status}`)
    return true
  })
}

/** What a person does who sees the code of a device: opens its address, and answers. With --auto-login nobody signs in. */
async function answerDevice(device, consent) {
  const page = await fetch(device.verification_uri_complete)
  const cookie = page.headers.getSetCookie().map((set) => set.split(';')[0]).join('; ')
  const [, csrf] = (await page.text()).match(/name="csrf" value="([^"]+)"/)
  const body = new URLSearchParams({ user_code: device.user_code, csrf, consent })
  const done = await fetch(device.verification_uri, { method: 'POST', headers: { cookie }, body })
  assert.equal(done.status, 200)
  await done.text()
}

const refusedGrant = (request) => refused(request, 400, 'invalid_grant')
const refusedToken = (request) => refused(request, 401, 'invalid_token')
const refusedClient = (request) => refused(request, 401, 'invalid_client')

function headerOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[0], 'base64url'))
}

// --- the scenarios --------------------------------------------------------------------------------------------------

let passed = 0
let failed = 0

async function scenario(title, steps) {
  try {
    await steps()
    passed += 1
    console.log(`ok    ${title}`)
  } catch (error) {
    failed += 1
    console.log(`FAIL  ${title}: ${inWords(error)}`)
  }
}

/** An error on one line, with what the library found underneath. */
function inWords(error) {
  const code = error.code ? ` (${error.code})` : ''
  const found = error.error ?? error.cause?.[0]?.parameters?.error // in the body, or in the challenge
  const below = error.cause instanceof Error ? `; because ${inWords(error.cause)}` : ''
  return `${error.name}: ${error.message}${code}${found ? ` "${found}"` : ''}${below}`.replace(/\s+/g, ' ')
}

async function allScenarios(issuer, library, connect, client, withDpop) {
  const keyPair = withDpop ? await oauth.generateKeyPair('ES256') : undefined
  const kind = withDpop ? 'dpop' : 'bearer' // both libraries put token_type in lower case (RFC 6749, 5.1: it has no case)
  const check = (title, steps) => scenario([library.padEnd(13), client.name.padEnd(9), kind.padEnd(6), title].join('  '), steps)
  let party

  await check('discovery', async () => {
    party = await connect(issuer, client, keyPair)
    assert.equal(party.metadata.issuer, issuer) // letter by letter, which the libraries do only after normalising
    assert.ok(party.metadata.code_challenge_methods_supported.includes('S256'))
    assert.ok(party.metadata.id_token_signing_alg_values_supported.includes(client.alg))
    assert.ok(party.metadata.dpop_signing_alg_values_supported.includes('ES256'))
    assert.equal(party.metadata.authorization_response_iss_parameter_supported, true)
  })
  if (!party) return // without discovery there is no client to go on with

  await check('authorization response', async () => {
    const { callback, expected } = await authorize(party)
    assert.equal(callback.origin + callback.pathname, REDIRECT_URI)
    assert.equal(callback.searchParams.get('state'), expected.state)
    assert.equal(callback.searchParams.get('iss'), issuer)
    const elsewhere = new URL(callback) // a mix-up: the same answer in another provider's name must go no further (RFC 9207, 2.4)
    elsewhere.searchParams.set('iss', 'https://elsewhere.example')
    await assert.rejects(party.exchange(elsewhere, expected), { code: 'OAUTH_INVALID_RESPONSE' })
    await party.exchange(callback, expected)
  })

  await check('code exchange', async () => {
    const { tokens } = await signIn(party)
    assert.equal(tokens.token_type, kind)
    assert.ok(tokens.access_token && tokens.refresh_token && tokens.id_token)
    assert.ok(tokens.expires_in > 0)
  })

  await check('ID token', async () => {
    const { tokens, claims, nonce } = await signIn(party)
    assert.equal(headerOf(tokens.id_token).alg, client.alg)
    assert.equal(claims.iss, issuer)
    assert.equal(claims.aud, client.id)
    assert.equal(claims.nonce, nonce)
    const half = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16) // OpenID Connect Core, 3.1.3.6
    assert.equal(claims.at_hash, half.toString('base64url'))
  })

  await check('userinfo', async () => {
    const { tokens, claims } = await signIn(party)
    const person = await party.userinfo(tokens.access_token, claims.sub)
    assert.equal(person.sub, claims.sub)
    assert.equal(person.name, 'Ada Lovelace')
  })

  if (withDpop) {
    await check('bound token as Bearer', async () => {
      const { tokens, claims } = await signIn(party)
      await refusedToken(party.userinfoAsBearer(tokens.access_token, claims.sub))
      await party.userinfo(tokens.access_token, claims.sub) // it was the missing proof: with one, the same token is good
    })
  }

  await check('refresh', async () => {
    const { tokens, claims } = await signIn(party)
    const newer = await party.refresh(tokens.refresh_token)
    assert.equal(newer.token_type, kind)
    assert.notEqual(newer.access_token, tokens.access_token)
    assert.notEqual(newer.refresh_token, tokens.refresh_token)
    assert.equal(headerOf(newer.id_token).alg, client.alg)
    for (const name of ['iss', 'sub', 'aud', 'auth_time']) { // OpenID Connect Core, 12.2
      assert.deepEqual(party.claims(newer)[name], claims[name])
    }
    await party.userinfo(newer.access_token, claims.sub)
  })

  await check('refresh token reuse', async () => {
    const { tokens, claims } = await signIn(party)
    const newer = await party.refresh(tokens.refresh_token)
    await party.userinfo(newer.access_token, claims.sub) // good until the thief, or the owner, comes second
    await refusedGrant(party.refresh(tokens.refresh_token))
    await refusedGrant(party.refresh(newer.refresh_token))
    await refusedToken(party.userinfo(newer.access_token, claims.sub))
  })

  await check('revoked refresh token', async () => {
    const { tokens } = await signIn(party)
    await party.revoke(tokens.refresh_token)
    await refusedGrant(party.refresh(tokens.refresh_token))
  })

  await check('revoked access token', async () => {
    const { tokens, claims } = await signIn(party)
    await party.userinfo(tokens.access_token, claims.sub)
    await party.revoke(tokens.access_token)
    await refusedToken(party.userinfo(tokens.access_token, claims.sub))
  })

  if (!client.secret) {
    await check('introspection refused', async () => {
      const { tokens } = await signIn(party)
      await refusedClient(party.introspect(tokens.access_token))
    })
    return // what is left is for confidential clients
  }

  await check('introspection', async () => {
    const { tokens, claims } = await signIn(party)
    const about = await party.introspect(tokens.access_token)
    assert.equal(about.active, true)
    assert.equal(about.sub, claims.sub)
    assert.equal(about.client_id, client.id)
    assert.equal(about.token_type.toLowerCase(), kind)
    assert.equal(about.cnf?.jkt, withDpop ? await party.thumbprint() : undefined)
    await party.revoke(tokens.access_token)
    assert.equal((await party.introspect(tokens.access_token)).active, false)

    assert.equal((await party.introspect(tokens.refresh_token)).active, true)
    await party.revoke(tokens.refresh_token)
    assert.equal((await party.introspect(tokens.refresh_token)).active, false)
  })

  await check('client credentials', async () => {
    const tokens = await party.clientCredentials()
    assert.equal(tokens.token_type, kind)
    assert.equal(tokens.refresh_token, undefined) // RFC 6749, 4.4.3
    assert.equal(tokens.id_token, undefined) // nobody signed in
    const about = await party.introspect(tokens.access_token)
    assert.equal(about.active, true)
    assert.equal(about.sub, client.id) // RFC 9068, 2.2: without a person, sub names the client
  })

  await check('wrong secret', async () => {
    const impostor = await connect(issuer, { ...client, secret: 'not-the-secret' }, keyPair)
    await refusedClient(impostor.clientCredentials())
  })
}

/** The device authorization grant (RFC 8628), for the client `tv`. */
async function deviceScenarios(issuer, library, connect) {
  const client = { name: 'tv', id: 'tv', alg: 'ES256', authentication: (of) => of.None() }
  const check = (title, steps) => scenario([library.padEnd(13), 'tv'.padEnd(9), 'bearer', title].join('  '), steps)

  await check('device code', async () => {
    const party = await connect(issuer, client)
    const device = await party.beginDevice()
    assert.ok(device.expires_in > 0 && device.interval > 0)
    await answerDevice(device, 'allow')
    const tokens = await party.pollDevice(device)
    assert.ok(tokens.access_token && tokens.refresh_token && tokens.id_token)
    assert.equal((await party.userinfo(tokens.access_token, party.claims(tokens).sub)).name, 'Ada Lovelace')
    await refusedGrant(party.pollDevice(device)) // good once
  })

  await check('device code denied', async () => {
    const party = await connect(issuer, client)
    const device = await party.beginDevice()
    await answerDevice(device, 'deny')
    await refused(party.pollDevice(device), 400, 'access_denied')
  })
}

const issuer = process.argv[2]
if (!issuer) {
  console.error('Say which provider: node clients.mjs http://127.0.0.1:9000')
  process.exit(2)
}
for (const [library, connect] of [['openid-client', withOpenidClient], ['oauth4webapi', withOauth4webapi]]) {
  await deviceScenarios(issuer, library, connect)
  for (const client of CLIENTS) {
    for (const withDpop of [false, true]) {
      await allScenarios(issuer, library, connect, client, withDpop)
    }
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
