/**
 * Text in the signs that a PDF's standard fonts have (Windows-1252): signs of the house that it lacks by their nearest
 * form, letters with marks by the bare letter, everything else as a question mark, control characters as a space.
 */

const NEAREST: Readonly<Record<string, string>> = {
  "\u2212": "-",
  "≥": ">=",
  "≤": "<=",
  "≈": "~",
  "→": "->",
  "▲": "!",
  "◆": "!!",
  "✓": "ok",
  "\u202f": " ",
  "\u2009": " ",
};
const ALSO_THERE = new Set("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ");

export function printable(text: string): string {
  return Array.from(text.normalize("NFC"), sign).join("");
}

function sign(character: string): string {
  const nearest = NEAREST[character];
  if (nearest !== undefined) return nearest;
  if (isPrintable(character)) return character;
  if (/\p{Cc}/u.test(character)) return " ";
  const bare = character.normalize("NFD")[0]!;
  return isPrintable(bare) ? bare : "?";
}

function isPrintable(character: string): boolean {
  const code = character.codePointAt(0)!;
  return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff) || ALSO_THERE.has(character);
}
