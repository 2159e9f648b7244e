import { changeKindAbouts } from '../../clouds/change-kinds.ts'
import { answerKinds } from '../../clouds/index.ts'
import { clouds } from '../../model/cloud.ts'
import { cloudNames, code, generatedNote, table } from './markdown.ts'

/** docs/permissions.md: exactly what the scanner needs, from the registry of its answers, and the executor, from that of the kinds of change. */
export function permissionsPage(): string {
  const permissionsOf = (cloud: string): readonly string[] => [...new Set(answerKinds.filter(({ path }) => path.startsWith(`${cloud}/`)).flatMap(({ permissions }) => permissions))].sort()
  const policy = { Version: '2012-10-17', Statement: [{ Sid: 'WhittleScanner', Effect: 'Allow', Action: permissionsOf('aws'), Resource: '*' }] }
  return `${[
    generatedNote, '# Permissions',
    'Two identities, and nobody needs more: the **scanner** reads, the **executor** writes what was approved. An answer that may not be read is not an error: what depends on it is *unknown*.',
    '## Scanner',
    ...clouds.flatMap((cloud) => [`### ${cloudNames[cloud]}`, table(['permission', 'for'], permissionsOf(cloud).map((permission) => [code(permission),
      [...new Set(answerKinds.filter((kind) => kind.path.startsWith(`${cloud}/`) && kind.permissions.includes(permission)).map(({ why }) => why))].join('; ')]))]),
    'As an AWS policy:', `\`\`\`json\n${JSON.stringify(policy, null, 2)}\n\`\`\``,
    '## Executor',
    'Only these, and only where something was approved: on AWS every step runs under a session policy that narrows the role to its target. Leave out the kinds of change that you do not want.',
    table(['change', 'permissions', 'can be undone'], changeKindAbouts.map(({ kind, permissions, isReversible }) => [code(kind), permissions.map(code).join(', '), isReversible ? 'yes' : 'no'])),
  ].join('\n\n')}\n`
}
