// One old version and one forgery: `node museum_piece.cjs FILE LIBRARY FORGERY` prints whom it lets
// in, in JSON. It runs in the folder below which that version is installed.
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')

const [file, library, forgery] = process.argv.slice(2)
const asked = JSON.parse(readFileSync(file, 'utf8'))
const token = asked.tokens[forgery]
const key = asked.keys[forgery]
const installed = createRequire(process.cwd() + '/')(library)
const calls = {
  jsonwebtoken: () => installed.verify(token, undefined),
  'fast-jwt': () => installed.createVerifier({ key })(token),
}
try {
  console.log(JSON.stringify(calls[library]().sub))
} catch {
  console.log('null')
}
