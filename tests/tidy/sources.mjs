// The project's own files, as the tidy tests look at them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);

/** Paths of tracked (and not ignored) files that `pattern` matches. */
export function files(pattern) {
  return tracked.filter((path) => pattern.test(path));
}

export function text(path) {
  return readFileSync(path, 'utf8');
}

/** C++ with comments and literals blanked out, line numbers kept. */
export function code(path) {
  const blank = (match) => match.replace(/[^\n]/g, ' ');
  return text(path)
    .replace(/R"(\w*)\([\s\S]*?\)\1"/g, blank)
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g, blank);
}
