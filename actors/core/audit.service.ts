/**
 * The audit log for people: takes in `audit.logs` through a durable consumer and answers who did what, newest first.
 * Everybody reads his own deeds; those of others only who was granted `audit:read`.
 */
import type { Context, ServiceSchema } from "moleculer";
import type { Pool } from "pg";
import { can, type Identity } from "../../domain/access/roles.ts";
import { CHANNELS } from "../../domain/contract/events.ts";
import type { AuditRow } from "../../domain/contract/views.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import { channel, channelsMixin } from "../../mixins/outbox/channels-mixin.ts";
import type { ConsumerPorts } from "../../mixins/outbox/channel-consumer.ts";
import { AuditStore, type StoredEntry } from "./audit-store.ts";

export interface AuditDeps extends ConsumerPorts {
  /** With an `error` handler of its owner; not closed here. */
  readonly pool: Pool;
}

/** Name of the durable consumer: nodes share it. */
export const AUDIT_DURABLE = "audit-log";

interface PageParams {
  readonly of: "me" | "everyone";
  readonly limit: number;
  readonly before?: string;
}

export function auditService({ pool, ...ports }: AuditDeps): ServiceSchema {
  const store = new AuditStore(pool);
  const audit = channel({
    subject: CHANNELS.audit.subject,
    durable: AUDIT_DURABLE,
    schema: CHANNELS.audit.message,
    handler: ({ id, atMs, recordedPosition, data }) => store.add({ eventId: id, atMs, recordedPosition, ...data }),
    // An entry must not be given up because the database was away for a while: about an hour of tries.
    maxDeliver: 120,
  });
  return {
    name: "audit",
    mixins: [channelsMixin([audit], ports)],
    actions: {
      async list(ctx: Context<PageParams, { user?: Identity | null }>): Promise<{ items: AuditRow[]; next: string | null }> {
        const { of, limit, before } = ctx.params;
        const user = ctx.meta.user;
        if (of === "everyone" && user && !can(user.role, "audit:read")) {
          throw new DstaError("FORBIDDEN", `of: ${user.role} reads only what was done by himself`, {
            code: 403,
            data: { field: "of", permission: "audit:read" },
          });
        }
        // Without a user it is an operator at the REPL, who sees everything.
        const by = of === "everyone" || !user ? null : user.name;
        const entries = await store.page({ by, limit, ...(before === undefined ? {} : { before }) });
        return { items: entries.map(rowOf), next: entries.length === limit ? entries.at(-1)!.recordedPosition : null };
      },
    },
  };
}

function rowOf({ recordedPosition: _position, ...row }: StoredEntry): AuditRow {
  return row;
}
