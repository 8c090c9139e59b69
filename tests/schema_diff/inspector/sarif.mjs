// Prints the violations of SARIF's JSON schema (draft 4) in the report from standard input.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Ajv from 'ajv'

const schema = readFileSync('node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json', 'utf8')
const ajv = new Ajv({ allErrors: true, schemaId: 'id', unknownFormats: 'ignore', logger: false })
ajv.addMetaSchema(createRequire(import.meta.url)('ajv/lib/refs/json-schema-draft-04.json'))
const validate = ajv.compile(JSON.parse(schema))
validate(JSON.parse(readFileSync(0, 'utf8')))
console.log(JSON.stringify(validate.errors ?? []))
