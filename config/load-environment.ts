/** The one place that reads the process's environment; everything else is given settings. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
