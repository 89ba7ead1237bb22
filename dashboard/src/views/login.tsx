/** Sign in by name and password. The password goes to the gateway of this origin and nowhere else. */
import { useState } from "preact/hooks";
import { login } from "../state/session.ts";

export function LoginView({ notice }: { notice: string | null }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await login(name, password);
    } catch (error) {
      setProblem(error instanceof TypeError ? "The gateway does not answer." : error instanceof Error ? error.message : String(error));
      setPassword("");
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)} aria-label="Sign in">
        <h1>DSTA</h1>
        <p class="t2">Sign in to the trading floor.</p>
        {notice !== null && problem === null && (
          <p class="notice warn-notice" role="status">
            {notice}
          </p>
        )}
        {problem !== null && (
          <p class="notice" role="alert">
            {problem}
          </p>
        )}
        <label class="field">
          <span>Name</span>
          <input
            class="input"
            name="name"
            autocomplete="username"
            autofocus
            required
            maxLength={64}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Password</span>
          <input
            class="input"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxLength={256}
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <button class="btn primary" type="submit" aria-disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
        <p class="t3">
          Without this page, <code>npx dsta halt</code> halts trading.
        </p>
      </form>
    </main>
  );
}
