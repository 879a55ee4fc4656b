/** Tells the views of this page when one of them has made, changed or deleted a job. */

const listeners = new Set<() => void>();

export function announceJobs(): void {
  listeners.forEach(one => one());
}

/** Call a function at each change of a job, until the function given back is called. */
export function onJobs(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
