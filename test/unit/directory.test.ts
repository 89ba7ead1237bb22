/** The two directories against the same suite, and what only a mesh can show: other nodes that live, die and pause. */
import { describe, expect, it } from "vitest";
import { LocalDirectory } from "../../mixins/hosted/directory.ts";
import { DirectoryMesh, type MeshNode } from "../simulation/mesh/directory-mesh.ts";
import { directorySuite } from "./directory-suite.ts";

directorySuite("one process", () =>
  Promise.resolve({ directory: new LocalDirectory({ nodeId: "n1" }), settle: (work) => work, close: () => Promise.resolve() }),
);

directorySuite("key-value", async () => {
  const mesh = new DirectoryMesh();
  const { directory } = await mesh.start("n1");
  return { directory, settle: (work) => mesh.settle(work), close: () => mesh.settle(directory.close()) };
});

directorySuite("key-value with latency", async () => {
  const mesh = new DirectoryMesh({ latencyMs: () => 3 });
  const { directory } = await mesh.start("n1");
  return { directory, settle: (work) => mesh.settle(work), close: () => mesh.settle(directory.close()) };
});

async function meshOf(...names: string[]): Promise<{ mesh: DirectoryMesh; nodes: MeshNode[] }> {
  const mesh = new DirectoryMesh();
  const nodes: MeshNode[] = [];
  for (const name of names) nodes.push(await mesh.start(name));
  await mesh.pass(50);
  return { mesh, nodes };
}

const types = (node: MeshNode) => node.changes.map(({ type }) => type).filter((type) => type !== "members");
const left = (node: MeshNode) => node.changes.flatMap((change) => (change.type === "members" ? change.left : []));
const names = (node: MeshNode) => node.directory.members().map(({ node: name }) => name);
const error = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (reason: unknown) => reason as { type: string; data: unknown },
  );

describe("a mesh of directories", () => {
  it("shows every node to every node", async () => {
    const { nodes } = await meshOf("a", "b", "c");
    for (const node of nodes) expect(names(node)).toEqual(["a", "b", "c"]);
    for (let id = 0; id < 50; id++) {
      const candidates = new Set(nodes.map((node) => node.directory.candidate("strategy", `s${id}`)));
      expect(candidates.size).toBe(1);
    }
    expect(nodes[0]!.directory.candidate("unknown", "x")).toBeNull();
  });

  it("refuses a claim of what a living node holds, and names it", async () => {
    const { mesh, nodes } = await meshOf("a", "b");
    await mesh.settle(nodes[0]!.directory.claim("strategy", "s"));
    expect(await mesh.settle(error(nodes[1]!.directory.claim("strategy", "s")))).toMatchObject({
      type: "WRONG_OWNER",
      retryable: true,
      data: { node: "a" },
    });
    expect(nodes[1]!.directory.locate("strategy", "s")).toMatchObject({ node: "a" });
  });

  it("gives raced keys to one node each", async () => {
    const { mesh, nodes } = await meshOf("a", "b", "c");
    const races = Array.from({ length: 100 }, (_, id) => nodes.map((node) => error(node.directory.claim("strategy", `s${id}`))));
    for (const race of races) {
      const outcomes = await mesh.settle(Promise.all(race));
      expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(1);
    }
  });

  it("frees what a killed node held within about an expiry, by fencing it", async () => {
    const { mesh, nodes } = await meshOf("a", "b", "c");
    const first = await mesh.settle(nodes[0]!.directory.claim("strategy", "s"));
    mesh.kill(nodes[0]!);
    const tookMs = await mesh.until(() => left(nodes[1]!).includes("a") && left(nodes[2]!).includes("a"));
    expect(tookMs).toBeGreaterThanOrEqual(400);
    expect(tookMs).toBeLessThanOrEqual(820);
    expect(nodes[1]!.directory.locate("strategy", "s")).toBeNull();
    expect([...nodes[1]!.directory.leases()]).toMatchObject([{ id: "s", node: null }]);
    expect(names(nodes[1]!)).toEqual(["b", "c"]);
    const second = await mesh.settle(nodes[1]!.directory.claim("strategy", "s"));
    expect(second.epoch > first.epoch).toBe(true);
  });

  it("frees everything at once when a node leaves in order", async () => {
    const { mesh, nodes } = await meshOf("a", "b");
    await mesh.settle(nodes[0]!.directory.claim("strategy", "s"));
    await mesh.settle(nodes[0]!.directory.close());
    await mesh.pass(5);
    expect(left(nodes[1]!)).toEqual(["a"]);
    expect((await mesh.settle(nodes[1]!.directory.claim("strategy", "s"))).node).toBe("b");
    expect(types(nodes[0]!)).toEqual([]);
  });

  it("lets a paused node act no more before anybody else may", async () => {
    const { mesh, nodes } = await meshOf("a", "b");
    await mesh.settle(nodes[0]!.directory.claim("strategy", "s"));
    mesh.freeze(nodes[0]!);
    while (!left(nodes[1]!).includes("a")) {
      await mesh.pass(5);
      // A frozen process evaluates nothing; what it would find on waking now is what counts.
      if (left(nodes[1]!).includes("a")) expect(nodes[0]!.directory.valid()).toBe(false);
    }
    await mesh.pass(5_000);
    mesh.thaw(nodes[0]!);
    expect(nodes[0]!.directory.valid()).toBe(false);
    await mesh.until(() => types(nodes[0]!).includes("regained"));
    expect(types(nodes[0]!)).toEqual(["lost", "regained"]);
    expect(nodes[0]!.directory.locate("strategy", "s")).toBeNull();
    expect(types(nodes[1]!)).toEqual([]);
  });

  it("accuses nobody after its own pause", async () => {
    const { mesh, nodes } = await meshOf("a", "b", "c");
    mesh.freeze(nodes[0]!);
    await mesh.pass(400);
    mesh.thaw(nodes[0]!);
    await mesh.pass(3_000);
    for (const node of nodes) expect([types(node), left(node)]).toEqual([[], []]);
  });

  it("moves nothing while it is draining, and takes nothing new", async () => {
    const { mesh, nodes } = await meshOf("a", "b");
    await mesh.settle(nodes[0]!.directory.setDraining(true));
    await mesh.pass(5);
    for (let id = 0; id < 20; id++) expect(nodes[1]!.directory.candidate("strategy", `${id}`)).toBe("b");
    expect(nodes[1]!.directory.members().find(({ node }) => node === "a")).toMatchObject({ draining: true });
    await mesh.settle(nodes[0]!.directory.setDraining(false));
    await mesh.pass(5);
    expect(nodes[1]!.directory.members().find(({ node }) => node === "a")).toMatchObject({ draining: false });
  });
});

