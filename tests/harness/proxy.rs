//! A proxy on the loopback that fails its connections after so many bytes from the server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Listens until the test process ends.
pub struct Proxy {
    port: u16,
    connections: Arc<AtomicUsize>,
}

/// What happens to the bytes from the server.
#[derive(Debug, Clone)]
pub enum Fault {
    /// All connections together get so many bytes, then all are closed.
    Cut(i64),
    /// The connection of this number, from 0, gets so many bytes and is closed; the others are whole.
    CutOne(usize, i64),
    /// All connections together get so many bytes, and then nothing more: they stay open.
    Silence(i64),
    /// Each byte comes by itself.
    Crumbs,
    /// So many bytes at a time, and a pause after each.
    Slow(usize, Duration),
}

impl Proxy {
    /// Before the server's port. All connections together get `budget` bytes from it.
    pub fn cutting(server: u16, budget: i64) -> Self {
        Self::with(server, Fault::Cut(budget))
    }

    /// Before the server's port.
    pub fn with(server: u16, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        thread::spawn(move || {
            let left = Arc::new(AtomicI64::new(match fault {
                Fault::Cut(budget) | Fault::Silence(budget) => budget,
                _ => i64::MAX,
            }));
            for client in listener.incoming().flatten() {
                let Ok(upstream) = TcpStream::connect(("127.0.0.1", server)) else {
                    continue;
                };
                let number = counted.fetch_add(1, Ordering::Relaxed);
                let left = match fault {
                    Fault::CutOne(one, budget) if one == number => Arc::new(AtomicI64::new(budget)),
                    _ => Arc::clone(&left),
                };
                begin(client, upstream, left, fault.clone());
            }
        });
        Self { port, connections }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many were made so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn begin(client: TcpStream, upstream: TcpStream, left: Arc<AtomicI64>, fault: Fault) {
    for end in [&client, &upstream] {
        end.set_nodelay(true).expect("a socket");
    }
    let [client2, upstream2] = [&client, &upstream].map(|end| end.try_clone().expect("a socket"));
    thread::spawn(move || pass(client, upstream, &AtomicI64::new(i64::MAX), &Fault::Cut(0)));
    thread::spawn(move || pass(upstream2, client2, &left, &fault));
}

/// Passes bytes on while there are some left, then closes both ends, or falls silent.
fn pass(mut from: TcpStream, mut to: TcpStream, left: &AtomicI64, fault: &Fault) {
    let mut buffer = vec![
        0;
        match fault {
            Fault::Crumbs => 1,
            Fault::Slow(bytes, _) => *bytes,
            _ => 4096,
        }
    ];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let count = i64::try_from(read).expect("a small number");
        let allowed = left.fetch_sub(count, Ordering::Relaxed).clamp(0, count);
        let allowed = usize::try_from(allowed).expect("it is not negative");
        if to.write_all(&buffer[..allowed]).is_err() {
            break;
        }
        match fault {
            Fault::Silence(_) => {}
            _ if allowed < read => break,
            Fault::Slow(_, pause) => thread::sleep(*pause),
            _ => {}
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
