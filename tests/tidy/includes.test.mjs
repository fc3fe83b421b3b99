// Who may include whom (ARCHITECTURE.md): rooms see those below them, never above or beside.
import assert from 'node:assert/strict';
import test from 'node:test';
import { files, text } from './sources.mjs';

const low = ['core'];
const transport = [...low, 'runtime', 'http'];
const data = [...transport, 'store', 'contract'];
const engine = [...data, 'events', 'ledger', 'api'];
const allowed = {
  core: [],
  runtime: low,
  http: [...low, 'runtime'],
  store: [...low, 'runtime'],
  contract: [...transport, 'store'],
  events: [...transport, 'store'],
  ledger: [...low, 'store'],
  api: [...data, 'events', 'ledger'],
  telephony: transport,
  carrier: [...transport, 'store', 'telephony'],
  products: [...engine, 'telephony', 'carrier'],
  app: [...engine, 'telephony', 'carrier', 'products'],
  cli: [...engine, 'telephony', 'carrier', 'products', 'app'],
};

/** [including file, included path] of every include of a project header. */
function includes() {
  return files(/^src\/.*\.(h|cpp)$/).flatMap((path) =>
    [...text(path).matchAll(/^#include "([^"]+)"/gm)].map((match) => [path, match[1]]),
  );
}

test('every room is known here', () => {
  const rooms = new Set(files(/^src\/[^/]+\//).map((path) => path.split('/')[1]));
  assert.deepEqual([...rooms].filter((room) => !(room in allowed)), []);
});

test('rooms include only what is below them', () => {
  const wrong = includes().filter(([path, header]) => {
    const room = path.split('/')[1];
    const other = header.split('/')[0];
    return room in allowed && other in allowed && other !== room && !allowed[room].includes(other);
  });
  assert.deepEqual(wrong, []);
});

test('parts of telephony include only what is below them', () => {
  // media carries rtp, call joins sip and media; sdp is text.
  const below = { sdp: [], sip: ['sdp'], rtp: [], media: ['rtp'], call: ['sip', 'sdp', 'rtp', 'media'] };
  const wrong = includes().filter(([path, header]) => {
    const [, room, part] = path.split('/');
    const [otherRoom, otherPart, rest] = header.split('/');
    return room === 'telephony' && otherRoom === 'telephony' && part in below && rest && otherPart !== part &&
      !below[part].includes(otherPart);
  });
  assert.deepEqual(wrong, []);
});

test('products do not include each other', () => {
  // What tests hand to products holds the services of all of them.
  const wrong = includes().filter(([path, header]) => {
    const [, room, product] = path.split('/');
    const [otherRoom, otherProduct] = header.split('/');
    return room === 'products' && otherRoom === 'products' && otherProduct !== product &&
      otherProduct !== 'common' && path !== 'src/products/common/testing.h';
  });
  assert.deepEqual(wrong, []);
});

test('headers stay light: transport and parser libraries are included by sources only', () => {
  const heavy = /#include <(boost\/asio|simdjson|openssl|sqlite3|libpq-fe|yaml-cpp|pugixml)/;
  const wrong = files(/^src\/.*\.h$/).filter((path) => !/_impl\.h$/.test(path) && heavy.test(text(path)));
  assert.deepEqual(wrong, []);
});
