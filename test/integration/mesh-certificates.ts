/** Certificates for one test: an authority, a server on 127.0.0.1, a client, and a second authority nobody trusts. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly strangerCa: string;
  readonly cert: string;
  readonly key: string;
  remove(): Promise<void>;
}

export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "dsta-tls-"));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) => run("openssl", args, { cwd: folder });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = (name: string) =>
    openssl("req", "-x509", ...newKey, "-keyout", `${name}-key.pem`, "-out", `${name}.pem`, "-days", "2", "-subj", `/CN=${name}`);
  await Promise.all([authority("ca"), authority("stranger")]);
  await writeFile(at("names.ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n");
  for (const name of ["server", "client"]) {
    await openssl("req", ...newKey, "-keyout", `${name}-key.pem`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const signed = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2", "-extfile", "names.ext"];
    await openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.pem`, ...signed);
  }
  return {
    folder,
    ca: at("ca.pem"),
    strangerCa: at("stranger.pem"),
    cert: at("client.pem"),
    key: at("client-key.pem"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
