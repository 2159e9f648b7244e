import type { Command } from 'commander'

/** One command of the CLI, loaded only when it is asked for: `make` gives it with its options; its action answers by throwing or with `exitWith`. */
export type CommandEntry = { readonly summary: string; readonly load: () => Promise<{ readonly make: () => Command }> }

/** Every command by its first word, in the order of the help. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  analyze: { summary: 'say what is risky in an exported estate, offline', load: () => import('./analyze.ts') },
  sandbox: { summary: 'write the invented organization Acme as an estate', load: () => import('./sandbox.ts') },
  collect: { summary: 'export an estate, or print the script of vendor CLI calls that does', load: () => import('./collect.ts') },
}
