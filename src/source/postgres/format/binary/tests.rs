use super::*;

/// A numeric as `numeric_send` writes it.
fn numeric(groups: &[u16], weight: i16, sign: u16, shown: u16) -> Vec<u8> {
    let count = u16::try_from(groups.len()).unwrap();
    let head = [count, weight.cast_unsigned(), sign, shown];
    let words = head.iter().chain(groups);
    words.flat_map(|word| word.to_be_bytes()).collect()
}

const PLUS: u16 = 0;
const MINUS: u16 = 0x4000;

#[test]
fn numbers_keep_every_digit() {
    // Groups, weight and sign; precision, scale and the unscaled number.
    type Case<'a> = (&'a [u16], i16, u16, u8, i8, i128);
    let cases: &[Case<'_>] = &[
        (&[], 0, PLUS, 1, 0, 0),
        (&[], 0, PLUS, 38, 2, 0),
        (&[500], -1, MINUS, 20, 2, -5),
        (&[1], 0, PLUS, 3, 2, 100),
        (&[1, 1000], 0, MINUS, 3, 2, -110),
        (
            &[12, 3456, 7890, 1234, 5678, 9000],
            4,
            PLUS,
            20,
            2,
            12_345_678_901_234_567_890,
        ),
        (&[1], 9, PLUS, 37, 0, 10_i128.pow(36)),
        (&[1], -2, PLUS, 8, 8, 1),
        (&[7], -3, PLUS, 12, 12, 7),
        (
            &[99, 9999, 9999, 9999, 9999, 9999, 9999, 9999, 9999, 9999],
            9,
            MINUS,
            38,
            0,
            1 - 10_i128.pow(38),
        ),
    ];
    for (groups, weight, sign, precision, scale, expected) in cases {
        let cell = numeric(groups, *weight, *sign, 2);
        assert_eq!(
            decimal128(&cell, *precision, *scale),
            Ok(*expected),
            "{groups:?}"
        );
        let wide = decimal256(&cell, *precision, *scale);
        assert_eq!(wide, Ok(i256::from_i128(*expected)), "{groups:?}");
    }
}

#[test]
fn the_widest_number_of_76_digits_is_exact() {
    let cell = numeric(&[9999; 19], 18, MINUS, 0);
    let expected = format!("-{}", "9".repeat(76));
    let found = decimal256(&cell, 76, 0).map(|number| number.to_string());
    assert_eq!(found, Ok(expected));
    assert_eq!(decimal256(&cell, 75, 0), Err(Misfit::Inexact));
    let beyond = numeric(&[1], 19, PLUS, 0);
    assert_eq!(decimal256(&beyond, 76, 0), Err(Misfit::Inexact));
    let beyond = numeric(&[1], i16::MAX, PLUS, 0);
    assert_eq!(decimal256(&beyond, 76, 0), Err(Misfit::Inexact));
}

#[test]
fn numbers_that_would_be_rounded_are_refused() {
    let hundredth = numeric(&[100], -1, PLUS, 2);
    assert_eq!(decimal128(&hundredth, 5, 2), Ok(1));
    assert_eq!(decimal128(&hundredth, 5, 1), Err(Misfit::Inexact));
    let tiny = numeric(&[1], -5, PLUS, 20);
    assert_eq!(decimal128(&tiny, 38, 2), Err(Misfit::Inexact));
    let thousand = numeric(&[1000], 0, PLUS, 0);
    assert_eq!(decimal128(&thousand, 3, 0), Err(Misfit::Inexact));
    for no_number in [0xc000, 0xd000, 0xf000] {
        let cell = numeric(&[], 0, no_number, 0);
        assert_eq!(decimal128(&cell, 38, 0), Err(Misfit::Inexact));
        assert_eq!(decimal256(&cell, 76, 0), Err(Misfit::Inexact));
    }
}

#[test]
fn anything_but_a_numeric_is_of_another_type() {
    let mut lying = numeric(&[1, 2], 0, PLUS, 0);
    lying[1] = 3;
    for broken in [
        lying,
        numeric(&[10_000], 0, PLUS, 0),
        numeric(&[1], 0, 0x1234, 0),
        vec![0; 7],
        vec![0; 9],
        Vec::new(),
    ] {
        assert_eq!(
            decimal128(&broken, 38, 0),
            Err(Misfit::OtherType),
            "{broken:?}"
        );
    }
}

#[test]
fn dates_count_from_2000_and_infinities_are_invalid() {
    let at = |days: i32| date(&days.to_be_bytes());
    assert_eq!(at(0), Ok(10_957));
    assert_eq!(at(-10_957), Ok(0));
    // 4714-11-24 BC and 5874897-12-31.
    assert_eq!(at(-2_451_545), Ok(-2_440_588));
    assert_eq!(at(2_145_031_948), Ok(2_145_042_905));
    for infinite in [i32::MIN, i32::MAX] {
        assert_eq!(at(infinite), Err(Misfit::NoDate));
    }
    assert_eq!(at(i32::MAX - 1), Err(Misfit::Inexact));
    assert_eq!(date(&[0; 8]), Err(Misfit::OtherType));
}

#[test]
fn timestamps_count_from_2000_and_infinities_are_invalid() {
    let at = |micros: i64| timestamp(&micros.to_be_bytes());
    assert_eq!(at(0), Ok(946_684_800_000_000));
    assert_eq!(at(-946_684_800_000_001), Ok(-1));
    // 4714-11-24 00:00:00 BC.
    assert_eq!(at(-211_813_488_000_000_000), Ok(-210_866_803_200_000_000));
    for infinite in [i64::MIN, i64::MAX] {
        assert_eq!(at(infinite), Err(Misfit::NoDate));
    }
    assert_eq!(at(i64::MAX - EPOCH_MICROS + 1), Err(Misfit::Inexact));
    assert_eq!(at(i64::MAX - EPOCH_MICROS), Ok(i64::MAX));
    assert_eq!(timestamp(&[0; 4]), Err(Misfit::OtherType));
}

#[test]
fn times_end_before_midnight() {
    let at = |micros: i64| time(&micros.to_be_bytes());
    assert_eq!(at(0), Ok(0));
    assert_eq!(at(MICROS_PER_DAY - 1), Ok(MICROS_PER_DAY - 1));
    assert_eq!(at(MICROS_PER_DAY), Err(Misfit::Inexact));
    assert_eq!(at(-1), Err(Misfit::Inexact));
}

#[test]
fn truth_is_one_byte() {
    assert_eq!((truth(&[0]), truth(&[1])), (Ok(false), Ok(true)));
    for broken in [&[2][..], &[], &[0, 0]] {
        assert_eq!(truth(broken), Err(Misfit::OtherType));
    }
}

#[test]
fn parsers_never_panic() {
    let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
    for length in (0..64).cycle().take(20_000) {
        let mut next = || {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            bits.to_le_bytes()[0] & if length % 2 == 0 { 0xff } else { 0x07 }
        };
        let cell: Vec<u8> = (0..length).map(|_| next()).collect();
        let _ = (truth(&cell), date(&cell), timestamp(&cell), time(&cell));
        let _ = (decimal128(&cell, 38, 5), decimal256(&cell, 76, 30));
    }
}
