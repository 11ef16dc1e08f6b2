import { parseArgs } from 'node:util';

const usage = `Reference gateway: the call gateway's protocol on Socket.IO and mediasoup.

  --host IP              address of the signalling port (127.0.0.1)
  --port N               signalling port, 0 picks a free one (0)
  --listen LIST          media addresses, comma separated: ip or ip@announced (127.0.0.1)
  --media-ports MIN-MAX  media port range (any free port)
  --no-udp, --no-tcp     leave out the UDP or the TCP candidates
  --workers N            media workers (1; production has 2)
  --ping-interval MS     (10000)
  --ping-timeout MS      (20000)
  --allow-origin LIST    origins allowed besides the site's own, comma separated
  --speech-delay MS      how long the speech service takes to answer (30)
  --tap-fails            the audio tap cannot be set up: produce fails, the producer lives
  --ignore-resume        resume-consumer is confirmed and does nothing
  --translation KIND     vinai (translation events carry no text) or nllb (vinai)
  --on-violation WHAT    exit: print it and exit with 70 at once;
                         drain: as production does, refuse new connections and serve the
                         old ones until the last is gone, then exit with 70 (exit)
  --exit-with-stdin      exit when standard input closes

Prints JSON lines: {"event":"ready",…} first, then offences and violations of clients.
Reads JSON lines: {"set":{"speechDelay":15000,"tapFails":true}},
{"caption":{"room","name","text","language"}}, {"captionStatus":{"room","error"}},
{"killWorkers":true}, {"stats":true}.`;

const number = (name, value, minimum = 0) => {
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < minimum) {
    throw new Error(`--${name} wants a whole number of at least ${minimum}, got '${value}'`);
  }
  return parsed;
};

export function parseOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: 'boolean', short: 'h' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '0' },
      listen: { type: 'string', default: '127.0.0.1' },
      'media-ports': { type: 'string' },
      'no-udp': { type: 'boolean', default: false },
      'no-tcp': { type: 'boolean', default: false },
      workers: { type: 'string', default: '1' },
      'ping-interval': { type: 'string', default: '10000' },
      'ping-timeout': { type: 'string', default: '20000' },
      'allow-origin': { type: 'string', default: '' },
      'speech-delay': { type: 'string', default: '30' },
      'tap-fails': { type: 'boolean', default: false },
      'ignore-resume': { type: 'boolean', default: false },
      translation: { type: 'string', default: 'vinai' },
      'on-violation': { type: 'string', default: 'exit' },
      'exit-with-stdin': { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const listen = values.listen.split(',').map((item) => {
    const [ip, announced] = item.trim().split('@');
    return { ip, announced };
  });
  let mediaPorts;
  if (values['media-ports']) {
    const [min, max] = values['media-ports'].split('-').map((v) => number('media-ports', v, 1));
    if (!(max >= min)) throw new Error('--media-ports wants MIN-MAX');
    mediaPorts = { min, max };
  }
  return {
    host: values.host,
    port: number('port', values.port),
    listen,
    mediaPorts,
    udp: !values['no-udp'],
    tcp: !values['no-tcp'],
    workers: number('workers', values.workers, 1),
    pingInterval: number('ping-interval', values['ping-interval'], 1),
    pingTimeout: number('ping-timeout', values['ping-timeout'], 1),
    allowOrigins: values['allow-origin'].split(',').filter(Boolean),
    speechDelay: number('speech-delay', values['speech-delay']),
    tapFails: values['tap-fails'],
    ignoreResume: values['ignore-resume'],
    translation: values.translation,
    onViolation: values['on-violation'],
    exitWithStdin: values['exit-with-stdin'],
  };
}
