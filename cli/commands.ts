import type { Command } from 'commander'

/** One command of the CLI, loaded only when it is asked for: `make` gives it with its options; its action answers by throwing or with `exitWith`. */
export type CommandEntry = { readonly summary: string; readonly load: () => Promise<{ readonly make: () => Command }> }

/** Every command by its first word, in the order of the help. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  analyze: { summary: 'say what is risky in an exported estate, offline', load: () => import('./analyze.ts') },
  sandbox: { summary: 'write the invented organization Acme as an estate', load: () => import('./sandbox.ts') },
  collect: { summary: 'export an estate, or print the script of vendor CLI calls that does', load: () => import('./collect.ts') },
  login: { summary: 'get a personal token for the server from a sign-in link', load: () => import('./login.ts') },
  risks: { summary: 'list the risks that the server knows', load: () => import('./risks.ts') },
  risk: { summary: 'show one risk: why, evidence, fixes', load: () => import('./risk.ts') },
  plan: { summary: 'show what a fix would change, and ask for it', load: () => import('./plan.ts') },
  approve: { summary: 'approve a plan', load: async () => (await import('./decide.ts')).approve },
  reject: { summary: 'reject a plan, with a reason', load: async () => (await import('./decide.ts')).reject },
  undo: { summary: 'undo a plan that was applied', load: async () => (await import('./decide.ts')).undo },
  scan: { summary: 'scan an environment now', load: async () => (await import('./scan.ts')).scan },
  scans: { summary: 'list scans', load: async () => (await import('./scan.ts')).scans },
  environments: { summary: 'list, test, enable and disable environments', load: () => import('./environments.ts') },
  playbook: { summary: 'check, list and run playbooks', load: () => import('./playbook.ts') },
  user: { summary: 'list and add people, and make sign-in links', load: () => import('./user.ts') },
  audit: { summary: 'verify and list the audit trail', load: () => import('./audit.ts') },
  doctor: { summary: 'say whether everything that `npm start` needs is there', load: () => import('./doctor.ts') },
  'kill-switch': { summary: 'stop every write to every cloud, or allow them again', load: () => import('./kill-switch.ts') },
}
