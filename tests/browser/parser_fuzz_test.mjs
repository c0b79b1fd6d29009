// Random bytes of event streams, cut at random places, that rill::sse::parser and independent parsers read: npm
// eventsource-parser, and Chromium for a sample.
//
// RILL_STREAMS is the number of streams (default: 50,000). RILL_CHROMIUM_STREAMS is the number of streams for Chromium
// (default: a hundredth of RILL_STREAMS, at least 1,000). RILL_STREAM_SEED is the seed of the random numbers (default: 1).
//
// The rules by which the results of eventsource-parser are compared:
// - It gets text. TextDecoder decodes the bytes as browsers do, and removes a byte order mark.
// - After a CR at the end of a piece it waits for the next line end. It gets other pieces: a CR at the end of a piece is
//   moved to the next one. A CR at the end of the stream gets an LF, with which it is one line end.
// - An event has only the id of its own fields. The id of an event without data is lost. So only own ids are compared.
// - A retry time may exceed 2^31 - 1 ms, which is the maximum of rill.
//
// Chromium reads a line end immediately after the byte order mark as a part of the next line. The sample has no such
// stream. eventsource-parser and rill read it as an empty line, as the standard requires.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { patience, programOf, within } from './sample_process.mjs';
import { Visit, desktop } from './visit.mjs';

const count = Number(process.env.RILL_STREAMS ?? 50_000);
const seed = Number(process.env.RILL_STREAM_SEED ?? 1);
const batchSize = 5_000;
const sampleSize = Number(process.env.RILL_CHROMIUM_STREAMS ?? Math.max(1_000, count / 100));
const longestRetry = 2 ** 31 - 1;

// Mulberry32: the same streams for the same seed.
function random(state) {
    return (below) => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) % below;
    };
}

const tokens = [
    'data', 'data:', 'data: ', 'data: x', 'id', 'id:', 'id: 7', 'event:', 'event: tick', 'event', 'retry:', 'retry: 12',
    'retry: 99999999999', 'unknown: 1', 'Data: y', ':', ': note', ' ', '  ', '\t', '0', 'é', '€', '😀', '\u2028', '\0', '\v',
    '\n', '\n', '\n', '\r', '\r', '\r\n', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\n\r', 'data: a\n\n', 'id: 8\ndata: b\r\r',
].map((text) => Buffer.from(text));
const malformed = [[0xff], [0x80], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90], [0xe0, 0x80]]
    .map((bytes) => Buffer.from(bytes));
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

function streamOf(r) {
    const parts = Array.from({ length: r(30) }, () => (r(12) === 0 ? malformed[r(malformed.length)] : tokens[r(tokens.length)]));
    for (let marks = r(8) === 0 ? 1 + r(2) : 0; marks > 0; --marks) parts.unshift(mark);
    if (r(20) === 0) parts.splice(r(parts.length + 1), 0, mark);
    return Buffer.concat(parts);
}

function cut(bytes, r) {
    const pieces = [];
    const longest = [1, 3, 20, 1000][r(4)];
    for (let at = 0; at < bytes.length; ) {
        const size = 1 + r(longest);
        pieces.push(bytes.subarray(at, at + size));
        at += size;
    }
    return pieces;
}

// The decoded pieces. No piece but the last one ends with a CR.
function textsOf(pieces) {
    const decoder = new TextDecoder('utf-8');
    const out = [];
    let carried = '';
    for (const piece of pieces) {
        const whole = carried + decoder.decode(piece, { stream: true });
        const text = whole.replace(/\r+$/, '');
        carried = whole.slice(text.length);
        if (text === '') continue;
        out.push(text);
    }
    if (carried !== '') out.push(`${carried}\n`);
    return out;
}

