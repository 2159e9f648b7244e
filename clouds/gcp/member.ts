import type { PrincipalKind } from '../../model/principal.ts'

/** One IAM member string taken apart. `id` is the e-mail, domain or identifier without prefix and `?uid=`. */
export type Member = { readonly kind: MemberKind; readonly id: string; readonly isDeleted: boolean; readonly uid: string | null }
export type MemberKind = 'user' | 'service-account' | 'group' | 'domain' | 'everyone' | 'federated' | 'convenience'

const prefixes: Readonly<Record<string, MemberKind>> = {
  user: 'user', serviceAccount: 'service-account', group: 'group', domain: 'domain', principal: 'federated', principalSet: 'federated',
  projectOwner: 'convenience', projectEditor: 'convenience', projectViewer: 'convenience',
}

/** Null on a string that IAM would not accept. @see https://cloud.google.com/iam/docs/principal-identifiers */
export function parseMember(text: string): Member | null {
  if (text === 'allUsers' || text === 'allAuthenticatedUsers') return { kind: 'everyone', id: text, isDeleted: false, uid: null }
  const isDeleted = text.startsWith('deleted:')
  const plain = isDeleted ? text.slice('deleted:'.length) : text
  const colon = plain.indexOf(':')
  const prefix = plain.slice(0, colon)
  const kind = Object.hasOwn(prefixes, prefix) ? prefixes[prefix] : undefined
  const rest = plain.slice(colon + 1)
  if (colon < 1 || kind === undefined || rest === '') return null
  if (kind === 'federated') return rest.startsWith('//') ? { kind, id: plain, isDeleted, uid: null } : null
  const [id = '', query] = rest.split('?uid=')
  return id === '' ? null : { kind, id: kind === 'convenience' ? id : id.toLowerCase(), isDeleted, uid: query ?? null }
}

/** Equal for equal members: e-mail addresses and domains are compared without case, and a `uid` only where the member is deleted. */
export function canonicalMember(text: string): string {
  const member = parseMember(text)
  if (member === null || member.kind === 'everyone' || member.kind === 'federated' || member.kind === 'convenience') return text
  const name = `${member.kind === 'service-account' ? 'serviceAccount' : member.kind}:${member.id}`
  return member.isDeleted ? `deleted:${name}${member.uid === null ? '' : `?uid=${member.uid}`}` : name
}

export const serviceAccountMember = (email: string): string => `serviceAccount:${email.toLowerCase()}`

/** The member string that a group's member key stands for. Group answers name no kind in their basic view, so the address decides. */
export function memberOfKey(key: string, type: string | null, isGroup: (email: string) => boolean): string {
  const email = key.toLowerCase()
  if (type === 'SERVICE_ACCOUNT' || email.endsWith('.gserviceaccount.com')) return serviceAccountMember(email)
  return type === 'GROUP' || (type === null && isGroup(email)) ? `group:${email}` : `user:${email}`
}

export const principalKindOf: Readonly<Record<MemberKind, PrincipalKind>> = {
  user: 'user', 'service-account': 'service-account', group: 'group', domain: 'domain', everyone: 'public', federated: 'external', convenience: 'external',
}

/** True for agents that Google runs for its own services: their roles are given by Google and they have no keys. */
export const isGoogleAgent = (email: string): boolean => /^(service-[0-9]+@|[0-9]+@cloudservices\.)/.test(email)
