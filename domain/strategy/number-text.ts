/** Numbers in sentences, the same on every machine: thousands separated by commas, a fixed number of decimals. */
export function numberText(value: number, decimals: number): string {
  // From 1e21 on, toFixed writes an exponent.
  if (!(Math.abs(value) < 1e21)) return String(value);
  const digits = Math.abs(value).toFixed(decimals);
  const point = decimals > 0 && digits.includes(".") ? digits.indexOf(".") : digits.length;
  let text = digits.slice(point);
  let end = point;
  for (; end > 3; end -= 3) text = `,${digits.slice(end - 3, end)}${text}`;
  return `${value < 0 ? "-" : ""}${digits.slice(0, end)}${text}`;
}
