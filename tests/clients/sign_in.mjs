// Signs users up and in, as an app does, and prints their tokens as JSON by user. OUTPUTS is the amplify_outputs.json of a
// stage, COGNITO the endpoint of its user pool; USERS has the local parts of the e-mail addresses, separated by commas.
import { readFileSync } from 'node:fs'
import { Amplify } from 'aws-amplify'
import { confirmSignUp, fetchAuthSession, signIn, signOut, signUp } from 'aws-amplify/auth'
import { parseAmplifyConfig } from 'aws-amplify/utils'

const { OUTPUTS, COGNITO, USERS, PASSWORD } = process.env
const config = parseAmplifyConfig(JSON.parse(readFileSync(OUTPUTS, 'utf8')))
config.Auth.Cognito.userPoolEndpoint = COGNITO
Amplify.configure(config)

async function signIntoPool(user) {
  const username = `${user}@example.com`
  const attributes = { email: username, name: user[0].toUpperCase() + user.slice(1) }
  try {
    await signUp({ username, password: PASSWORD, options: { userAttributes: attributes } })
    await confirmSignUp({ username, confirmationCode: '123456' })
  } catch (error) {
    if (error.name !== 'UsernameExistsException') throw error
  }
  const { nextStep } = await signIn({ username, password: PASSWORD })
  if (nextStep.signInStep !== 'DONE') throw new Error(`the sign-in of ${user} requires ${nextStep.signInStep}`)
  const { tokens } = await fetchAuthSession()
  await signOut()
  return { id: tokens.idToken.toString(), access: tokens.accessToken.toString() }
}

const tokens = {}
for (const user of USERS.split(',')) tokens[user] = await signIntoPool(user)
console.log(JSON.stringify(tokens))
