#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|stream: &[u8]| firstseen::fuzzing::mysql_rows(stream));
