//! The process's peak memory.

/// Peak resident memory of this process so far, in bytes: `VmHWM` on Linux. `None` if the system doesn't report it.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn grows_with_the_memory_in_use() {
        let before = peak_memory_bytes();
        let touched = std::hint::black_box(vec![1_u8; 256 << 20]);
        assert!(touched.iter().all(|byte| *byte == 1));
        assert!(peak_memory_bytes() >= before.map(|bytes| bytes.max(256 << 20)));
    }
}
