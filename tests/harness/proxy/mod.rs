//! A proxy on the loopback. It breaks its connections after a number of bytes or packets from the server, or acts as a slow
//! link.

mod link;

pub use link::Link;

use super::database::System;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A listener that runs until the test process ends.
pub struct Proxy {
    port: u16,
    connections: Arc<AtomicUsize>,
    passed: Arc<AtomicI64>,
}

/// What happens to the bytes that the server sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// All connections together receive this many bytes, then all are closed.
    Cut(i64),
    /// All connections together receive this many bytes, then all are reset.
    Reset(i64),
    /// All connections together receive this many whole packets of this system's server, then all are closed.
    Packets(System, i64),
    /// The connection with this number, counted from 0, receives this many bytes and is closed. The others are left alone.
    CutOne(usize, i64),
    /// All connections together receive this many bytes, and then nothing more. They stay open.
    Silence(i64),
    /// Every byte arrives separately.
    Crumbs,
    /// This many bytes arrive at a time, with a pause after each.
    Slow(usize, Duration),
    /// Everything arrives, over a link with a limited rate and a delay.
    Over(Link),
}

impl Fault {
    /// How much all connections together receive, in bytes or packets.
    fn budget(&self) -> i64 {
        match self {
            Self::Cut(budget)
            | Self::Reset(budget)
            | Self::Packets(_, budget)
            | Self::Silence(budget) => *budget,
            Self::CutOne(..) | Self::Crumbs | Self::Slow(..) | Self::Over(_) => i64::MAX,
        }
    }

    /// How many bytes are read at a time.
    fn piece(&self) -> usize {
        match self {
            Self::Crumbs => 1,
            Self::Slow(bytes, _) => *bytes,
            _ => 4096,
        }
    }
}

impl Proxy {
    /// A proxy in front of the server's port.
    pub fn with(server: u16, fault: Fault) -> Self {
        Self::before(vec![server], fault)
    }

    /// A proxy in front of several servers, which get connections in turn.
    pub fn between(servers: Vec<u16>) -> Self {
        Self::before(servers, Fault::Cut(i64::MAX))
    }

    fn before(servers: Vec<u16>, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let [connections, counted] = shared(AtomicUsize::new(0));
        let [passed, added] = shared(AtomicI64::new(0));
        thread::spawn(move || {
            let left = Arc::new(AtomicI64::new(fault.budget()));
            for client in listener.incoming().flatten() {
                let turn = counted.load(Ordering::Relaxed) % servers.len();
                let Ok(upstream) = TcpStream::connect(("127.0.0.1", servers[turn])) else {
                    continue;
                };
                let number = counted.fetch_add(1, Ordering::Relaxed);
                let left = match fault {
                    Fault::CutOne(one, budget) if one == number => Arc::new(AtomicI64::new(budget)),
                    _ => Arc::clone(&left),
                };
                let fault = fault.clone();
                let passed = Arc::clone(&added);
                begin(
                    client,
                    upstream,
                    Budget {
                        fault,
                        left,
                        passed,
                    },
                );
            }
        });
        Self {
            port,
            connections,
            passed,
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many bytes (or packets, if these are counted) all connections together have received so far.
    pub fn passed(&self) -> i64 {
        self.passed.load(Ordering::Relaxed)
    }
}

/// The same counter twice.
fn shared<T>(counter: T) -> [Arc<T>; 2] {
    let counter = Arc::new(counter);
    [Arc::clone(&counter), counter]
}

fn begin(client: TcpStream, upstream: TcpStream, budget: Budget) {
    for end in [&client, &upstream] {
        end.set_nodelay(true).expect("a socket");
    }
    let [client2, upstream2] = [&client, &upstream].map(|end| end.try_clone().expect("a socket"));
    thread::spawn(move || pass(client, upstream, &Budget::endless()));
    thread::spawn(move || match &budget.fault {
        Fault::Over(link) => link.pass(upstream2, client2),
        _ => pass(upstream2, client2, &budget),
    });
}

/// Passes bytes on while the budget lasts, then ends both connections.
fn pass(mut from: TcpStream, mut to: TcpStream, budget: &Budget) {
    let mut piece = vec![0; budget.fault.piece()];
    let mut held = Vec::new();
    while let Ok(read @ 1..) = from.read(&mut piece) {
        held.extend_from_slice(&piece[..read]);
        if !budget.pass(&mut held, &mut to) {
            break;
        }
    }
    if let Fault::Reset(_) = budget.fault {
        // This sends a reset even if others hold the socket, too.
        let _ = rustix::net::connect_unspec(&to);
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// How much the connections may still receive.
struct Budget {
    fault: Fault,
    left: Arc<AtomicI64>,
    passed: Arc<AtomicI64>,
}

impl Budget {
    fn endless() -> Self {
        Self {
            fault: Fault::Cut(i64::MAX),
            left: Arc::new(AtomicI64::new(i64::MAX)),
            passed: Arc::default(),
        }
    }

    /// Passes on what the budget allows. Returns whether the connection continues. What isn't passed on, now or ever, stays in
    /// `held`.
    fn pass(&self, held: &mut Vec<u8>, to: &mut TcpStream) -> bool {
        match &self.fault {
            Fault::Packets(system, _) => {
                while let Some(length) = packet(*system, held) {
                    if self.take(1) == 0 {
                        return false;
                    }
                    if to.write_all(&held[..length]).is_err() {
                        return false;
                    }
                    held.drain(..length);
                }
                true
            }
            fault => {
                let wanted = held.len();
                let allowed = self.take(wanted);
                let written = to.write_all(&held[..allowed]).is_ok();
                held.clear();
                if let Fault::Slow(_, pause) = fault {
                    thread::sleep(*pause);
                }
                written && (allowed == wanted || matches!(fault, Fault::Silence(_)))
            }
        }
    }

    /// Takes this much from the budget, or what is left of it.
    fn take(&self, wanted: usize) -> usize {
        let wanted = i64::try_from(wanted).expect("a small number");
        let allowed = self
            .left
            .fetch_sub(wanted, Ordering::Relaxed)
            .clamp(0, wanted);
        self.passed.fetch_add(allowed, Ordering::Relaxed);
        usize::try_from(allowed).expect("it is not negative")
    }
}

/// The length of the first packet, once all of it has arrived.
fn packet(system: System, bytes: &[u8]) -> Option<usize> {
    let length = match system {
        System::MariaDb => {
            let [low, middle, high] = *bytes.first_chunk()?;
            4 + u32::from_le_bytes([low, middle, high, 0])
        }
        // The answer to a request for TLS is a single byte.
        System::Postgres if bytes == b"N" => 1,
        System::Postgres => 1 + u32::from_be_bytes(*bytes.get(1..)?.first_chunk()?),
        System::Sqlite => return None,
    };
    let length = usize::try_from(length).expect("a usize has at least 32 bits");
    (bytes.len() >= length).then_some(length)
}
