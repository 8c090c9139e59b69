// Code made of what the apps ask, into generated/: TypeScript is type-checked; Swift and Kotlin are made, not compiled.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import { buildSchema, introspectionFromSchema, parse, print } from 'graphql'
import generator from '@aws-amplify/graphql-generator'
import quicktype from 'quicktype'
import { ask, home, operations, ROOT, schema } from './local_server.mjs'

const HERE = `${ROOT}tests/clients`
const OUT = `${HERE}/generated`
const tool = (name, ...told) => promisify(execFile)(`${HERE}/node_modules/.bin/${name}`, told, { cwd: HERE })

before(() => {
  rmSync(OUT, { recursive: true, force: true })
  for (const folder of ['relay', 'kotlin', 'swift']) mkdirSync(`${OUT}/${folder}`, { recursive: true })
})

test('relay-compiler takes the schema, all that the web app asks, and paging by @connection', async () => {
  for (const [name, text] of Object.entries(fragmentsAndOperations('web/1.0'))) {
    const module = name.match(/^[A-Z][a-z]+[A-Z][a-z]+/)[0] // Relay wants a name to begin with its module's
    mkdirSync(`${OUT}/relay/${name}`)
    writeFileSync(`${OUT}/relay/${name}/${module}.ts`, 'export const one = graphql`' + text + '`\n')
  }
  copyFileSync(`${HERE}/paging.ts`, `${OUT}/relay/paging.ts`)
  await tool('relay-compiler', 'relay.config.json', '--noWatchman')
  const made = readdirSync(`${OUT}/relay`, { recursive: true }).filter((file) => file.endsWith('.graphql.ts'))
  const asked = ['pagingMarketQuery', 'pagingHomesQuery', 'pagingHistoryQuery', ...Object.keys(operations('web/1.0'))]
  for (const name of asked) assert.ok(made.some((file) => file.endsWith(`/${name}.graphql.ts`)), name)
})

test('what Relay makes of @connection is answered', async () => {
  const { id } = await home('rel', { zipCode: '94401' })
  const variables = { id, zipCode: '94401', sort: 'NEWEST', after: null }
  const answered = (name) => {
    const made = readFileSync(`${OUT}/relay/__generated__/${name}.graphql.ts`, 'utf8')
    return ask('rel', JSON.parse(made.match(/"text": (".*")/)[1]), variables)
  }
  assert.ok((await answered('pagingMarketQuery')).listingsByZip.edges.some(({ node }) => node.id === id))
  assert.equal((await answered('pagingHomesQuery')).me.properties.edges[0].node.id, id)
  assert.equal((await answered('pagingHistoryQuery')).property.history.edges[0].node.kind, 'CREATED')
})

test('the TypeScript made of every app type-checks', async () => {
  const { generate } = await import('@graphql-codegen/cli')
  const plugins = ['typescript-operations', 'typed-document-node']
  const config = {
    scalars: { AWSDateTime: 'string', AWSEmail: 'string', AWSURL: 'string' },
    dedupeOperationSuffix: true,
    strictScalars: true,
    useTypeImports: true,
  }
  const generates = Object.fromEntries(
    ['android', 'ios', 'web'].map((app) => [
      `${OUT}/${app}.ts`,
      { documents: `${ROOT}clients/${app}/1.0/*.graphql`, plugins, config },
    ]),
  )
  await generate({ schema: `${ROOT}schema.graphql`, generates, silent: true, errorsOnly: true }, true)
  const strict = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022']
  await tool('tsc', ...strict, ...Object.keys(generates))
  assert.match(readFileSync(`${OUT}/web.ts`, 'utf8'), /export type ZipPageQuery = /)
})

test('Swift is made of what the iOS app asks', async () => {
  const queries = Object.values(fragmentsAndOperations('ios/1.0')).join('\n')
  const made = await generator.generateTypes({ schema: undeclared(), queries, target: 'swift' })
  const [swift] = Object.values(made)
  writeFileSync(`${OUT}/swift/API.swift`, swift)
  for (const name of Object.keys(operations('ios/1.0')))
    assert.match(swift, new RegExp(`public final class ${name}(Query|Mutation|Subscription): `))
})

test('Kotlin is made of what the Android app asks', async () => {
  const asked = Object.entries(operations('android/1.0'))
  for (const root of ['Query', 'Subscription'])
    writeFileSync(`${OUT}/${root}.json`, JSON.stringify(introspection(root)))
  for (const [name, text] of asked) await kotlin(name, text)
  for (const [name] of asked)
    assert.match(readFileSync(`${OUT}/kotlin/${name}.kt`, 'utf8'), new RegExp(`data class ${name} \\(`))
})

/** quicktype knows no subscriptions: it is told of one as of a query, whose answers have the same types. */
async function kotlin(name, text) {
  const subscription = /^subscription /m.test(text)
  writeFileSync(`${OUT}/kotlin/${name}.graphql`, text.replace(/^subscription /m, 'query '))
  const from = ['--src-lang', 'graphql', '--graphql-schema', `${OUT}/${subscription ? 'Subscription' : 'Query'}.json`]
  const alone = `com.example.homes.${name.toLowerCase()}` // each has a class Data
  const to = ['--lang', 'kotlin', '--package', alone, '--out', `${OUT}/kotlin/${name}.kt`]
  await quicktype.main([...from, ...to, `${OUT}/kotlin/${name}.graphql`])
}

function introspection(root) {
  const found = introspectionFromSchema(buildSchema(schema()), { specifiedByUrl: false })
  found.__schema.queryType = { name: root }
  return { data: found }
}

/** The schema without AppSync's own scalars and directives, as Amplify's generator declares them itself. */
function undeclared() {
  const document = parse(schema())
  const declared = ['DirectiveDefinition', 'ScalarTypeDefinition']
  return print({ ...document, definitions: document.definitions.filter(({ kind }) => !declared.includes(kind)) })
}

/** Each fragment and each operation by itself. */
function fragmentsAndOperations(app) {
  const { definitions } = parse(Object.values(operations(app)).join('\n'))
  return Object.fromEntries(definitions.map((one) => [one.name.value, print(one)]))
}
