import { MemoryReminders } from "../../mixins/reminders/memory-reminders.ts";
import { reminderSuite } from "./reminder-suite.ts";

reminderSuite("in memory", () => Promise.resolve({ reminders: new MemoryReminders(), close: () => Promise.resolve() }));
