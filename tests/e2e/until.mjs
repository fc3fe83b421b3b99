// For what a workflow of the server does soon and tells nobody: reads until it is so.

/** The first thing `read` gives that `holds`; fails with `what` when there is none in time. */
export async function until(read, holds, what = 'it', timeoutMs = 10_000) {
  const deadline = Date.now() + timeoutMs;
  let seen;
  while (Date.now() < deadline) {
    seen = await read();
    if (holds(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what} never came true; last seen: ${JSON.stringify(seen)}`);
}

/** The document that `read` gives, once its status is `status`. */
export const untilStatus = async (read, status) =>
  (await until(read, (answer) => (answer.data ?? answer).status === status, `status ${status}`)).data;
