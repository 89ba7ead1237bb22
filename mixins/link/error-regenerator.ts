/**
 * Makes errors of other nodes DstaErrors again, for the broker's option `errorRegenerator`: a caller branches on `type`
 * and reads `data` as with an error of its own node. What is not ours is left to Moleculer.
 */
import { Errors } from "moleculer";
import { DstaError } from "../../domain/kernel/errors.ts";

export class ErrorRegenerator extends Errors.Regenerator {
  override restoreCustomError(plain: Errors.PlainMoleculerError): Error {
    if (plain.name !== "DstaError") return super.restoreCustomError(plain, {});
    const { type = "INTERNAL", message = "", code = 500, retryable = false } = plain as Partial<Errors.PlainMoleculerError>;
    const data: unknown = plain.data;
    return new DstaError(type, message, { code, retryable, data: typeof data === "object" && data !== null ? { ...data } : {} });
  }
}
