import { z } from 'zod'
import type { ChangeKindAbout } from '../../../model/change.ts'
import { WhittleError } from '../../../model/error.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { nameOfArn, parseArn } from '../arn.ts'

/** The access key that a target names: `arn:aws:iam::<account>:user/<path/name>#<AKIA…>`. */
export type AccessKeyTarget = { readonly account: string; readonly userArn: string; readonly userName: string; readonly keyId: string }
/** The state of a key; `userId` (AIDA…) tells a user from another of the same name. */
export type AccessKeyState = { readonly status: 'Active' | 'Inactive'; readonly userId: string }

const stateSchema = z.object({ status: z.enum(['Active', 'Inactive']), userId: z.string().regex(/^\w{4,128}$/) })

export const accessKeyTarget = (userArn: string, keyId: string): string => `${userArn}#${keyId}`

/** @throws WhittleError `change.refused` on a target that is no access key of a user */
export function parseAccessKeyTarget(target: string): AccessKeyTarget {
  const [userArn = '', keyId = '', ...rest] = target.split('#')
  const arn = parseArn(userArn)
  const isUser = arn?.service === 'iam' && /^\d{12}$/.test(arn.account) && /^user\/(?:[!-~]+\/)*[\w+=,.@-]+$/.test(arn.resource)
  if (!isUser || rest.length > 0 || !/^[A-Z0-9]{16,128}$/.test(keyId)) throw new WhittleError('change.refused', `\`${target}\` names no access key; expected \`arn:aws:iam::<account>:user/<name>#<key id>\``)
  return { account: arn.account, userArn, userName: nameOfArn(userArn), keyId }
}

/** Null = there is no such key. @throws WhittleError `change.refused` on a state that is none of a key */
export function accessKeyState(state: Json): AccessKeyState | null {
  if (state === null) return null
  const parsed = stateSchema.safeParse(state)
  if (!parsed.success) throw new WhittleError('change.refused', 'the state is none of an access key; expected `status` and `userId`')
  return parsed.data
}

const canonical = (state: Json): JsonObject | null => {
  const { status, userId } = accessKeyState(state) ?? { status: null, userId: null }
  return status === null ? null : { status, userId }
}

/** `aws.access-key.status`: an access key of a user is active or not. Reversible: a key that is turned off keeps its secret. */
export const awsAccessKeyStatus: ChangeKindAbout = {
  kind: 'aws.access-key.status', isReversible: true,
  permissions: ['iam:GetUser', 'iam:ListAccessKeys', 'iam:UpdateAccessKey'],
  canonical,
  // because it is the credential of one identity; a plan for an administrator's key is raised by the remediation, which knows the estate
  tier: () => 'low',
  reducesOnly: ({ after }) => accessKeyState(after)?.status === 'Inactive',
  describe({ target, before, after }) {
    const { keyId, userName, account } = parseAccessKeyTarget(target)
    const turn = accessKeyState(after)?.status === 'Active' ? 'works again' : 'stops working'
    return `access key \`${keyId}\` of user \`${userName}\` in account \`${account}\` ${turn} (was ${accessKeyState(before)?.status ?? 'not there'})`
  },
  apiCalls({ target, after }) {
    const { keyId, userName } = parseAccessKeyTarget(target)
    return [`iam:GetUser --user-name ${userName}`, `iam:ListAccessKeys --user-name ${userName}`, `iam:UpdateAccessKey --user-name ${userName} --access-key-id ${keyId} --status ${accessKeyState(after)?.status ?? '?'}`]
  },
  affects({ target, before, after }) {
    const ids = [before, after].flatMap((state) => accessKeyState(state)?.userId ?? [])
    return [...new Set([parseAccessKeyTarget(target).userArn, ...ids])]
  },
}
