/**
 * Waits until something is so.
 *
 * @param state for the message
 * @throws after a minute: on a busy machine, what takes ms takes seconds
 */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  state: () => string = () => "it did not happen",
): Promise<void> {
  for (const start = performance.now(); !(await isSo()); ) {
    if (performance.now() - start > 60_000) throw new Error(`${state()} within a minute`);
    await Bun.sleep(10);
  }
}
