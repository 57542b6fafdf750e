// Four verifiers of ID tokens for Node.js: `node verifiers.mjs FILE` prints whom each lets in.
// FILE holds the tokens and what a verifier is told (tools/real/run.py writes it).
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import { createVerifier } from 'fast-jwt'
import jsonwebtoken from 'jsonwebtoken'

const asked = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { pem, keys, issuer, nonce } = asked
const key = await jose.importSPKI(pem, 'RS256')
const list = jose.createLocalJWKSet(keys)
const required = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce']

// oauth4webapi takes whole answers of a token endpoint. In the code flow it leaves the signature to
// TLS (OpenID Connect Core, 3.1.3.7, 6), unless it is asked to look.
const server = { issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` }
const type = { headers: { 'content-type': 'application/json' } }
const answer = (token) =>
  new Response(JSON.stringify({ access_token: 'x', token_type: 'Bearer', id_token: token }), type)
const fromTheList = { [oauth.customFetch]: async () => new Response(JSON.stringify(keys), type) }
const fromTheCodeFlow = async (response) =>
  oauth.getValidatedIdTokenClaims(
    await oauth.processAuthorizationCodeResponse(server, { client_id: 'wiki' }, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    }),
  )

const first = createVerifier({ key: pem })
const careful = createVerifier({
  key: pem,
  algorithms: ['RS256'],
  allowedIss: issuer,
  allowedAud: 'wiki',
  allowedNonce: nonce,
  checkTyp: 'JWT',
  requiredClaims: required,
})
const calls = {
  jose: [
    async (token) => (await jose.jwtVerify(token, key)).payload,
    async (token) => {
      const options = { issuer, audience: 'wiki', algorithms: ['RS256'], typ: 'JWT' }
      return (await jose.jwtVerify(token, list, { ...options, requiredClaims: required })).payload
    },
  ],
  jsonwebtoken: [
    async (token) => jsonwebtoken.verify(token, pem),
    async (token) =>
      jsonwebtoken.verify(token, pem, { algorithms: ['RS256'], issuer, audience: 'wiki', nonce }),
  ],
  'fast-jwt': [async (token) => first(token), async (token) => careful(token)],
  oauth4webapi: [
    async (token) => fromTheCodeFlow(answer(token)),
    async (token) => {
      const response = answer(token)
      const claims = await fromTheCodeFlow(response)
      await oauth.validateApplicationLevelSignature(server, response, fromTheList)
      return claims
    },
  ],
}

const whom = async (call, token) => {
  try {
    return String((await call(token)).sub ?? 'somebody')
  } catch {
    return null
  }
}
const require = createRequire(import.meta.url)
const version = (name) => {
  const path = require.resolve.paths(name).map((folder) => `${folder}/${name}/package.json`)
  return JSON.parse(readFileSync(path[0], 'utf8')).version
}
const out = { versions: {}, says: {} }
for (const [name, both] of Object.entries(calls)) {
  out.versions[name] = version(name)
  out.says[name] = {}
  for (const [visitor, token] of Object.entries(asked.tokens)) {
    out.says[name][visitor] = []
    for (const call of both) out.says[name][visitor].push(await whom(call, token))
  }
}
console.log(JSON.stringify(out))
