// House rules that a machine can check. Sizes are advice and only listed; the rest must hold.
import assert from 'node:assert/strict';
import test from 'node:test';
import { code, files, text } from './sources.mjs';

const maxFileLines = 400;
const maxFunctionLines = 70;
const sources = files(/^src\/.*\.(h|cpp)$/);

/** Lengths of blocks that open at the start of a definition, as [path, line, lines]. */
function functions(path) {
  const lines = code(path).split('\n');
  const found = [];
  let open = -1;
  lines.forEach((line, i) => {
    if (open < 0 && /^\S.*\)\s*(const)?\s*(noexcept)?\s*(override)?\s*\{$/.test(line)) open = i;
    if (open >= 0 && /^\}/.test(line)) {
      found.push([path, open + 1, i - open + 1]);
      open = -1;
    }
  });
  return found;
}

test('sizes (advice)', (t) => {
  for (const path of sources) {
    const lines = text(path).split('\n').length;
    if (lines > maxFileLines && !/_test\.cpp$/.test(path)) t.diagnostic(`${path}: ${lines} lines`);
    for (const [, line, length] of functions(path)) {
      if (length > maxFunctionLines) t.diagnostic(`${path}:${line}: function of ${length} lines`);
    }
  }
});

test('no form of co_await that g++ 12 miscompiles', () => {
  // Braces, capturing lambdas or ?: inside the arguments of an awaited call, or an await inside ?:.
  const wrong = [];
  for (const path of sources) {
    const lines = code(path).split('\n');
    lines.forEach((line, i) => {
      const awaited = line.match(/co_await\s+(.*)$/);
      if (awaited && (/[({,]\s*\{|\w\{|\[[^\]]+\]\s*\(|\?/.test(awaited[1]) || /\?.*co_await/.test(line))) {
        wrong.push(`${path}:${i + 1}`);
      }
    });
  }
  assert.deepEqual(wrong, []);
});

test('nothing unfinished is left in the code', () => {
  const wrong = files(/^(src|tools|console|tests|examples|bench)\/.*\.(h|cpp|mjs|ts|tsx|sh)$/)
    .filter((path) => !path.startsWith('tests/tidy/'))
    .filter((path) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text(path)));
  assert.deepEqual(wrong, []);
});

test('headers are guarded once', () => {
  const wrong = [];
  for (const path of sources) {
    if (path.endsWith('.h') && !/^#pragma once$/m.test(text(path))) wrong.push(path);
  }
  assert.deepEqual(wrong, []);
});
