/** Entries of the audit log, as shown. One schema a row; see ../views.ts. */
import { z } from "zod";
import { auditEntry } from "../events/system.ts";
import { timeMs } from "../fields.ts";

export const auditRow = z.object({ eventId: z.string(), atMs: timeMs, ...auditEntry.shape });

export type AuditRow = z.infer<typeof auditRow>;
