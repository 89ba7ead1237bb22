/** Merges streams of bars, each in order of time, into one; ties keep the order of the streams. Holds one bar of each. */
import type { Bar } from "../../domain/market/events.ts";

export async function* mergeByTime(streams: readonly AsyncGenerator<Bar>[]): AsyncGenerator<Bar> {
  try {
    const heads: (Bar | null)[] = [];
    for (const stream of streams) heads.push(await next(stream));
    for (;;) {
      let first = -1;
      for (let index = 0; index < heads.length; index++) {
        const head = heads[index];
        if (head && (first === -1 || head.openTimeMs < heads[first]!.openTimeMs)) first = index;
      }
      if (first === -1) return;
      yield heads[first]!;
      heads[first] = await next(streams[first]!);
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return(undefined)));
  }
}

async function next(stream: AsyncGenerator<Bar>): Promise<Bar | null> {
  const { value, done } = await stream.next();
  return done ? null : value;
}