function readByParser(pieces) {
    const events = [];
    const comments = [];
    let retry = null;
    const parser = createParser({
        onEvent: ({ data, event, id }) => events.push({ data, name: event ?? 'message', id }),
        onRetry: (time) => (retry = Math.min(time, longestRetry)),
        onComment: (text) => comments.push(text),
    });
    textsOf(pieces).forEach((text) => parser.feed(text));
    return { events, comments, retry };
}

function comparable({ events, comments, retry }) {
    return { events: events.map(({ data, name, id, own }) => ({ data, name, id: own ? id : undefined })), comments, retry };
}

// Streams for Chromium: none has a line end immediately after the byte order mark.
function sampleOf(r, size) {
    const streams = [];
    while (streams.length < size) {
        const bytes = streamOf(r);
        const lineEnd = bytes.indexOf(mark) === 0 && [0x0a, 0x0d].includes(bytes[mark.length]);
        if (!lineEnd) streams.push(cut(bytes, r));
    }
    return streams;
}

// Serves the streams of a batch to Chromium: /N is stream N, and / is a page to connect from. Chromium opens at most six
// connections to an origin, so the same server listens on several addresses.
class Served {
    streams = [];
    origins = [];
    #servers = [];

    static async start() {
        const served = new Served();
        for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']) {
            const server = createServer((request, response) => served.#respond(request, response));
            server.keepAliveTimeout = patience; // more than the time between two batches
            server.listen(0, address);
            await once(server, 'listening');
            served.#servers.push(server);
            served.origins.push(`http://${address}:${server.address().port}`);
        }
        return served;
    }

    #respond(request, response) {
        if (/^\/\d+$/.test(request.url)) return this.#send(Number(request.url.slice(1)), response);
        const script = request.url === '/reader.js';
        response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
        response.end(script ? `(${reader})();` : '');
    }

    // Node joins the writes of one turn of its event loop. So each piece of every fourth stream gets its own turn, and is a
    // separate write to the socket. For speed, the pieces of the other streams are chunks of one write. Chromium may join
    // pieces that arrive while it is busy. rill's parser gets all pieces separately.
    async #send(index, response) {
        const wait = index % 4 === 0 ? nextTurn : undefined;
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Access-Control-Allow-Origin': '*' });
        for (const piece of this.streams[index]) {
            response.write(piece);
            if (wait) await wait();
        }
        response.end();
    }

    stop() {
        this.#servers.forEach((server) => server.close());
    }
}

// A source has no listener for all events. So this finds each text that can be the name of an event. No text of the
// tokens is the name "error", which is the end of a stream.
function namesOf(pieces) {
    const text = new TextDecoder().decode(Buffer.concat(pieces));
    return [...new Set(['message', ...[...text.matchAll(/event: ?([^\r\n]*)/g)].map(([, name]) => name)])];
}

// Reads streams in a shared worker. Playwright observes each request of a page, but no requests of shared workers. This
// halves the time of a stream.
function reader() {
    const read = (url, names) =>
        new Promise((resolve) => {
            const seen = [];
            const source = new EventSource(url);
            source.onerror = () => {
                source.close();
                resolve(seen);
            };
            for (const name of names) {
                source.addEventListener(name, ({ data, type, lastEventId }) => seen.push([data, type, lastEventId]));
            }
        });
    self.onconnect = ({ ports: [port] }) => {
        port.onmessage = async ({ data: { origins, names } }) => {
            const all = [];
            let next = 0;
            const connection = async (origin) => {
                while (next < names.length) {
                    const i = next++;
                    all[i] = await read(`${origin}/${i}`, names[i]);
                }
            };
            await Promise.all(origins.flatMap((origin) => Array.from({ length: 6 }, () => connection(origin))));
            port.postMessage(JSON.stringify(all));
        };
    };
}

