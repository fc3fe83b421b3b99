// Where a process's resident memory is.
import { readFileSync } from 'node:fs';

/** Kilobytes resident that only this process has (heap, stacks): not its program, nor the database's files
 * that it has mapped, which are the kernel's page cache. */
export function privateKilobytes(pid) {
  let kilobytes = 0;
  let ours = false;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const mapping = line.match(/^[\da-f]+-[\da-f]+ \S+ \S+ \S+ \d+\s*(.*)$/);
    if (mapping) ours = !mapping[1].startsWith('/');
    const resident = line.match(/^Rss:\s+(\d+) kB/);
    if (resident && ours) kilobytes += Number(resident[1]);
  }
  return kilobytes;
}

/** Kilobytes of database pages the platform holds, by its own metrics; they have a limit of their own. */
export async function databaseKilobytes(base) {
  const text = await (await fetch(`${base}/metrics`)).text();
  return Number(text.match(/^tandem_database_cache_bytes (\d+)/m)[1]) / 1024;
}
