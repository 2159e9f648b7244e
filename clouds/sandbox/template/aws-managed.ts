import type { JsonObject } from '../../../model/json.ts'
import { allow, document } from './aws.ts'

/** The policies of AWS that Acme attaches, by path and name, as AWS publishes them (the longer ones with the services that Acme uses). */
export const awsManagedPolicies: Readonly<Record<string, { readonly version: number; readonly document: JsonObject }>> = {
  AdministratorAccess: { version: 1, document: document(allow('*')) },
  PowerUserAccess: { version: 5, document: document({ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    allow(['iam:CreateServiceLinkedRole', 'iam:DeleteServiceLinkedRole', 'iam:ListRoles', 'organizations:DescribeOrganization', 'account:ListRegions', 'account:GetAccountInformation'])) },
  IAMFullAccess: { version: 2, document: document(allow(['iam:*', 'organizations:DescribeAccount', 'organizations:DescribeOrganization', 'organizations:DescribeOrganizationalUnit', 'organizations:DescribePolicy',
    'organizations:ListChildren', 'organizations:ListParents', 'organizations:ListPoliciesForTarget', 'organizations:ListRoots', 'organizations:ListPolicies', 'organizations:ListTargetsForPolicy'])) },
  IAMReadOnlyAccess: { version: 4, document: document(allow(['iam:GenerateCredentialReport', 'iam:GenerateServiceLastAccessedDetails', 'iam:Get*', 'iam:List*', 'iam:SimulateCustomPolicy', 'iam:SimulatePrincipalPolicy'])) },
  AmazonS3ReadOnlyAccess: { version: 3, document: document(allow(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'])) },
  CloudWatchReadOnlyAccess: { version: 9, document: document(allow(['autoscaling:Describe*', 'cloudwatch:BatchGet*', 'cloudwatch:Describe*', 'cloudwatch:Get*', 'cloudwatch:List*', 'logs:Get*', 'logs:List*', 'logs:Describe*', 'logs:FilterLogEvents', 'sns:Get*', 'sns:List*'])) },
  'job-function/Billing': { version: 10, document: document(allow(['account:GetAccountInformation', 'aws-portal:ViewBilling', 'budgets:ViewBudget', 'billing:Get*', 'billing:List*', 'ce:Describe*', 'ce:Get*', 'ce:List*', 'cur:DescribeReportDefinitions', 'invoicing:Get*', 'invoicing:List*', 'payments:Get*', 'payments:List*'])) },
  'service-role/AWSLambdaBasicExecutionRole': { version: 1, document: document(allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'])) },
  'aws-service-role/AWSOrganizationsServiceTrustPolicy': { version: 3, document: document(
    allow('iam:DeleteRole', 'arn:aws:iam::*:role/aws-service-role/*', { Sid: 'AllowDeletionOfServiceLinkedRoleForOrganizations' }), allow('iam:CreateServiceLinkedRole', '*', { Sid: 'AllowCreationOfServiceLinkedRoles' })) },
}
