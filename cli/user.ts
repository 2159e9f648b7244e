import { Argument, Command, Option } from 'commander'
import { type Role, roles } from '../model/approval.ts'
import { WhittleError } from '../model/error.ts'
import { type Client, openClient } from './client.ts'
import { jsonOption, minute, printJson, printRows, say } from './rows.ts'

/** `whittle user add|list|link|disable|enable`: people, for administrators. */
export function make(): Command {
  const command = new Command('user')
  command.command('list').description('everybody').addOption(jsonOption()).action(async ({ json }: { readonly json?: boolean }) => {
    const { rows } = await openClient().call('users')
    if (json === true) { printJson(rows); return }
    printRows(['NAME', 'ROLE', 'ACTIVE', 'SEEN', 'SLACK'], rows.map((user) => [user.name, user.role, user.isActive ? 'yes' : 'no', minute(user.lastSeenAt) || 'never', user.slack ?? '']), 'nobody')
  })
  command.command('add').description('a new person, with a one-time sign-in link').addArgument(new Argument('<name>')).addOption(new Option('--role <role>', 'what they may do').choices(roles).makeOptionMandatory())
    .action(async (name: string, { role }: { readonly role: Role }) => {
      const added = await openClient().call('addUser', { body: { name, role } })
      say(`${added.user.name} (${added.user.role}) signs in once, within 10 minutes, with ${added.url}`)
    })
  command.command('link').description('a new one-time sign-in link').addArgument(new Argument('<name>')).action(async (name: string) => {
    const client = openClient()
    const link = await client.call('signInLink', { params: { id: await idOf(client, name) } })
    say(`${link.user.name} signs in once, within 10 minutes, with ${link.url}`)
  })
  for (const [verb, endpoint, about] of [['disable', 'disableUser', 'ends every session and token of a person'], ['enable', 'enableUser', 'lets a disabled person sign in again']] as const) {
    command.command(verb).description(about).addArgument(new Argument('<name>')).action(async (name: string) => {
      const client = openClient()
      await client.call(endpoint, { params: { id: await idOf(client, name) } })
      say(`${name} is ${verb}d`)
    })
  }
  return command
}

async function idOf(client: Client, name: string): Promise<string> {
  const { rows } = await client.call('users')
  const found = rows.find((user) => user.name === name)
  if (found === undefined) throw new WhittleError('user.not-found', `there is no user \`${name}\`: whittle user list`)
  return found.id
}
