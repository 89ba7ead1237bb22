/** Seeds must stay what they are: recorded failures, simulated markets and replays are named by them. */
import { describe, expect, it } from "vitest";
import { hash32, seededRandom } from "../../domain/kernel/random.ts";

describe("golden numbers", () => {
  it("of the seed 'dsta'", () => {
    const random = seededRandom("dsta");
    expect(Array.from({ length: 5 }, () => random.next())).toMatchInlineSnapshot(`
      [
        0.7292746040038764,
        0.33928606659173965,
        0.24137455318123102,
        0.547782901674509,
        0.6007398164365441,
      ]
    `);
    expect(Array.from({ length: 5 }, () => random.integer(1, 6))).toMatchInlineSnapshot(`
      [
        2,
        5,
        4,
        4,
        3,
      ]
    `);
    expect([random.normal(), random.exponential(2)]).toMatchInlineSnapshot(`
      [
        -0.0298182618663801,
        0.28061243378120543,
      ]
    `);
  });

  it("of the hash", () => {
    expect(["", "a", "dsta", "é"].map((text) => hash32(text))).toMatchInlineSnapshot(`
      [
        2872998923,
        444641715,
        3337639109,
        3136788073,
      ]
    `);
    expect(hash32("dsta", 1)).not.toBe(hash32("dsta"));
  });
});

describe("uniform and repeatable", () => {
  const COUNT = 20_000;

  it("gives the same sequence for the same seed and another for another", () => {
    const draw = (seed: string): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, () => random.next());
    };
    expect(draw("one")).toEqual(draw("one"));
    expect(draw("one").filter((value, index) => value === draw("two")[index])).toEqual([]);
  });

  it("fills 20 bins evenly (χ² with 19 degrees of freedom below its 99.9 % point)", () => {
    const random = seededRandom("bins");
    const bins = Array.from({ length: 20 }, () => 0);
    for (let draw = 0; draw < COUNT; draw++) bins[Math.floor(random.next() * 20)]!++;
    const expected = COUNT / 20;
    expect(bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(43.8);
  });

  it("includes both ends of an integer range and nothing else", () => {
    const random = seededRandom("dice");
    const seen = new Set(Array.from({ length: 1_000 }, () => random.integer(-2, 2)));
    expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(random.integer(3, 3)).toBe(3);
  });

  it("has the moments of a normal and of an exponential distribution, and is always finite", () => {
    const random = seededRandom("moments");
    const normals = Array.from({ length: COUNT }, () => random.normal());
    const waits = Array.from({ length: COUNT }, () => random.exponential(3));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(normals))).toBeLessThan(0.03);
    expect(Math.abs(mean(normals.map((value) => value * value)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(waits) - 3)).toBeLessThan(0.1);
    expect(waits.every((value) => value >= 0) && normals.every(Number.isFinite)).toBe(true);
  });
});