// Completes with [data, name, ID] of each event of each stream. The arguments and the result are JSON: Playwright converts
// a text faster than objects.
async function readByChromium(page, served, streams) {
    served.streams = streams;
    const seen = page.evaluate(
        (text) =>
            new Promise((resolve) => {
                const { port } = new SharedWorker('/reader.js');
                port.onmessage = ({ data }) => resolve(data);
                port.postMessage(JSON.parse(text));
            }),
        JSON.stringify({ origins: served.origins, names: streams.map(namesOf) }),
    );
    return JSON.parse(await within(seen, 'end of a batch in Chromium', 10 * patience));
}

// rill's parser as a child process.
class Rill {
    #child = spawn(programOf('sse_parser_lines'), { stdio: ['pipe', 'pipe', 'inherit'] });
    #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();

    async parse(streams) {
        const number = (n) => {
            const bytes = Buffer.alloc(4);
            bytes.writeUInt32LE(n);
            return bytes;
        };
        const parts = streams.flatMap((pieces) => [number(pieces.length), ...pieces.flatMap((piece) => [number(piece.length), piece])]);
        this.#child.stdin.write(Buffer.concat(parts));
        const results = [];
        for (let i = 0; i < streams.length; ++i) {
            results.push(JSON.parse((await within(this.#lines.next(), 'result of rill')).value));
        }
        return results;
    }

    async stop() {
        this.#child.stdin.end();
        const [code] = await once(this.#child, 'exit');
        assert.equal(code, 0);
    }
}

describe('random event streams', () => {
    let rill;
    before(() => (rill = new Rill()));
    after(() => rill?.stop());

    test(`${count} of them are to rill what they are to eventsource-parser`, { timeout: 3_600_000 }, async (t) => {
        const r = random(seed);
        const total = { streams: 0, events: 0, bytes: 0, differences: 0 };
        let first;
        for (let done = 0; done < count; done += batchSize) {
            const streams = Array.from({ length: Math.min(batchSize, count - done) }, () => cut(streamOf(r), r));
            const seen = await rill.parse(streams);
            streams.forEach((pieces, i) => {
                const expected = readByParser(pieces);
                const result = comparable(seen[i]);
                total.events += result.events.length;
                total.bytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
                try {
                    assert.deepEqual(result, expected);
                } catch (error) {
                    ++total.differences;
                    first ??= `${JSON.stringify(pieces.map((piece) => piece.toString('latin1')))}: ${error.message}`;
                }
            });
            total.streams += streams.length;
        }
        t.diagnostic(`${total.streams} streams, ${total.bytes} bytes, ${total.events} events, ${total.differences} differences (seed ${seed})`);
        assert.ok(total.events > count / 2, 'the streams have events');
        assert.equal(total.differences, 0, first);
    });

    test(`${sampleSize} others are to rill what they are to Chromium`, { timeout: 600_000 + 10 * sampleSize }, async (t) => {
        const r = random(seed + 1);
        const served = await Served.start();
        t.after(() => served.stop());
        const visit = await Visit.to(served.origins[0], desktop);
        t.after(() => visit.leave());
        const total = { streams: 0, bytes: 0, events: 0, differences: 0 };
        let first;
        while (total.streams < sampleSize) {
            const streams = sampleOf(r, Math.min(batchSize, sampleSize - total.streams));
            const expected = await rill.parse(streams);
            const seen = await readByChromium(visit.page, served, streams);
            streams.forEach((pieces, i) => {
                total.events += seen[i].length;
                total.bytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
                try {
                    assert.deepEqual(seen[i], expected[i].events.map(({ data, name, id }) => [data, name, id]));
                } catch (error) {
                    ++total.differences;
                    first ??= `${JSON.stringify(pieces.map((piece) => piece.toString('latin1')))}: ${error.message}`;
                }
            });
            total.streams += streams.length;
        }
        t.diagnostic(`${total.streams} streams, ${total.bytes} bytes, ${total.events} events, ${total.differences} differences (seed ${seed})`);
        assert.ok(total.events > sampleSize / 2, 'the streams have events');
        assert.equal(total.differences, 0, first);
    });
});
