//! Invalid dates that became NULL, because the job asks for it.

/// By column, the candidates that had such values, in ascending order; a candidate is repeated for each such element of its
/// list. Which of them are written is known later.
#[derive(Debug, Default)]
pub(crate) struct Nulled(Vec<Column>);

#[derive(Debug)]
struct Column {
    index: usize,
    /// The places of a job's candidates fit in 32 bits, as those of its survivors do.
    candidates: Vec<u32>,
}

impl Nulled {
    /// Notes a candidate's value, or this many of its elements.
    pub(super) fn add(&mut self, column: usize, candidate: u64, values: usize) {
        let known = self.0.iter().position(|known| known.index == column);
        let at = known.unwrap_or_else(|| {
            self.0.push(Column {
                index: column,
                candidates: Vec::new(),
            });
            self.0.len() - 1
        });
        let candidate = u32::try_from(candidate).unwrap_or(u32::MAX);
        if let Some(column) = self.0.get_mut(at) {
            column
                .candidates
                .extend(std::iter::repeat_n(candidate, values));
        }
    }

    /// How many values each column has.
    pub fn counts(&self) -> impl Iterator<Item = (usize, u64)> {
        let columns = self.0.iter();
        columns.map(|column| (column.index, column.candidates.len() as u64))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives the candidates new numbers, in the same order. Those that get none are forgotten.
    pub(super) fn renumber(&mut self, number: impl Fn(u64) -> Option<u64>) {
        let renumbered = |candidate: u32| u32::try_from(number(candidate.into())?).ok();
        for column in &mut self.0 {
            column.candidates.retain_mut(|candidate| {
                let number = renumbered(*candidate);
                *candidate = number.unwrap_or_default();
                number.is_some()
            });
        }
    }

    /// How many values of each column are written. `places` are this unit's survivors; its first candidate is at `first`.
    pub fn written(&self, first: u64, places: &[u32]) -> impl Iterator<Item = (usize, u64)> {
        self.0.iter().map(move |column| {
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
