//! A proxy on the loopback that ends its connections after so many bytes from the server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

/// Listens until the test process ends.
pub struct Proxy {
    port: u16,
}

impl Proxy {
    /// Before the server's port. All connections together get `budget` bytes from it.
    pub fn cutting(server: u16, budget: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let left = Arc::new(AtomicI64::new(budget));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(upstream) = TcpStream::connect(("127.0.0.1", server)) else {
                    continue;
                };
                let [client2, upstream2] =
                    [&client, &upstream].map(|end| end.try_clone().expect("a socket"));
                let left = Arc::clone(&left);
                thread::spawn(move || pass(client, upstream, &AtomicI64::new(i64::MAX)));
                thread::spawn(move || pass(upstream2, client2, &left));
            }
        });
        Self { port }
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Passes bytes on while there are some left, then closes both ends.
fn pass(mut from: TcpStream, mut to: TcpStream, left: &AtomicI64) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let count = i64::try_from(read).expect("a small number");
        let allowed = left.fetch_sub(count, Ordering::Relaxed).clamp(0, count);
        let allowed = usize::try_from(allowed).expect("it is not negative");
        if to.write_all(&buffer[..allowed]).is_err() || allowed < read {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
