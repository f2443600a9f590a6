// Engines are optional peers, loaded only when asked for: a missing one must say how to get it.

/** The versions of package.json's peerDependencies, where they are not TensorFlow.js's. */
const versions: Readonly<Record<string, string>> = { webgpu: '^0.6.2' };

/**
 * Runs the import of an optional peer.
 *
 * @throws Error that says what to install when the package is not there; whatever else goes wrong comes with its cause
 */
export async function loadPeer<T>(packageName: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(error, packageName)) {
      const version = versions[packageName] ?? '^4.22.0';
      throw new PeerMissing(
        `useBackend: ${packageName} is not installed; run \`npm install ${packageName}@${version}\``,
        {
          cause: error,
        },
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`useBackend: ${packageName} could not be loaded: ${reason}`, { cause: error });
  }
}

/** A peer that is not installed, other than one that is broken. */
export class PeerMissing extends Error {}

function isMissing(error: unknown, packageName: string): boolean {
  if (!(error instanceof Error) || !error.message.includes(packageName)) return false;
  const code = (error as { code?: unknown }).code;
  // Node by its code; Vite leaves a stub for an optional peer that throws "Could not resolve"; browsers cannot resolve names.
  return (
    code === 'ERR_MODULE_NOT_FOUND' ||
    code === 'MODULE_NOT_FOUND' ||
    /could not resolve|cannot find (module|package)|failed to resolve/i.test(error.message)
  );
}
