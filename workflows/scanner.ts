/** The workflows of the scanner's queue. */
export { proposePlanNow } from './propose-plan-now.ts'
export { runPlaybook } from './run-playbook.ts'
export { scanAccount } from './scan-account.ts'
export { scanEnvironment } from './scan-environment.ts'
export { testEnvironmentNow } from './test-environment-now.ts'
