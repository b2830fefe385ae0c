//! The wire: native connections to a server, and the buffer in which its bytes are read in place.
//!
//! In: an address, and what its URL says about TLS. Out: a [`Stream`] of bytes, and an [`Input`] over it. This room knows
//! no database's protocol, never connects without a deadline, and never allocates memory for bytes that have not arrived.

mod address;
mod client_certificate;
mod encrypted;
mod input;
mod lost;
#[cfg(test)]
mod scripted;
mod socket;
mod stream;
mod tls;

pub(crate) use address::Address;
pub(crate) use client_certificate::ClientCertificate;
pub(crate) use input::Input;
pub(crate) use lost::{LOOK, lost};
#[cfg(test)]
pub(super) use scripted::{Dice, Scripted};
pub(crate) use stream::{Closer, Stream};
#[cfg(test)]
pub(super) use tls::tests::acceptor_of;
pub(crate) use tls::{SslMode, TlsPolicy, connector};
