// The audit of GraphQL over HTTP by graphql-http. Where AppSync's way is another, so is the desk's: DIFFERS says why.
// Of what AWS does not document, AppSync's team told at https://github.com/graphql/graphql-over-http/issues/81.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { ENDPOINT, token } from './desk.mjs'

const UNREADABLE = 'what cannot be parsed is a MalformedHttpRequestException with status 400, whatever is accepted'
const EXTENSIONS = 'a member `extensions` of a request is not looked at'
const DIFFERS = {
  '22EB': 'every answer is application/json',
  '9C48': 'GET runs mutations too, as its team told',
  '9ABE': 'the content type of a request is not looked at',
  '58B0': EXTENSIONS,
  '58B1': EXTENSIONS,
  '58B2': EXTENSIONS,
  '58B3': EXTENSIONS,
  '572B': UNREADABLE,
  'FDE2': `its document names a field that begins with a digit: ${UNREADABLE}`,
  '86EE': 'variables that do not fit are answered with status 200, as all that was parsed',
}

test('the audit fails just where AppSync differs, and never with a fault of the server', async () => {
  const authorization = await token('aud')
  const statuses = []
  const fetchFn = async (url, init = {}) => {
    const answer = await fetch(url, { ...init, headers: { ...init.headers, authorization } })
    statuses.push(answer.status)
    return answer
  }
  const audits = serverAudits({ url: ENDPOINT, fetchFn })
  const results = []
  for (const audit of audits) results.push({ ...(await audit.fn()), id: audit.id, name: audit.name })
  const failed = results.filter(({ status }) => status !== 'ok')
  console.log(`# ${audits.length - failed.length} of ${audits.length} checks passed`)
  assert.deepEqual(failed.map(({ id }) => id).sort(), Object.keys(DIFFERS).sort())
  assert.deepEqual(statuses.filter((status) => status >= 500), [])
})
