import type { AnswerKind } from '../../../model/answer.ts'

const kinds = {
  iam: (command: string, argument: string, flags: string) => ({ path: `aws/<accountId>/global/iam/${command}${argument}`, command: `aws iam ${command}${flags} --output json` }),
  organizations: (command: string, argument: string, flags: string) => ({ path: `aws/organization/${command}${argument}`, command: `aws organizations ${command}${flags} --output json` }),
}

/** Every answer that the AWS collector knows: docs/estate.md, docs/permissions.md and `--print-script` are made of these. */
export const awsAnswerKinds: readonly AnswerKind[] = [
  { ...kinds.iam('get-account-authorization-details', '', ''), permissions: ['iam:GetAccountAuthorizationDetails'], absentCodes: [], why: 'users, groups, roles and every policy document' },
  { ...kinds.iam('get-credential-report', '', ''), permissions: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'], absentCodes: [], why: 'passwords, MFA and access keys of every user, and the root user (run `aws iam generate-credential-report` first)' },
  { ...kinds.iam('get-account-summary', '', ''), permissions: ['iam:GetAccountSummary'], absentCodes: [], why: 'access keys and MFA of the root user' },
  { ...kinds.iam('get-account-password-policy', '', ''), permissions: ['iam:GetAccountPasswordPolicy'], absentCodes: ['NoSuchEntity'], why: 'the rules for console passwords' },
  { ...kinds.iam('list-access-keys', '/<userName>', ' --user-name <userName>'), permissions: ['iam:ListUsers', 'iam:ListAccessKeys'], absentCodes: ['NoSuchEntity'], why: 'ids of access keys, which the credential report does not have' },
  { ...kinds.iam('get-access-key-last-used', '/<accessKeyId>', ' --access-key-id <accessKeyId>'), permissions: ['iam:GetAccessKeyLastUsed'], absentCodes: [], why: 'when each key was last used' },
  { ...kinds.organizations('describe-organization', '', ''), permissions: ['organizations:DescribeOrganization'], absentCodes: ['AWSOrganizationsNotInUseException'], why: 'which account is the management account' },
  { ...kinds.organizations('list-accounts', '', ''), permissions: ['organizations:ListAccounts'], absentCodes: [], why: 'the accounts of the organization: everything else is foreign' },
  { ...kinds.organizations('list-roots', '', ''), permissions: ['organizations:ListRoots'], absentCodes: [], why: 'the top of the tree, and whether service control policies are on' },
  { ...kinds.organizations('list-organizational-units-for-parent', '/<parentId>', ' --parent-id <parentId>'), permissions: ['organizations:ListOrganizationalUnitsForParent'], absentCodes: [], why: 'the tree of organizational units' },
  { ...kinds.organizations('list-accounts-for-parent', '/<parentId>', ' --parent-id <parentId>'), permissions: ['organizations:ListAccountsForParent'], absentCodes: [], why: 'where each account stands in the tree' },
  { ...kinds.organizations('list-policies-for-target', '/<targetId>/SERVICE_CONTROL_POLICY', ' --target-id <targetId> --filter SERVICE_CONTROL_POLICY'), permissions: ['organizations:ListPoliciesForTarget'], absentCodes: [], why: 'which service control policies hold at each root, unit and account' },
  { ...kinds.organizations('describe-policy', '/<policyId>', ' --policy-id <policyId>'), permissions: ['organizations:DescribePolicy'], absentCodes: [], why: 'what those policies say' },
]

/** Lines of a POSIX shell script that writes the answers of one account, and of its organization where it may see it, below `$DIR`; needs `aws` only. */
export const awsCollectScript = (): readonly string[] => [
  '# AWS: one account (the credentials that `aws` finds), and the organization where that account may read it',
  'save() { # save PATH COMMAND…: the answer, or why there is none, which is an answer too',
  '  mkdir -p "$DIR/$(dirname "$1")"; target="$DIR/$1"; shift',
  '  if "$@" --output json > "$target.part" 2> "$target.err"; then mv "$target.part" "$target.json"',
  '  else code=$(sed -n \'s/^An error occurred (\\([A-Za-z.]*\\)).*/\\1/p\' "$target.err" | head -n 1)',
  '    printf \'{ "code": "%s", "message": "see the vendor\\047s documentation" }\\n\' "${code:-Failed}" > "$target.error.json"; rm -f "$target.part"; fi',
  '  rm -f "$target.err"',
  '}',
  'name() { printf %s "$1" | sed \'s/%/%25/g; s/\\./%2E/g; s/+/%2B/g; s/=/%3D/g; s/,/%2C/g; s/@/%40/g\'; } # one argument as one file name',
  'account=$(aws sts get-caller-identity --query Account --output text)',
  'iam="aws/$account/global/iam"',
  'for i in 1 2 3 4 5 6 7 8 9 10; do [ "$(aws iam generate-credential-report --query State --output text)" = COMPLETE ] && break; sleep 3; done',
  'for call in get-account-authorization-details get-credential-report get-account-summary get-account-password-policy; do save "$iam/$call" aws iam "$call"; done',
  'for user in $(aws iam list-users --query "Users[].UserName" --output text); do',
  '  save "$iam/list-access-keys/$(name "$user")" aws iam list-access-keys --user-name "$user"',
  '  for key in $(aws iam list-access-keys --user-name "$user" --query "AccessKeyMetadata[].AccessKeyId" --output text); do',
  '    save "$iam/get-access-key-last-used/$key" aws iam get-access-key-last-used --access-key-id "$key"',
  '  done',
  'done',
  'org=aws/organization; scps=""',
  'for call in describe-organization list-accounts list-roots; do save "$org/$call" aws organizations "$call"; done',
  'attached() { # the policies of one root, unit or account',
  '  save "$org/list-policies-for-target/$1/SERVICE_CONTROL_POLICY" aws organizations list-policies-for-target --target-id "$1" --filter SERVICE_CONTROL_POLICY',
  '  scps="$scps $(aws organizations list-policies-for-target --target-id "$1" --filter SERVICE_CONTROL_POLICY --query "Policies[].Id" --output text)"',
  '}',
  'walk() { # a root or unit, its accounts, and everything below it',
  '  attached "$1"',
  '  save "$org/list-accounts-for-parent/$1" aws organizations list-accounts-for-parent --parent-id "$1"',
  '  save "$org/list-organizational-units-for-parent/$1" aws organizations list-organizational-units-for-parent --parent-id "$1"',
  '  for member in $(aws organizations list-accounts-for-parent --parent-id "$1" --query "Accounts[].Id" --output text); do attached "$member"; done',
  '  for unit in $(aws organizations list-organizational-units-for-parent --parent-id "$1" --query "OrganizationalUnits[].Id" --output text); do walk "$unit"; done',
  '}',
  'if [ -f "$DIR/$org/list-roots.json" ]; then',
  '  for top in $(aws organizations list-roots --query "Roots[].Id" --output text); do walk "$top"; done',
  '  for policy in $(printf "%s\\n" $scps | sort -u); do save "$org/describe-policy/$policy" aws organizations describe-policy --policy-id "$policy"; done',
  'fi',
]
