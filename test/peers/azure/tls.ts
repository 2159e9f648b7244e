import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Certificate = { readonly key: string; readonly cert: string; readonly caFile: string }
let made: Certificate | null = null

/** A certificate for 127.0.0.1 that signs itself, one per process; `caFile` is what clients are told to trust. Made by openssl. */
export function loopbackCertificate(): Certificate {
  made ??= makeCertificate()
  return made
}

function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-azure-'))
  const [keyFile, caFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', caFile], { stdio: 'ignore' })
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(caFile, 'utf8'), caFile }
}
