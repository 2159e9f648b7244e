import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ChangeDriver } from '../../../model/change.ts'
import { WhittleError } from '../../../model/error.ts'
import type { Instant } from '../../../model/instant.ts'
import type { Json } from '../../../model/json.ts'
import { encodeArgument, type EstateDirectory, readEstateDirectory, writeAnswer } from '../../estate-directory.ts'
import { interpretGcp } from '../collect/index.ts'
import { grantsAdministrator } from '../evaluate/index.ts'
import { parseContainer } from '../resource-name.ts'
import { findBinding, gcpPolicyBinding, parseBindingTarget, withChange } from './policy-binding.ts'

/** What else a policy has (`auditConfigs`, `version`) stays as it is. */
const policySchema = z.looseObject({ version: z.number().optional(), bindings: z.array(z.looseObject({
  role: z.string(), members: z.array(z.string()).default([]), condition: z.looseObject({ title: z.string().optional(), expression: z.string(), description: z.string().optional() }).optional() })).default([]) })

/** Changes policy bindings in the files of an estate directory, each file written whole or not at all. `now` dates what is written. */
export function gcpBindingOnFiles(dir: string, now: () => Instant): ChangeDriver {
  return {
    read: (target) => Promise.resolve().then(() => readBinding(readEstateDirectory(dir), target)),
    write: (change) => Promise.resolve().then(() => {
      const { path, policy } = readPolicy(readEstateDirectory(dir), parseBindingTarget(change.target).resource)
      const bindings = withChange(policy.bindings, { ...change, after: gcpPolicyBinding.canonical(change.after) })
      const version = bindings.some(({ condition }) => condition !== undefined && condition !== null) ? 3 : policy.version
      const etag = `Bw${createHash('sha256').update(JSON.stringify(bindings)).digest('base64').slice(0, 9)}=`
      writeAnswer(dir, path, { kind: 'present', pages: [{ ...policy, bindings, etag, ...(version === undefined ? {} : { version }) }], isComplete: true, observedAt: now() })
    }),
  }
}

function readBinding(source: EstateDirectory, target: string): Json {
  const name = parseBindingTarget(target)
  const found = findBinding(readPolicy(source, name.resource).policy.bindings, name)
  // INVARIANT: a role that cannot be read counts as an administrator's
  return found === null ? null : gcpPolicyBinding.canonical({ ...found, grantsAdministrator: grantsAdministrator(interpretGcp(source).value, name.role, name.resource) !== false })
}

function readPolicy(source: EstateDirectory, resource: string): { readonly path: string; readonly policy: z.output<typeof policySchema> } {
  const container = parseContainer(resource)
  const trees = source.list('gcp').map((tree) => `gcp/${encodeArgument(tree)}`)
  const paths = container === null ? [] : container.kind === 'organization' ? [`gcp/${container.id}/iam-policy`] : trees.map((tree) => (container.kind === 'folder' ? `${tree}/folders/${container.id}/iam-policy` : `${tree}/${encodeArgument(container.id)}/iam-policy`))
  const path = paths.find((each) => source.read(each).kind === 'present')
  const answer = path === undefined ? null : source.read(path)
  const policy = answer?.kind === 'present' ? policySchema.safeParse(answer.pages[0]) : null
  if (path === undefined || policy?.success !== true) throw new WhittleError('cloud.not-found', `the estate holds no readable allow policy of \`${resource}\``)
  return { path, policy: policy.data }
}