describe("what a node cannot know", () => {
  it("does not take a holder it never heard of for dead: it asks", async () => {
    const { mesh, nodes } = await meshOf("a", "b");
    nodes[1]!.sessions.blindfold();
    const late = await mesh.start("c");
    await mesh.settle(late.directory.claim("strategy", "s"));
    expect(nodes[1]!.directory.members().map(({ node }) => node)).toEqual(["a", "b"]);
    expect(await mesh.settle(error(nodes[1]!.directory.claim("strategy", "s")))).toMatchObject({
      type: "WRONG_OWNER",
      data: { node: "c" },
    });
  });

  it.each(["leases", "sessions"] as const)("enters new %s only when nobody acts by the lost ones any more", async (bucket) => {
    const { mesh, nodes } = await meshOf("a", "b");
    const [a, b] = nodes;
    await mesh.settle(a!.directory.claim("strategy", "s"));
    await mesh.pass(190);
    // The last thing that reaches the store from a: it acts on it as long as it may.
    await mesh.until(() => a!.directory.valid());
    mesh[bucket].lose();
    for (const handle of [a!.sessions, a!.leases]) handle.loseRequests(1_000);
    await mesh.until(() => types(b!).includes("regained"));
    expect(a!.directory.valid()).toBe(false);
    expect((await mesh.settle(b!.directory.claim("strategy", "s"))).node).toBe("b");
  });
});

describe("names of nodes", () => {
  it("are refused while their session beats", async () => {
    const { mesh } = await meshOf("a");
    const second = mesh.begin("a", ["strategy"], "another process");
    expect(await mesh.settle(error(second.started))).toMatchObject({ type: "NODE_NAME_TAKEN" });
  });

  it("are taken over from the dead, whose leases are free", async () => {
    const { mesh, nodes } = await meshOf("a", "b");
    const first = await mesh.settle(nodes[0]!.directory.claim("strategy", "s"));
    mesh.kill(nodes[0]!);
    const again = await mesh.start("a");
    expect(left(nodes[1]!)).toContain("a");
    expect((await mesh.settle(again.directory.claim("strategy", "s"))).epoch > first.epoch).toBe(true);
  });
});
