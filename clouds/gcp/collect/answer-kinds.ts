import type { AnswerKind } from '../../../model/answer.ts'

const top = 'gcp/<organizationId>'
const folder = `${top}/folders/<folderId>`
const project = `${top}/<projectId>`
const policyReads = (kind: string): readonly string[] => [`resourcemanager.${kind}.getIamPolicy`]

/** Every answer of Google Cloud that is read, with the gcloud command that prints it. `<organizationId>` is `none` for projects without an organization. */
export const gcpAnswerKinds: readonly AnswerKind[] = [
  { path: `${top}/organizations`, command: 'gcloud organizations list --format=json', permissions: ['resourcemanager.organizations.get'], absentCodes: [], why: 'the organization and the customer id of its directory, by which deny policies name everybody in it' },
  { path: `${top}/folders`, command: 'gcloud resource-manager folders list --organization=<organizationId> --format=json', permissions: ['resourcemanager.folders.get', 'resourcemanager.folders.list'], absentCodes: [], why: 'which folders policies are inherited through (the list is of one parent: one page per parent, also with `--folder=<folderId>`)' },
  { path: `${top}/projects`, command: 'gcloud projects list --format=json', permissions: ['resourcemanager.projects.get', 'resourcemanager.projects.list'], absentCodes: [], why: 'the projects and what stands above each' },
  { path: `${top}/iam-policy`, command: 'gcloud organizations get-iam-policy <organizationId> --format=json', permissions: policyReads('organizations'), absentCodes: [], why: 'what is granted on everything' },
  { path: `${top}/deny-policies`, command: 'gcloud iam policies list --attachment-point=cloudresourcemanager.googleapis.com/organizations/<organizationId> --kind=denypolicies --format=json', permissions: ['iam.denypolicies.list'], absentCodes: [], why: 'what is denied on everything, whatever is granted' },
  { path: `${top}/deny-policies/<denyPolicyId>`, command: 'gcloud iam policies get <denyPolicyId> --attachment-point=cloudresourcemanager.googleapis.com/organizations/<organizationId> --kind=denypolicies --format=json', permissions: ['iam.denypolicies.get'], absentCodes: [], why: 'the rules of a deny policy: the list leaves them out' },
  { path: `${top}/iam-policies`, command: 'gcloud asset search-all-iam-policies --scope=organizations/<organizationId> --format=json', permissions: ['cloudasset.assets.searchAllIamPolicies'], absentCodes: [], why: 'allow policies of buckets, service accounts and everything else below' },
  { path: `${top}/roles`, command: 'gcloud iam roles list --organization=<organizationId> --format=json', permissions: ['iam.roles.list'], absentCodes: [], why: 'the custom roles; one with `includedPermissions` needs no file of its own' },
  { path: `${top}/roles/<role>`, command: 'gcloud iam roles describe <role> --format=json', permissions: ['iam.roles.get'], absentCodes: [], why: 'which permissions a role gives: judgements go by permissions, never by names of roles' },
  { path: `${top}/group-memberships/<email>`, command: 'gcloud identity groups memberships list --group-email=<email> --view=full --format=json', permissions: ['cloudidentity.googleapis.com: group reader (an admin role of the directory, no IAM permission)'], absentCodes: ['NOT_FOUND'], why: 'who has what a group is granted' },
  { path: `${folder}/iam-policy`, command: 'gcloud resource-manager folders get-iam-policy <folderId> --format=json', permissions: policyReads('folders'), absentCodes: [], why: 'what is granted on everything in the folder' },
  { path: `${folder}/deny-policies`, command: 'gcloud iam policies list --attachment-point=cloudresourcemanager.googleapis.com/folders/<folderId> --kind=denypolicies --format=json', permissions: ['iam.denypolicies.list'], absentCodes: [], why: 'what is denied in the folder' },
  { path: `${folder}/deny-policies/<denyPolicyId>`, command: 'gcloud iam policies get <denyPolicyId> --attachment-point=cloudresourcemanager.googleapis.com/folders/<folderId> --kind=denypolicies --format=json', permissions: ['iam.denypolicies.get'], absentCodes: [], why: 'the rules of a deny policy' },
  { path: `${project}/iam-policy`, command: 'gcloud projects get-iam-policy <projectId> --format=json', permissions: policyReads('projects'), absentCodes: [], why: 'what is granted in the project' },
  { path: `${project}/deny-policies`, command: 'gcloud iam policies list --attachment-point=cloudresourcemanager.googleapis.com/projects/<projectId> --kind=denypolicies --format=json', permissions: ['iam.denypolicies.list'], absentCodes: [], why: 'what is denied in the project' },
  { path: `${project}/deny-policies/<denyPolicyId>`, command: 'gcloud iam policies get <denyPolicyId> --attachment-point=cloudresourcemanager.googleapis.com/projects/<projectId> --kind=denypolicies --format=json', permissions: ['iam.denypolicies.get'], absentCodes: [], why: 'the rules of a deny policy' },
  { path: `${project}/roles`, command: 'gcloud iam roles list --project=<projectId> --format=json', permissions: ['iam.roles.list'], absentCodes: [], why: 'the custom roles of the project' },
  { path: `${project}/service-accounts`, command: 'gcloud iam service-accounts list --project=<projectId> --format=json', permissions: ['iam.serviceAccounts.list'], absentCodes: [], why: 'the service accounts, their unique ids, and which are disabled' },
  { path: `${project}/service-account-keys/<email>`, command: 'gcloud iam service-accounts keys list --iam-account=<email> --format=json', permissions: ['iam.serviceAccountKeys.list'], absentCodes: ['NOT_FOUND'], why: 'how old each key is and whether people or Google keep it' },
  { path: `${project}/audit-log`, command: 'gcloud logging read \'logName:"cloudaudit.googleapis.com"\' --project=<projectId> --freshness=90d --format=json', permissions: ['logging.logEntries.list', 'logging.privateLogEntries.list'], absentCodes: [], why: 'who was seen when (optional)' },
]

// because names of answers and of projects stand side by side, the most literal path is asked first
const literals = (path: string): number => path.split('/').filter((part) => !part.startsWith('<')).length
const matchers = gcpAnswerKinds.toSorted((a, b) => literals(b.path) - literals(a.path))
  .map(({ path, absentCodes }) => ({ pattern: new RegExp(`^${path.replaceAll(/<[A-Za-z]+>/g, '[^/]+')}$`), absentCodes }))

/** The error codes that mean *absent* for the answer at `path`. */
export const absentCodesOf = (path: string): readonly string[] => matchers.find(({ pattern }) => pattern.test(path))?.absentCodes ?? []
