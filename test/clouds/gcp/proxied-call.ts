import { gcpClients, once } from '../../../clouds/gcp/session.ts'

// Run as a process of its own by proxy.test.ts, with the proxy, the CA and the credentials that a user would set; both kinds of client make one call.
const outgoing = { proxy: process.env['HTTPS_PROXY'] ?? null, noProxy: null, caFile: process.env['NODE_EXTRA_CA_CERTS'] ?? null }
const clients = await gcpClients({ scope: { kind: 'project', project: 'acme-prod' }, actAs: null, endpoints: {}, outgoing })
const [policy] = await clients.projects.getIamPolicy({ resource: 'projects/acme-prod', options: { requestedPolicyVersion: 3 } }, once)
const role = await clients.iam.roles.get({ name: 'roles/viewer' })
process.stdout.write(JSON.stringify([policy.bindings?.[0]?.role, role.data.title]))
process.exit(0)
