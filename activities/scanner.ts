import { beginScan } from './begin-scan.ts'
import { collectAccount, recordAccount } from './collect-account.ts'
import type { RunActivities, ScanActivities } from './contract.ts'
import { endScan } from './end-scan.ts'
import { translated } from './failure.ts'
import { judgeEnvironment } from './judge-environment.ts'
import { listAccounts } from './list-accounts.ts'
import { openTicket } from './open-ticket.ts'
import { proposeForRun, proposePlan } from './propose-plan.ts'
import { expirePlan, readPlan } from './read-decisions.ts'
import { endRun, readRun, recordRunStep } from './record-run-step.ts'
import type { ScannerDeps } from './scanner-deps.ts'
import { sendCard } from './send-card.ts'
import { startExecution } from './start-execution.ts'
import { testEnvironment } from './test-environment.ts'

/** Every activity of the scanner's queue. */
export const scannerActivities = (deps: ScannerDeps): ScanActivities & RunActivities => translated({
  beginScan: beginScan(deps), listAccounts: listAccounts(deps), collectAccount: collectAccount(deps), recordAccount: recordAccount(deps), judgeEnvironment: judgeEnvironment(deps), endScan: endScan(deps),
  proposePlan: proposePlan(deps), proposeForRun: proposeForRun(deps), testEnvironment: testEnvironment(deps), readPlan: readPlan(deps), expirePlan: expirePlan(deps), startExecution: startExecution(deps),
  openTicket: openTicket(deps), sendCard: sendCard(deps), readRun: readRun(deps), recordRunStep: recordRunStep(deps), endRun: endRun(deps),
})
