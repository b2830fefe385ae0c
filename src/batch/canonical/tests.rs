use super::super::Rows;
use super::super::fixture::{Outcome, batch};
use super::super::locate::InMemory;
use super::*;
use arrow::array::{BinaryArray, Int32Array, ListArray, StringArray};
use arrow::buffer::Buffer;
use arrow::datatypes::Field;
use arrow::error::ArrowError;

fn pick(batches: &[RecordBatch], survivors: &[u32]) -> Result<RecordBatch> {
    let schema = batches.first().map(RecordBatch::schema);
    let rows = Rows {
        schema: schema.ok_or_else(|| bug("the test has no batch"))?,
        batches,
        survivors,
    };
    canonical(&rows.schema, &InMemory::new(&rows).locate(survivors)?)
}

#[test]
fn null_slots_are_zero_whatever_was_in_them() -> Outcome {
    let valid = || Some(NullBuffer::from(vec![true, false, true]));
    let dirty = batch(vec![
        (
            "n",
            Arc::new(Int32Array::try_new(vec![1, 2, 3].into(), valid())?),
        ),
        (
            "b",
            Arc::new(BooleanArray::new(vec![true; 3].into(), valid())),
        ),
        (
            "s",
            Arc::new(StringArray::try_new(
                OffsetBuffer::from_lengths([1, 1, 1]),
                Buffer::from(b"xyz"),
                valid(),
            )?),
        ),
    ])?;
    let gathered = pick(&[dirty], &[0, 1, 2])?;
    let [n, b, s] = [0, 1, 2].map(|index| gathered.column(index).to_data());
    assert_eq!(n.buffers()[0].typed_data::<i32>(), [1, 0, 3]);
    assert_eq!(b.buffers()[0].as_slice(), [0b101]);
    assert_eq!(s.buffers()[0].typed_data::<i32>(), [0, 1, 1, 2]);
    assert_eq!(s.buffers()[1].as_slice(), b"xz");
    assert!([n, b, s].iter().all(|data| data.null_count() == 1));
    Ok(())
}

#[test]
fn a_slice_without_nulls_has_no_validity_bitmap() -> Outcome {
    let column = Arc::new(Int32Array::from(vec![Some(1), None, Some(3)]));
    let gathered = pick(&[batch(vec![("n", column)])?], &[0, 2])?;
    assert!(gathered.column(0).nulls().is_none());
    Ok(())
}

#[test]
fn rows_are_found_past_empty_batches_and_slices() -> Outcome {
    let full = batch(vec![("n", Arc::new(Int32Array::from_iter_values(0..10)))])?;
    let batches = [
        full.slice(0, 0),
        full.slice(0, 3),
        full.slice(3, 0),
        full.slice(3, 0),
        full.slice(3, 6),
        full.slice(9, 1),
        full.slice(0, 0),
    ];
    let gathered = pick(&batches, &[2, 3, 8, 9])?;
    assert_eq!(
        gathered.column(0).as_ref(),
        &Int32Array::from(vec![2, 3, 8, 9])
    );
    Ok(())
}

#[test]
fn elements_of_null_lists_are_left_out_and_lists_are_contiguous() -> Outcome {
    let element = Arc::new(Field::new_list_field(DataType::Int32, true));
    let lists = |values: Vec<Option<i32>>, lengths: [usize; 3]| -> Result<ArrayRef, ArrowError> {
        let lists = ListArray::try_new(
            Arc::clone(&element),
            OffsetBuffer::from_lengths(lengths),
            Arc::new(Int32Array::from(values)),
            Some(NullBuffer::from(vec![true, false, true])),
        )?;
        Ok(Arc::new(lists))
    };
    let dirty = lists(vec![Some(1), None, Some(7), Some(8), Some(2)], [2, 2, 1])?;
    let clean = lists(vec![Some(3), Some(4), Some(9)], [2, 1, 0])?;
    let parts = [
        batch(vec![("l", dirty)])?.slice(1, 2),
        batch(vec![("l", clean)])?,
    ];
    let gathered = pick(&parts, &[0, 1, 2, 4])?;
    let data = gathered.column(0).to_data();
    assert_eq!(data.buffers()[0].typed_data::<i32>(), [0, 0, 1, 3, 3]);
    assert_eq!(data.null_count(), 1);
    let [elements] = data.child_data() else {
        return Err("one child".into());
    };
    assert_eq!(elements.buffers()[0].typed_data::<i32>(), [2, 3, 4]);
    assert!(elements.nulls().is_none(), "the null element is not picked");
    Ok(())
}

#[test]
fn indices_out_of_range_are_a_bug_but_not_a_panic() -> Outcome {
    let full = [batch(vec![(
        "n",
        Arc::new(Int32Array::from_iter_values(0..10)),
    )])?];
    for survivors in [&[10_u32][..], &[3, 10], &[u32::MAX]] {
        let kind = pick(&full, survivors).map_err(|error| error.kind()).err();
        assert_eq!(kind, Some(ErrorKind::Bug));
    }
    Ok(())
}

#[test]
fn more_text_than_offsets_can_count_is_refused_before_it_is_copied() -> Outcome {
    const CELL_BYTES: usize = 1 << 30;
    // Zeroed pages that nothing reads take no physical memory.
    let huge = arrow::buffer::MutableBuffer::from_len_zeroed(CELL_BYTES);
    let offsets = OffsetBuffer::from_lengths([CELL_BYTES]);
    let cell = BinaryArray::try_new(offsets, huge.into(), None)?;
    let part = batch(vec![("blob", Arc::new(cell))])?;
    let error = pick(&[part.clone(), part], &[0, 1])
        .err()
        .ok_or("accepted")?;
    assert_eq!(error.kind(), ErrorKind::Capacity);
    assert!(error.to_string().contains("blob"));
    assert!(error.advice().unwrap_or_default().contains("--batch-rows"));
    Ok(())
}
