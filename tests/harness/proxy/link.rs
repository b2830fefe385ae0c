//! A link with a limited rate and a delay.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many bytes enter the link at once.
const PIECE_BYTES: usize = 64 * 1024;
/// How many pieces can be on their way. At 64 KB each, they are what a link of 1 Gbit/s holds in 100 ms.
const PIECES: usize = 200;

/// The properties of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub bytes_per_sec: u32,
    pub delay: Duration,
}

impl Link {
    /// Passes bytes on until either end closes.
    pub fn pass(&self, mut from: TcpStream, to: TcpStream) {
        let (enter, leave) = sync_channel::<(Instant, Vec<u8>)>(PIECES);
        thread::spawn(move || deliver(to, &leave));
        let mut piece = vec![0; PIECE_BYTES];
        // When the link will have carried everything that has entered it.
        let mut carried = Instant::now();
        while let Ok(read @ 1..) = from.read(&mut piece) {
            let bytes = u32::try_from(read).expect("a piece");
            let takes = Duration::from_secs(bytes.into()) / self.bytes_per_sec;
            carried = carried.max(Instant::now()) + takes;
            if enter
                .send((carried + self.delay, piece[..read].to_vec()))
                .is_err()
            {
                break;
            }
            thread::sleep(carried.saturating_duration_since(Instant::now()));
        }
        let _ = from.shutdown(Shutdown::Both);
    }
}

fn deliver(mut to: TcpStream, pieces: &Receiver<(Instant, Vec<u8>)>) {
    for (due, piece) in pieces {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&piece).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
