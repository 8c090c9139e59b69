// Signs people up, and in, as an app does: OUTPUTS is the amplify_outputs.json of a stage, COGNITO where its pool is.
// PEOPLE are the local parts of their addresses, with commas between; their tokens are printed as JSON, by those names.
import { readFileSync } from 'node:fs'
import { Amplify } from 'aws-amplify'
import { confirmSignUp, fetchAuthSession, signIn, signOut, signUp } from 'aws-amplify/auth'
import { parseAmplifyConfig } from 'aws-amplify/utils'

const { OUTPUTS, COGNITO, PEOPLE, PASSWORD } = process.env
const config = parseAmplifyConfig(JSON.parse(readFileSync(OUTPUTS, 'utf8')))
config.Auth.Cognito.userPoolEndpoint = COGNITO
Amplify.configure(config)

async function signedIn(person) {
  const username = `${person}@example.com`
  const attributes = { email: username, name: person[0].toUpperCase() + person.slice(1) }
  try {
    await signUp({ username, password: PASSWORD, options: { userAttributes: attributes } })
    await confirmSignUp({ username, confirmationCode: '123456' })
  } catch (refused) {
    if (refused.name !== 'UsernameExistsException') throw refused
  }
  const { nextStep } = await signIn({ username, password: PASSWORD })
  if (nextStep.signInStep !== 'DONE') throw new Error(`signing ${person} in asks for ${nextStep.signInStep}`)
  const { tokens } = await fetchAuthSession()
  await signOut()
  return { id: tokens.idToken.toString(), access: tokens.accessToken.toString() }
}

const tokens = {}
for (const person of PEOPLE.split(',')) tokens[person] = await signedIn(person)
console.log(JSON.stringify(tokens))
