/** Numbers in sentences, the same on every machine: thousands separated by commas, a fixed number of decimals. */
export function numberText(value: number, decimals: number): string {
  // From 1e21 on, toFixed writes an exponent.
  if (!(Math.abs(value) < 1e21)) return String(value);
  const digits = Math.abs(value).toFixed(decimals);
  const sign = value < 0 ? "-" : "";
  const wholeDigits = decimals > 0 ? digits.length - decimals - 1 : digits.length;
  if (wholeDigits <= 3) return sign + digits;
  let end = wholeDigits - 3;
  let text = digits.slice(end);
  for (; end > 3; end -= 3) text = `${digits.slice(end - 3, end)},${text}`;
  return `${sign}${digits.slice(0, end)},${text}`;
}
