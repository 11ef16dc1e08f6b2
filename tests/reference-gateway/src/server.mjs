import http from 'node:http';
import readline from 'node:readline';
import { Server } from 'socket.io';
import { captionOf, captionStatus } from './captions.mjs';
import { serve } from './handlers.mjs';
import { Media } from './media.mjs';
import { parseOptions } from './options.mjs';
import { recognise } from './recognition.mjs';
import { Rooms } from './rooms.mjs';
import { Speech } from './speech.mjs';

const exitViolation = 70;

const options = parseOptions(process.argv.slice(2));
const report = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const media = new Media(options);
await media.start();
const rooms = new Rooms(media);
const speech = new Speech(options);

const stats = () => {
  const workers = media.living().map(({ index, worker, roomCount }) => ({
    index,
    pid: worker.pid,
    roomCount,
    routerCount: roomCount,
  }));
  return {
    workers: { totalWorkers: workers.length, workers },
    rooms: rooms.report(),
    audioStreaming: speech.report(),
  };
};

const metrics = () => {
  const gauges = [
    ['gateway_workers_total', 'Total number of MediaSoup workers', media.living().length],
    ['gateway_rooms_total', 'Total number of active rooms', rooms.rooms.size],
    ['gateway_audio_streams_total', 'Total number of active audio streams', speech.streams.size],
  ];
  return gauges
    .map(([name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}`)
    .join('\n\n');
};

const server = http.createServer((request, response) => {
  const json = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/health') {
    const timestamp = new Date().toISOString();
    json(200, { status: 'healthy', timestamp, uptime: process.uptime(), ...stats() });
  } else if (pathname === '/stats') {
    json(200, stats());
  } else if (pathname === '/metrics') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(metrics());
  } else {
    json(404, { error: 'Not Found', message: 'Endpoint không tồn tại' });
  }
});

const io = new Server(server, {
  cors: {
    origin: [
      'https://jbcalling.site',
      'https://www.jbcalling.site',
      ...options.allowOrigins,
    ],
    credentials: true,
  },
  pingInterval: options.pingInterval,
  pingTimeout: options.pingTimeout,
  maxHttpBufferSize: 1_000_000,
  transports: ['websocket', 'polling'],
});

let stopping = false;
const finish = (code) => {
  media.close();
  process.exit(code);
};

const requests = {};
const gateway = {
  options,
  io,
  rooms,
  media,
  speech,
  report,
  count(name) {
    requests[name] = (requests[name] ?? 0) + 1;
  },
  // What a client of this gateway must not do, but survives.
  offence(request, what) {
    report({ event: 'offence', request, what });
  },
  // What stops the production gateway for everybody.
  violation(request, what) {
    report({ event: 'violation', request, what });
    console.error(`VIOLATION: ${request}: ${what}; production would have shut down`);
    if (options.onViolation !== 'drain') finish(exitViolation);
    stopping = true;
    server.close();
    exitWhenEmpty();
  },
};

const exitWhenEmpty = () => {
  if (stopping && io.engine.clientsCount === 0) finish(exitViolation);
};
io.engine.on('connection', (client) => client.on('close', () => setImmediate(exitWhenEmpty)));

speech.hear = (participantId, utterance) =>
  recognise(gateway, participantId, utterance).catch((error) =>
    report({ event: 'recognition-failed', error: error.message }),
  );

io.on('connection', (socket) => serve(gateway, socket));

const commands = {
  set: (values) => Object.assign(options, values),
  caption: (data) => captionOf(gateway, data),
  captionStatus: (data) => captionStatus(gateway, data),
  killWorkers: () => media.killWorkers(),
  stats: () => report({ event: 'stats', requests, ...stats() }),
};
const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => {
  if (!line.trim()) return;
  try {
    for (const [name, value] of Object.entries(JSON.parse(line))) commands[name](value);
  } catch (error) {
    report({ event: 'bad-command', error: error.message });
  }
});
input.on('close', () => {
  if (options.exitWithStdin) finish(0);
});

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => finish(0));

server.on('error', (error) => {
  console.error(`cannot listen: ${error.message}`);
  finish(1);
});
server.listen(options.port, options.host, () => {
  const { port } = server.address();
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  report({ event: 'ready', url: `http://${host}:${port}`, port, pid: process.pid });
});
