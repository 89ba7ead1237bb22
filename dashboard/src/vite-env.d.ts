/** Types of what Vite resolves besides TypeScript: style sheets and asset URLs. */
/// <reference types="vite/client" />
