import { hostname } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { loadClientConfig } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { tokenScopes, type TokenScope } from '../model/views.ts'
import { clientOf, writeTokenFile } from './client.ts'
import { say } from './rows.ts'

type Options = { readonly scopes: readonly TokenScope[]; readonly days: number; readonly label: string }

/** `whittle login [LINK]`: a sign-in link is used up for a personal token, kept in a file that only its owner may read. */
export function make(): Command {
  return new Command('login')
    .addArgument(new Argument('[link]', 'the one-time link that Whittle printed, or that an administrator made; asked for where it is missing'))
    .addOption(new Option('--scopes <scopes>', `what the token may do, of ${tokenScopes.join(', ')}`).default(tokenScopes, tokenScopes.join(',')).argParser(scopesArgument))
    .addOption(new Option('--days <days>', 'how long it is valid').default(90).argParser(daysArgument))
    .addOption(new Option('--label <label>', 'what it is called in the list of your tokens').default(`command line on ${hostname()}`.slice(0, 100)))
    .action(async (link: string | undefined, options: Options) => {
      const { server, token } = readLink(link ?? await askForLink())
      const made = await clientOf(server, null).call('signInForToken', { body: { token, label: options.label, scopes: [...options.scopes], days: options.days } })
      const { tokenFile } = loadClientConfig()
      writeTokenFile(tokenFile, { server, token: made.token, name: made.name })
      say(`signed in as ${made.name} (${made.role}) at ${server} until ${made.row.expiresAt.slice(0, 10)}; the token is in ${tokenFile}`)
    })
}

async function askForLink(): Promise<string> {
  if (!process.stdin.isTTY) throw new WhittleError('input.invalid', 'give the sign-in link: whittle login LINK')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question('Sign-in link (Whittle printed it when it started; on the Users page an administrator makes more): ')
  } finally {
    terminal.close()
  }
}

function readLink(link: string): { server: string; token: string } {
  const url = URL.parse(link.trim())
  const token = url?.hash.slice(1) ?? ''
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/sign-in' || !/^[A-Za-z0-9_-]{43}$/.test(token)) throw new WhittleError('input.invalid', 'this is no sign-in link: it looks like `http://localhost:8080/sign-in#…`; put it in quotes')
  return { server: url.origin, token }
}

function scopesArgument(text: string): readonly TokenScope[] {
  const isScope = (value: string): value is TokenScope => tokenScopes.some((scope) => scope === value)
  const values = text.split(',').map((value) => value.trim())
  if (values.length === 0 || !values.every(isScope)) throw new InvalidArgumentError(`allowed are ${tokenScopes.join(', ')}, separated by commas.`)
  return values.filter(isScope)
}
function daysArgument(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text) || Number(text) > 365) throw new InvalidArgumentError('give 1 to 365.')
  return Number(text)
}
