// A PostgreSQL for one test, in a directory of its own and without a network port.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const programs = '/usr/lib/postgresql/15/bin';

/** PostgreSQL refuses to run as root: its own user runs it then. */
function owner() {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export class Postgres {
  static async start() {
    const postgres = new Postgres();
    postgres.directory = mkdtempSync(join(tmpdir(), 'tandem-pg-'));
    const user = owner();
    if (user.uid) chownSync(postgres.directory, user.uid, user.gid);
    const data = join(postgres.directory, 'data');
    execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'tandem', '-A', 'trust', '-E', 'UTF8',
      '--locale=C', '--no-sync'], { ...user, cwd: '/', stdio: 'ignore' });
    postgres.process = spawn(join(programs, 'postgres'), ['-D', data, '-k', postgres.directory,
      '-c', 'listen_addresses=', '-c', 'fsync=off'], { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
    await postgres.listening();
    postgres.client = new pg.Client(postgres.settings());
    await postgres.client.connect();
    return postgres;
  }

  listening() {
    return new Promise((resolve, reject) => {
      let log = '';
      this.process.stderr.on('data', (chunk) => {
        log += chunk;
        if (log.includes('ready to accept connections')) resolve();
      });
      this.process.once('exit', () => reject(new Error(`PostgreSQL does not start:\n${log}`)));
    });
  }

  settings(database = 'postgres') {
    return { host: this.directory, user: 'tandem', database };
  }

  /** A new database; gives what environment a program needs to find it. */
  async database(name) {
    await this.client.query(`CREATE DATABASE ${name}`);
    return { DB_HOST: this.directory, DB_NAME: name, DB_USER: 'tandem', DB_PASSWORD: 'unused' };
  }

  async stop() {
    await this.client?.end();
    const ended = once(this.process, 'exit');
    this.process.kill('SIGINT');
    await ended;
    rmSync(this.directory, { recursive: true, force: true });
  }
}
