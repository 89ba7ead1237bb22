/** Glyphs inside small buttons; the button's label says what they do. */
const SHAPES = {
  stop: "M2.500 2.500h5v5h-5z",
  start: "M3 1.800v6.400L8.200 5z",
  params:
    "M1 3h3.2M6.6 3H9M1 7h1.4M4.8 7H9M5.4 1.8a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 0-2.4zM3.6 5.8a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 0-2.4z",
  cancel: "M2.500 2.500l5 5M7.500 2.500l-5 5",
  lock: "M2.500 4.700h5v3.800h-5zM3.500 4.700V3.200a1.500 1.500 0 0 1 3 0v1.500",
  wait: "M5 1.500v3.500l2.200 1.300M5 1a4 4 0 1 0 0 8a4 4 0 1 0 0-8z",
  pause: "M3.300 2v6M6.700 2v6",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }) {
  const filled = name === "stop" || name === "start";
  return (
    <svg
      width="10"
      height="10"
      viewBox="0 0 10 10"
      aria-hidden="true"
      fill={filled ? "currentColor" : "none"}
      stroke={filled ? "none" : "currentColor"}
      stroke-width="1.1"
    >
      <path d={SHAPES[name]} />
    </svg>
  );
}
