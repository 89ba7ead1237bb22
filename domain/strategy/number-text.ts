/** Numbers in sentences, the same on every machine: thousands separated by commas, a fixed number of decimals. */
export function numberText(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [whole = "0", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "-" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}
