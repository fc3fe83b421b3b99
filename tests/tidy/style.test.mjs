// House rules that a machine can check. Sizes are advice and only listed; the rest must hold.
import assert from 'node:assert/strict';
import test from 'node:test';
import { code, files, text } from './sources.mjs';

const maxFileLines = 400;
const maxFunctionLines = 70;
const sources = files(/^(src|examples|bench|tools)\/.*\.(h|cpp)$/);

/** Functions of blanked C++ text as [line, lines]: a block whose head has parameters. */
function functions(text) {
  const found = [];
  const open = [];  // for each open brace: the line of the function that it begins, or 0
  let head = '';
  let headLine = 1;
  let line = 1;
  for (const c of text) {
    if (c === '\n') line += 1;
    if (head.trim() === '') headLine = line;
    if (c === '{') {
      const inside = open.some((start) => start > 0);
      const names = /\([^]*\)/.test(head) && !/^\s*(namespace|class|struct|enum|union|extern)\b/.test(head) && !/=\s*$/.test(head);
      open.push(!inside && names ? headLine : 0);
      head = '';
    } else if (c === '}') {
      const start = open.pop();
      if (start > 0) found.push([start, line - start + 1]);
      head = '';
    } else if (c === ';') {
      head = '';
    } else {
      head += c;
    }
  }
  return found;
}

test('functions are found however they are written', () => {
  const text = [
    'namespace a {', 'struct S {', '  S() : x(1) {}', '  int f() const {', '    if (x) { return 1; }', '    return 2;', '  }', '  int x = 0;', '};',
    'Result<int> g(int one,', '              int two)', '{', '  return [&] { return one; }();', '}', 'constexpr int kTable[] = {1, 2};', '}',
  ].join('\n');
  assert.deepEqual(functions(text), [[3, 1], [4, 4], [10, 5]]);
});

test('sizes (advice)', (t) => {
  for (const path of sources) {
    const lines = text(path).split('\n').length;
    if (lines > maxFileLines && !/_test\.cpp$/.test(path)) t.diagnostic(`${path}: ${lines} lines`);
    for (const [line, length] of functions(code(path))) {
      if (length > maxFunctionLines) t.diagnostic(`${path}:${line}: function of ${length} lines`);
    }
  }
});

/** Lines of blanked C++ text on which a wait has a form that g++ 12 miscompiles. */
function badAwaits(text) {
  // Braces, capturing lambdas or ?: inside the arguments of an awaited call, or an await inside ?:.
  const wrong = [];
  let line = 1;
  for (const statement of text.split(/(?<=[;}])/)) {
    const awaited = statement.match(/co_await\s+([^]*)$/);
    if (awaited && (/[({,]\s*\{|\w\{|\[[^\]]+\]\s*\(|\?/.test(awaited[1]) || /\?[^]*co_await/.test(statement))) {
      wrong.push(line + statement.slice(0, awaited.index).split('\n').length - 1);
    }
    line += statement.split('\n').length - 1;
  }
  return wrong;
}

test('bad forms of co_await are told from good ones', () => {
  for (const bad of ['co_await f(Agg{1, 2});', 'co_await f({1, 2});', 'co_await f(\n    [x](int y) { return x + y; });',
    'auto v = c ? co_await a() : co_await b();', 'co_await f(c ? a : b);']) {
    assert.deepEqual(badAwaits(bad), [1], bad);
  }
  for (const good of ['co_await f(a, std::move(b));', 'auto v = co_await f();\nif (v) { g(); }', 'x = y ? 1 : 2; co_await f(x);']) {
    assert.deepEqual(badAwaits(good), [], good);
  }
});

test('no form of co_await that g++ 12 miscompiles', () => {
  const wrong = sources.flatMap((path) => badAwaits(code(path)).map((line) => `${path}:${line}`));
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
