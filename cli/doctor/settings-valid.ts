/** Do all settings of the environment parse? */
import { parseSettings } from "../../config/settings.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { fail, ok, type Check } from "./check.ts";

export const settingsValid: Check = {
  name: "settings",
  async run({ env }) {
    try {
      const { desk, host, port } = parseSettings(env);
      return ok(`desk ${desk} on ${host}:${port}`);
    } catch (error) {
      return fail(messageOf(error), "correct or unset the variable");
    }
  },
};
