// A server of Redis as a child process, with an empty directory of its own.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stablePort, within } from './sample_process.mjs';

// The reason to skip tests that need Redis.
export const skipRedis = spawnSync('redis-server', ['--version']).status === 0 ? false : 'SKIPPED: redis-server is not installed';

export class Redis {
    #dir;
    #child;
    #exited;
    store; // for the option --store of a sample

    // Starts the server, and completes when it accepts connections.
    static async start() {
        const redis = new Redis();
        const port = await stablePort();
        redis.store = `redis://127.0.0.1:${port}`;
        redis.#dir = await mkdtemp(join(tmpdir(), 'rill-redis-'));
        const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', redis.#dir, '--appendonly', 'no', '--save', ''];
        const stdio = ['ignore', 'pipe', 'inherit'];
        redis.#child = spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', ...options], { stdio });
        redis.#exited = once(redis.#child, 'exit');
        const ended = redis.#exited.then(() => {
            throw new Error('redis-server has ended');
        });
        ended.catch(() => {});
        try {
            await within(Promise.race([redis.#isReady(), ended]), 'Redis that listens');
        } catch (error) {
            await redis.stop();
            throw error;
        }
        return redis;
    }

    #isReady() {
        return new Promise((resolve) => {
            let output = '';
            this.#child.stdout.setEncoding('utf8').on('data', (text) => {
                output += text;
                if (output.includes('Ready to accept connections')) {
                    resolve();
                }
            });
        });
    }

    async stop() {
        this.#child.kill('SIGKILL');
        await within(this.#exited, 'end of redis-server');
        await rm(this.#dir, { recursive: true, force: true });
    }
}
