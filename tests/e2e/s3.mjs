// Requests to the object store, signed as Amazon's are (AWS Signature Version 4).
import { createHash, createHmac } from 'node:crypto';
import { apiKey } from './tandem.mjs';

const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export class S3 {
  constructor(tandem, key = apiKey, secret = key) {
    Object.assign(this, { tandem, key, secret });
  }

  /** A signed request: { status, headers, text, bytes }. `key` is a path below the bucket, not encoded. */
  async request(method, bucket, key, { query = {}, body = '', headers = {}, date = new Date(), hash, tamper } = {}) {
    const path = `/${[bucket, ...(key === undefined ? [] : key.split('/'))].filter((part) => part !== undefined).map(encode).join('/')}`;
    const search = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');
    const time = date.toISOString().replace(/[-:]|\.\d+/g, '');
    const signed = { ...headers, host: new URL(this.tandem.origin).host, 'x-amz-date': time, 'x-amz-content-sha256': hash ?? sha256(body) };
    const names = Object.keys(signed).map((name) => name.toLowerCase()).sort();
    const canonical = [method, path, search, ...names.map((name) => `${name}:${signed[Object.keys(signed).find((n) => n.toLowerCase() === name)]}`), '',
      names.join(';'), signed['x-amz-content-sha256']].join('\n');
    const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const signing = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${this.secret}`, time.slice(0, 8)));
    const signature = hmac(signing, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
    delete signed.host;
    const answer = await fetch(`${this.tandem.origin}${path}${search && `?${search}`}`, {
      method, body: method === 'GET' || method === 'HEAD' ? undefined : tamper ?? body,
      headers: { ...signed, authorization: `AWS4-HMAC-SHA256 Credential=${this.key}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}` } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, bytes, text: bytes.toString() };
  }
}

/** What stands in elements of a name. */
export const elements = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((match) => match[1]);
