import type { Detection } from '../model/detection.ts'

/** Every detection, one line each, sorted by id; `test/architecture/registry.test.ts` holds that every file of this folder is here. */
export const detections: readonly Detection[] = [
  // aws

  // azure

  // gcp

]
