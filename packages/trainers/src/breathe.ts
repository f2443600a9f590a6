// Lets timers, signals and a page's events in between two steps: an engine that computes at once never would.

/** Resolves in a new turn of the event loop. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    // In a page setTimeout waits 4 ms once nested; a message does not.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
