//! Values that were made NULL, since they are dates that no calendar has and the job wants it so.

/// Of each column the candidates that had such values, in ascending order; of a list as often as it had any. Which of them
/// are written is known later.
#[derive(Debug, Default)]
pub(crate) struct Nulled(Vec<Column>);

#[derive(Debug)]
struct Column {
    index: usize,
    /// The places of all candidates of a job fit 32 bits, as its survivors' do.
    candidates: Vec<u32>,
}

impl Nulled {
    /// Notes a candidate's value, or so many elements of it.
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

    /// How many values of each column are written: `places` are the survivors of this unit, whose first candidate is at
    /// `first`.
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
