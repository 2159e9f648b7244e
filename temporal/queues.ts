/** Reads clouds, judges, talks to people; holds no credential that can write to a cloud. */
export const scanQueue = 'whittle-scan'
/** The executor's: the only one whose worker may write to a cloud. */
export const executeQueue = 'whittle-execute'
