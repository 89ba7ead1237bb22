/**
 * What every directory must do, in one process and in the mesh: run by LocalDirectory and by KvDirectory, so that what
 * the host learned on the first holds on the second.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Directory } from "../../mixins/hosted/directory.ts";

export interface DirectoryUnderTest {
  readonly directory: Directory;
  /** Runs the work while the directory's time passes. */
  settle<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function directorySuite(name: string, open: () => Promise<DirectoryUnderTest>): void {
  describe(`directory semantics: ${name}`, () => {
    let test: DirectoryUnderTest;
    beforeEach(async () => {
      test = await open();
    });
    afterEach(() => test.close());

    const claim = (kind: string, id: string) => test.settle(test.directory.claim(kind, id));

    it("knows no owner of what nobody claimed", () => {
      expect(test.directory.locate("book", "sim:BTC/USDT")).toBeNull();
      expect([...test.directory.leases()]).toEqual([]);
    });

    it("makes the claimant the owner, known at once", async () => {
      const lease = await claim("book", "sim:BTC/USDT");
      expect(lease.node).toBe(test.directory.nodeId);
      expect(test.directory.locate("book", "sim:BTC/USDT")).toMatchObject({ node: lease.node, epoch: lease.epoch });
      expect([...test.directory.leases()]).toMatchObject([{ kind: "book", id: "sim:BTC/USDT", node: lease.node, epoch: lease.epoch }]);
    });

    it("gives a higher epoch with each claim, of one actor and of all", async () => {
      const epochs = [];
      for (const id of ["a", "a", "b", "a", "", "é/ü → 日本 .*>"]) epochs.push((await claim("strategy", id)).epoch);
      for (let at = 1; at < epochs.length; at++) expect(epochs[at]! > epochs[at - 1]!).toBe(true);
      expect(new Set([...test.directory.leases()].map(({ id }) => id))).toEqual(new Set(["a", "b", "", "é/ü → 日本 .*>"]));
    });

    it("keeps the epochs rising across a release", async () => {
      const first = await claim("strategy", "a");
      await test.settle(test.directory.release("strategy", "a", first.epoch));
      expect(test.directory.locate("strategy", "a")).toBeNull();
      expect((await claim("strategy", "a")).epoch > first.epoch).toBe(true);
    });

    it("leaves a lease alone when it is released under another epoch", async () => {
      const first = await claim("strategy", "a");
      const second = await claim("strategy", "a");
      await test.settle(test.directory.release("strategy", "a", first.epoch));
      await test.settle(test.directory.release("strategy", "never claimed", 1n));
      expect(test.directory.locate("strategy", "a")).toMatchObject({ epoch: second.epoch });
    });

    it("does not mix kinds", async () => {
      await claim("book", "x");
      expect(test.directory.locate("connection", "x")).toBeNull();
    });

    it("is valid, and a member of itself that hosts what it is asked for", () => {
      expect(test.directory.valid()).toBe(true);
      expect(test.directory.members().map(({ node }) => node)).toEqual([test.directory.nodeId]);
      expect(test.directory.candidate("strategy", "a")).toBe(test.directory.nodeId);
    });
  });
}
