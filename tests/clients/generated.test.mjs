// Generates code from the apps' operations into generated/. TypeScript is type-checked; Swift and Kotlin are not compiled.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import { buildSchema, introspectionFromSchema, parse, print } from 'graphql'
import generator from '@aws-amplify/graphql-generator'
import quicktype from 'quicktype'
import { createProperty, execute, operations, ROOT, schema } from './local_server.mjs'

const HERE = `${ROOT}tests/clients`
const OUT = `${HERE}/generated`
const tool = (name, ...options) => promisify(execFile)(`${HERE}/node_modules/.bin/${name}`, options, { cwd: HERE })

before(() => {
  rmSync(OUT, { recursive: true, force: true })
  for (const folder of ['relay', 'kotlin', 'swift']) mkdirSync(`${OUT}/${folder}`, { recursive: true })
})

test('relay-compiler accepts the schema, the operations of the web app and @connection', async () => {
  for (const [name, text] of Object.entries(fragmentsAndOperations('web/1.0'))) {
    const module = name.match(/^[A-Z][a-z]+[A-Z][a-z]+/)[0] // Relay requires that a name begins with its module's name
    mkdirSync(`${OUT}/relay/${name}`)
    writeFileSync(`${OUT}/relay/${name}/${module}.ts`, 'export const one = graphql`' + text + '`\n')
  }
  copyFileSync(`${HERE}/paging.ts`, `${OUT}/relay/paging.ts`)
  await tool('relay-compiler', 'relay.config.json', '--noWatchman')
  const files = readdirSync(`${OUT}/relay`, { recursive: true }).filter((file) => file.endsWith('.graphql.ts'))
  const names = ['pagingMarketQuery', 'pagingHomesQuery', 'pagingHistoryQuery', ...Object.keys(operations('web/1.0'))]
  for (const name of names) assert.ok(files.some((file) => file.endsWith(`/${name}.graphql.ts`)), name)
})

test('the server answers the queries that Relay generates for @connection', async () => {
  const { id } = await createProperty('rel', { zipCode: '94401' })
  const variables = { id, zipCode: '94401', sort: 'NEWEST', after: null }
  const run = (name) => {
    const artifact = readFileSync(`${OUT}/relay/__generated__/${name}.graphql.ts`, 'utf8')
    return execute('rel', JSON.parse(artifact.match(/"text": (".*")/)[1]), variables)
  }
  assert.ok((await run('pagingMarketQuery')).listingsByZip.edges.some(({ node }) => node.id === id))
  assert.equal((await run('pagingHomesQuery')).me.properties.edges[0].node.id, id)
  assert.equal((await run('pagingHistoryQuery')).property.history.edges[0].node.kind, 'CREATED')
})

test('the generated TypeScript of every app type-checks', async () => {
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

test('Swift is generated from the operations of the iOS app', async () => {
  const queries = Object.values(fragmentsAndOperations('ios/1.0')).join('\n')
  const files = await generator.generateTypes({ schema: schemaWithoutDeclarations(), queries, target: 'swift' })
  const [swift] = Object.values(files)
  writeFileSync(`${OUT}/swift/API.swift`, swift)
  for (const name of Object.keys(operations('ios/1.0')))
    assert.match(swift, new RegExp(`public final class ${name}(Query|Mutation|Subscription): `))
})

test('Kotlin is generated from the operations of the Android app', async () => {
  const documents = Object.entries(operations('android/1.0'))
  for (const root of ['Query', 'Subscription'])
    writeFileSync(`${OUT}/${root}.json`, JSON.stringify(introspection(root)))
  for (const [name, text] of documents) await kotlin(name, text)
  for (const [name] of documents)
    assert.match(readFileSync(`${OUT}/kotlin/${name}.kt`, 'utf8'), new RegExp(`data class ${name} \\(`))
})

/** quicktype knows no subscriptions: it receives one as a query, whose result has the same types. */
async function kotlin(name, text) {
  const subscription = /^subscription /m.test(text)
  writeFileSync(`${OUT}/kotlin/${name}.graphql`, text.replace(/^subscription /m, 'query '))
  const input = ['--src-lang', 'graphql', '--graphql-schema', `${OUT}/${subscription ? 'Subscription' : 'Query'}.json`]
  const packageName = `com.example.homes.${name.toLowerCase()}` // each has a class Data
  const output = ['--lang', 'kotlin', '--package', packageName, '--out', `${OUT}/kotlin/${name}.kt`]
  await quicktype.main([...input, ...output, `${OUT}/kotlin/${name}.graphql`])
}

function introspection(root) {
  const result = introspectionFromSchema(buildSchema(schema()), { specifiedByUrl: false })
  result.__schema.queryType = { name: root }
  return { data: result }
}

/** Returns the schema without AppSync's scalars and directives, which Amplify's generator declares itself. */
function schemaWithoutDeclarations() {
  const document = parse(schema())
  const kinds = ['DirectiveDefinition', 'ScalarTypeDefinition']
  return print({ ...document, definitions: document.definitions.filter(({ kind }) => !kinds.includes(kind)) })
}

/** Returns each fragment and each operation as a text of its own, by name. */
function fragmentsAndOperations(app) {
  const { definitions } = parse(Object.values(operations(app)).join('\n'))
  return Object.fromEntries(definitions.map((definition) => [definition.name.value, print(definition)]))
}
