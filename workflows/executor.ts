/** The workflows of the executor's queue. */
export { executePlan, undoPlan } from './execute-plan.ts'
