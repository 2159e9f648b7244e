import { awsCollectScript } from '../clouds/aws/collect/answer-kinds.ts'
import { azureCollectScript } from '../clouds/azure/collect/script.ts'
import { gcpCollectScript } from '../clouds/gcp/collect/script.ts'

/** A POSIX shell script that writes an estate with the vendors' own CLIs, for machines without Whittle. */
export function collectScript(): string {
  return [
    '#!/bin/sh',
    '# Writes an estate for `whittle analyze` below the folder $1 (default ./estate). Reads only; docs/permissions.md lists what that needs.',
    'set -u; umask 077',
    'DIR=${1:-estate}; mkdir -p "$DIR"',
    'have() { command -v "$1" > /dev/null 2>&1; }',
    '', 'if have aws; then', ...awsCollectScript(), 'fi', '', 'if have az; then', ...azureCollectScript(), 'fi', '', 'if have gcloud; then', ...gcpCollectScript(), 'fi', '',
  ].join('\n')
}
