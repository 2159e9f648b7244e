import { expect, test } from 'vitest'
import { canonicalMember, memberOfKey, parseMember } from '../../../clouds/gcp/member.ts'
import { containerOfFullName, denyPoliciesOf, fullNameOf, parseContainer, printContainer, roleParent } from '../../../clouds/gcp/resource-name.ts'

test.each([['organizations/300000000001'], ['folders/400000000001'], ['projects/acme-prod'], ['projects/acme.example:legacy'], ['projects/500000000001']])('%s is a container, printed as it was parsed', (name) => {
  const parsed = parseContainer(name)
  expect(parsed === null ? null : printContainer(parsed)).toBe(name)
  expect(containerOfFullName(fullNameOf(name))).toBe(name)
})

test.each([['projects'], ['projects/'], ['projects/UPPER'], ['folders/acme'], ['projects/../x'], ['projects/a/b'], ['__proto__/1'], ['constructor/1']])('%s is no container', (name) => {
  expect(parseContainer(name)).toBeNull()
})

test.each([
  ['user:Alice@Acme.example', 'user:alice@acme.example'], ['serviceAccount:x@acme-prod.iam.gserviceaccount.com', 'serviceAccount:x@acme-prod.iam.gserviceaccount.com'],
  ['deleted:serviceAccount:X@p.iam.gserviceaccount.com?uid=12', 'deleted:serviceAccount:x@p.iam.gserviceaccount.com?uid=12'], ['allUsers', 'allUsers'],
  ['principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*', 'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*'],
])('%s is the same member as %s', (text, canonical) => {
  expect(canonicalMember(text)).toBe(canonical)
  expect(canonicalMember(canonical)).toBe(canonical)
  expect(parseMember(text)).not.toBeNull()
})

test.each([['alice@acme.example'], ['user:'], ['robot:x'], ['principal:x'], ['constructor:x'], ['']])('%s is no member', (text) => { expect(parseMember(text)).toBeNull() })

test('what stands in a group is told by its type, else by its address', () => {
  const noGroup = () => false
  expect(memberOfKey('x@p.iam.gserviceaccount.com', null, noGroup)).toBe('serviceAccount:x@p.iam.gserviceaccount.com')
  expect(memberOfKey('g@acme.example', 'GROUP', noGroup)).toBe('group:g@acme.example')
  expect(memberOfKey('g@acme.example', null, (email) => email === 'g@acme.example')).toBe('group:g@acme.example')
  expect(memberOfKey('Alice@acme.example', null, noGroup)).toBe('user:alice@acme.example')
})

test('deny policies hang on an attachment point, custom roles in their parent', () => {
  expect(denyPoliciesOf('projects/acme-prod')).toBe('policies/cloudresourcemanager.googleapis.com%2Fprojects%2Facme-prod/denypolicies')
  expect([roleParent('roles/owner'), roleParent('projects/acme-prod/roles/deploy'), roleParent('organizations/1/roles/x')]).toEqual([null, 'projects/acme-prod', 'organizations/1'])
})
