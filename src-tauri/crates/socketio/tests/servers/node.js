// The reference server, with the behaviour that the conformance tests ask for on the command line
// as one JSON object. Prints "listening <port>" when it is ready.
import { createServer as http } from "node:http";
import { createServer as https } from "node:https";
import { readFileSync } from "node:fs";
import { Server } from "socket.io";

const { port = 0, tls, name = "only", cookie, ...options } = JSON.parse(process.argv[2] ?? "{}");
const server = tls
  ? https({ key: readFileSync(tls.key), cert: readFileSync(tls.cert), ALPNProtocols: ["http/1.1"] })
  : http();
const io = new Server(server, options);

// What a load balancer's affinity looks like from the client.
if (cookie) {
  io.engine.on("initial_headers", (headers) => {
    headers["set-cookie"] = `${cookie}=${name}; Path=/; HttpOnly`;
  });
}

function serve(socket) {
  const answer = (event, make) =>
    socket.on(event, (...args) => {
      const ack = args.pop();
      ack(...make(...args));
    });
  answer("echo", (...args) => args);
  answer("nothing", () => []);
  answer("who", () => [name]);
  answer("transport", () => [socket.conn.transport.name]);
  answer("handshake", () => {
    const { headers, query, auth } = socket.handshake;
    return [{ headers, query, auth, request: socket.request.headers }];
  });
  socket.on("later", (number, delay, ack) => setTimeout(ack, delay, number));
  socket.on("ignore", () => {});
  // As fast as the server can, in one go.
  socket.on("flood", (count, ack) => {
    for (let i = 0; i < count; i++) socket.emit("tick", i);
    ack?.();
  });
  socket.on("count", (number) => {
    socket.data.next ??= 0;
    if (number !== socket.data.next) socket.data.outOfOrder = true;
    socket.data.next++;
  });
  answer("counted", () => [socket.data.next ?? 0, socket.data.outOfOrder ?? false]);
  socket.on("bytes", (bytes, ack) => {
    socket.emit("bytes", { nested: [bytes] }, "and", Buffer.from(bytes).reverse());
    ack({ size: bytes.length, bytes });
  });
  socket.on("ask", () => {
    socket.emit("question", "how many?", (...args) => socket.emit("answered", ...args));
  });
  socket.on("bare", () => socket.emit("bare"));
  socket.on("leave me", () => socket.disconnect());
  socket.on("close", () => socket.conn.close());
  socket.on("reset", () => socket.conn.transport.socket._socket.resetAndDestroy());
  socket.on("garbage", (text) => socket.conn.write(text));
  socket.on("drop", () => socket.conn.transport.socket._socket.destroy());
  socket.on("broadcast later", (delay) => setTimeout(() => io.emit("news", "missed?"), delay));
  socket.emit("connected", { socketId: socket.id, recovered: socket.recovered });
}

io.on("connection", serve);
io.of("/admin").on("connection", serve);
io.of("/silent").use(() => {});
io.of("/early")
  .use((socket, next) => {
    for (let i = 0; i < 3; i++) socket.emit("early", i);
    next();
  })
  .on("connection", (socket) => socket.emit("late", 3));
io.of("/closed").use((socket, next) => {
  const error = new Error("not with this token");
  error.data = { code: "EAUTH", token: socket.handshake.auth.token };
  next(error);
});

server.listen(port, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
