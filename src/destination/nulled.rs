//! Invalid dates that became NULL, because the job asks for it.

/// By column, the candidates that had such values, in ascending order; a candidate is repeated for each such element of its
/// list. Which of them are written is known later.
#[derive(Debug, Default)]
pub(crate) struct Nulled {
    columns: Vec<Column>,
    /// What is added to the candidates' numbers.
    first: u64,
}

#[derive(Debug)]
struct Column {
    index: usize,
    /// The places of a job's candidates fit in 32 bits, as those of its survivors do.
    candidates: Vec<u32>,
}

impl Nulled {
    /// Notes a candidate's value, or this many of its elements.
    pub(super) fn add(&mut self, column: usize, candidate: u64, values: usize) {
        let known = self.columns.iter().position(|known| known.index == column);
        let at = known.unwrap_or_else(|| {
            self.columns.push(Column {
                index: column,
                candidates: Vec::new(),
            });
            self.columns.len() - 1
        });
        let candidate = u32::try_from(candidate - self.first).unwrap_or(u32::MAX);
        if let Some(column) = self.columns.get_mut(at) {
            column
                .candidates
                .extend(std::iter::repeat_n(candidate, values));
        }
    }

    /// How many values each column has.
    pub fn counts(&self) -> impl Iterator<Item = (usize, u64)> {
        let columns = self.columns.iter();
        columns.map(|column| (column.index, column.candidates.len() as u64))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Each value's column and candidate, column by column.
    pub fn values(&self) -> impl Iterator<Item = (usize, u32)> {
        let columns = self.columns.iter();
        columns.flat_map(|column| {
            let candidates = column.candidates.iter();
            candidates.map(|candidate| (column.index, *candidate))
        })
    }

    /// Takes what was noted about the candidates below `end`, whose numbers then begin at 0.
    pub(super) fn take_below(&mut self, end: u64) -> Self {
        let count = u32::try_from(end - self.first).unwrap_or(u32::MAX);
        self.first = end;
        let columns = self.columns.iter_mut().map(|column| {
            let below = column.candidates.partition_point(|it| *it < count);
            let rest = column.candidates.split_off(below);
            let candidates = std::mem::replace(&mut column.candidates, rest);
            column.candidates.iter_mut().for_each(|it| *it -= count);
            Column {
                index: column.index,
                candidates,
            }
        });
        let columns = columns.collect();
        Self { columns, first: 0 }
    }

    /// Gives the candidates new numbers, in the same order. Those that get none are forgotten.
    pub(super) fn renumber(&mut self, number: impl Fn(u64) -> Option<u64>) {
        let renumbered = |candidate: u32| u32::try_from(number(candidate.into())?).ok();
        for column in &mut self.columns {
            column.candidates.retain_mut(|candidate| {
                let number = renumbered(*candidate);
                *candidate = number.unwrap_or_default();
                number.is_some()
            });
        }
    }

    /// How many values of each column are written. `places` are this unit's survivors; its first candidate is at `first`.
    pub fn written(&self, first: u64, places: &[u32]) -> impl Iterator<Item = (usize, u64)> {
        self.columns.iter().map(move |column| {
            let mut survivors = places.iter().peekable();
            let survives = |candidate: &u32| {
                let place = first + u64::from(*candidate);
                while survivors
                    .next_if(|next| u64::from(**next) < place)
                    .is_some()
                {}
                survivors
                    .peek()
                    .is_some_and(|next| u64::from(**next) == place)
            };
            let written = column.candidates.iter().map(survives);
            (column.index, written.map(u64::from).sum())
        })
    }
}
