//! Requests to the machine: large pages, and cache lines before they are needed. Both are hints: without them the filter
//! gives the same answers, more slowly.

use rustix::mm::{Advice, madvise};

/// A large page of x86-64 and of most ARM systems.
const LARGE_PAGE_BYTES: usize = 2 << 20;

/// Requests large pages for a slice that was just allocated and isn't written yet. A filter of tens of megabytes is probed
/// at random: with pages of 4 KiB, nearly every probe also misses the TLB.
#[expect(unsafe_code, reason = "measured: a fifth of the filter's time")]
pub(super) fn advise_large_pages<T>(slots: &mut [T]) {
    let start = slots.as_mut_ptr() as usize;
    let end = start + size_of_val(slots);
    let aligned = start.next_multiple_of(LARGE_PAGE_BYTES);
    if aligned + LARGE_PAGE_BYTES > end {
        return;
    }
    let offset = aligned - start;
    let bytes = (end - aligned) / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES;
    // SAFETY: the range lies within the slice, and this advice changes neither contents nor access.
    let advised = unsafe {
        let first = slots.as_mut_ptr().cast::<u8>().add(offset);
        madvise(first.cast(), bytes, Advice::LinuxHugepage)
    };
    // A kernel without large pages refuses.
    let _ = advised;
}

/// Requests a value's cache line.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "measured: half of the filter's time")]
#[inline]
pub(super) fn prefetch<T>(value: &T) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch is a hint. It reads nothing that the program can observe.
    unsafe { _mm_prefetch(std::ptr::from_ref(value).cast::<i8>(), _MM_HINT_T0) }
}

/// Other processors overlap enough misses on their own.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(super) fn prefetch<T>(_value: &T) {}
