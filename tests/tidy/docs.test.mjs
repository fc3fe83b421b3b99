// The documentation leads somewhere, and every page of it can be found.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { files, text } from './sources.mjs';

/** [page, target] of every link to a file. */
function links() {
  return files(/^[^/]*\.md$|^(docs|examples)\/.*\.md$/).flatMap((page) =>
    [...text(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .filter(([, target]) => !/^[a-z]+:/.test(target))
      .map(([, target]) => [page, join(dirname(page), target)]));
}

test('every link leads to a file', () => {
  assert.deepEqual(links().filter(([, target]) => !existsSync(target)), []);
});

test('every page is listed in docs/README.md', () => {
  const listed = new Set(links().filter(([page]) => page === 'docs/README.md').map(([, target]) => target));
  assert.deepEqual(files(/^docs\/.*\.md$/).filter((page) => page !== 'docs/README.md' && !listed.has(page)), []);
});

test('every make target is described in the Makefile and every named one exists', () => {
  const makefile = text('Makefile');
  const targets = new Set([...makefile.matchAll(/^([a-z0-9-]+):.*##/gm)].map(([, name]) => name));
  const phony = makefile.match(/^\.PHONY: (.*)$/m)[1].split(' ');
  assert.deepEqual(phony.filter((name) => !targets.has(name)), []);
  const named = files(/\.md$/).flatMap((page) => [...text(page).matchAll(/`?make ([a-z][a-z-]+)`/g)].map(([, name]) => name));
  assert.deepEqual(named.filter((name) => !targets.has(name)), []);
});
