/** The part of autocannon that the benches use; the package has no types of its own. */
declare module "autocannon" {
  interface Options {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly connections?: number;
    /** Seconds. */
    readonly duration?: number;
    /** Threads that make the load. */
    readonly workers?: number;
  }
  interface Result {
    readonly requests: { readonly total: number };
    /** Seconds. */
    readonly duration: number;
    readonly errors: number;
    readonly non2xx: number;
  }
  export default function autocannon(options: Options): Promise<Result>;
}
