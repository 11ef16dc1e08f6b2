//! The client against real servers: Node's socket.io, python-socketio under uvicorn, socketioxide,
//! alone and behind nginx; and against scripted peers for what no real server does on request.

mod common_ground;
mod comparison;
mod disconnects;
mod fuzzing;
mod many;
mod node;
mod oxide;
mod peer;
mod proxies;
mod python;
mod reconnecting;
mod scripted;
mod servers;
mod stickiness;
mod tls;
