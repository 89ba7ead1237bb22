/**
 * Commands sent from the page. Nothing is optimistic: a command is *sending* until the gateway has answered and the
 * stream shows its effect. A refusal stays on screen with its reason code until it is dismissed (the newest four).
 */
import { computed, effect, signal } from "@preact/signals";
import { asApiError, type ApiError } from "./api.ts";
import { link, nowMs } from "./floor.ts";
import { may, session } from "./session.ts";

export interface Notice {
  readonly id: number;
  readonly kind: "refused" | "unseen";
  readonly label: string;
  readonly code: string;
  readonly text: string;
  readonly atMs: number;
  readonly strategyId: string | null;
}

export interface Command {
  /** One at a time per key; buttons read `isSending(key)`. */
  readonly key: string;
  readonly label: string;
  readonly send: () => Promise<unknown>;
  /** True once the stream shows the effect; may be left out when the answer itself is the effect. */
  readonly shown?: () => boolean;
  readonly strategyId?: string;
}

const SEEN_WITHIN_MS = 10_000;
const NOTICE_LIMIT = 4;

const sending = signal<ReadonlySet<string>>(new Set());
export const notices = signal<readonly Notice[]>([]);
let nextId = 1;

export function isSending(key: string): boolean {
  return sending.value.has(key);
}

/** Why no command can be sent now; null when they can. */
export const lockReason = computed(() => (link.value.phase === "live" ? null : "commands need the gateway"));

/** Why this person may not send commands of this permission now; null when they may. */
export function lockedFor(permission: string): string | null {
  if (lockReason.value !== null) return lockReason.value;
  const user = session.value.phase === "in" ? session.value.user : null;
  return may(permission) ? null : `needs the permission ${permission}; ${user?.name ?? "nobody"} is ${user?.role ?? "signed out"}`;
}

/** Resolves to true when it was accepted and seen. */
export async function command(order: Command): Promise<boolean> {
  if (sending.value.has(order.key)) return false;
  sending.value = new Set([...sending.value, order.key]);
  try {
    await order.send();
    if (order.shown !== undefined && !(await seen(order.shown))) {
      addNotice(order, "unseen", "NOT_SEEN_YET", `Accepted, but the floor has not shown it within ${SEEN_WITHIN_MS / 1_000} s.`);
      return false;
    }
    return true;
  } catch (error) {
    const problem = asApiError(error);
    addNotice(order, problem.type === "NO_ANSWER" ? "unseen" : "refused", problem.type, refusalText(problem));
    return false;
  } finally {
    sending.value = new Set([...sending.value].filter((key) => key !== order.key));
  }
}

export function refusalText(problem: ApiError): string {
  const { field, expected } = problem.data;
  return typeof field === "string" && typeof expected === "string" && !problem.message.includes(field)
    ? `${problem.message} (${field}: expected ${expected})`
    : problem.message;
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

function addNotice(order: Command, kind: Notice["kind"], code: string, text: string): void {
  const notice: Notice = { id: nextId, kind, label: order.label, code, text, atMs: nowMs.value, strategyId: order.strategyId ?? null };
  nextId += 1;
  notices.value = [...notices.value, notice].slice(-NOTICE_LIMIT);
}

/** Resolves once `shown` holds, or to false when it does not in time. */
async function seen(shown: () => boolean): Promise<boolean> {
  const holds = computed(shown);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), SEEN_WITHIN_MS);
  const stop = effect(() => {
    if (holds.value) resolve(true);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}
