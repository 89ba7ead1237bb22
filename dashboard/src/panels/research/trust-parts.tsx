/** What every verdict is made of: the verdict itself, a number with what is wanted of it, plain warnings. */
import type { ResearchWarning } from "../../../../domain/contract/views/research.ts";
import { Mark, type Form } from "../../parts/mark.tsx";

export type Tone = "crit" | "warn" | "";

/** `open`: nothing has been judged yet. */
export function Verdict({ tone, title, text, open = false }: { tone: Tone; title: string; text: string; open?: boolean }) {
  const form: Form = open ? "hollow" : tone === "crit" ? "diamond" : tone === "warn" ? "triangle" : "check";
  return (
    <div class={`verdict ${tone}`} role="status">
      <b>
        <Mark form={form} /> {title}
      </b>
      <p>{text}</p>
    </div>
  );
}

export function Fact({ name, value, wanted, bad }: { name: string; value: string; wanted: string; bad: boolean }) {
  return (
    <div>
      <dt class="t2">{name}</dt>
      <dd>
        <b class={bad ? "warn" : ""}>
          {bad && <span class="unseen">not as wanted: </span>}
          {value}
        </b>{" "}
        <span class="t3">{wanted}</span>
      </dd>
    </div>
  );
}

export function Warnings({ items }: { items: readonly ResearchWarning[] }) {
  if (items.length === 0) return null;
  const marks: Readonly<Record<ResearchWarning["severity"], readonly [Form, string]>> = {
    info: ["check", "t2"],
    warn: ["triangle", "warn"],
    critical: ["diamond", "crit"],
  };
  const order = ["critical", "warn", "info"];
  return (
    <ul class="doubts">
      {[...items]
        .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
        .map((item) => (
          <li key={item.code + item.text}>
            <Mark form={marks[item.severity][0]} tone={marks[item.severity][1]} />
            <span class={item.severity === "info" ? "t2" : ""}>
              <span class="unseen">{item.severity}: </span>
              {item.text}
            </span>
          </li>
        ))}
    </ul>
  );
}
