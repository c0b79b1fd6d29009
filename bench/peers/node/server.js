#!/usr/bin/env node
// A peer for benchmarks: the two endpoints with Node's http module, without packages.
'use strict';

const http = require('node:http');

const headers = {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
};

// Date.now() has a resolution of one millisecond, and performance.now() drifts from it. This function combines both.
let origin = performance.timeOrigin;

function eventNow() {
    const now = Date.now();
    const ahead = origin + performance.now() - now; // from 0 to 1 while the two clocks agree
    const fraction = Math.min(Math.max(ahead, 0), 0.999);
    origin -= ahead - fraction;
    const microseconds = Math.floor(fraction * 1000);
    return `data: ${now}${String(microseconds).padStart(3, '0')}000\n\n`;
}

function ticks(period, response) {
    const send = () => response.write(eventNow());
    send();
    const timer = setInterval(send, period);
    response.on('close', () => clearInterval(timer));
}

const broadcasts = new Map(); // period -> the responses that share its tick

function broadcast(period, response) {
    let streams = broadcasts.get(period);
    if (!streams) {
        broadcasts.set(period, (streams = new Set()));
        let id = Date.now() * 1000;
        setInterval(() => {
            const event = `id: ${id++}\n${eventNow()}`;
            for (const stream of streams) {
                stream.write(event);
            }
        }, period);
    }
    response.flushHeaders();
    streams.add(response);
    response.on('close', () => streams.delete(response));
}

const endpoints = { '/ticks': ticks, '/broadcast': broadcast };

const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const endpoint = Object.hasOwn(endpoints, url.pathname) && endpoints[url.pathname];
    const period = Number(url.searchParams.get('ms') ?? 1000);
    if (!endpoint) {
        response.writeHead(404).end();
    } else if (!(Number.isInteger(period) && period >= 1 && period <= 86_400_000)) {
        response.writeHead(400).end();
    } else {
        response.writeHead(200, headers);
        endpoint(period, response);
    }
});

const [option, port] = process.argv.slice(2);
if (option !== '--port' || !/^\d+$/.test(port ?? '')) {
    console.error('usage: server.js --port PORT');
    process.exit(2);
}
server.maxConnections = Number(process.env.MAX_CONNECTIONS) || undefined;
if (process.env.GRACEFUL) {
    process.once('SIGTERM', () => server.close());
}
server.listen({ host: '127.0.0.1', port: Number(port), backlog: 4096 });
