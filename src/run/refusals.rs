//! Refuses a result in which a value doesn't fit its column: nothing is published with such a value.

use crate::Result;
use crate::destination::MisfitAt;
use crate::distinct::Survivors;
use crate::extract::ReadUnit;
use crate::plan::Plan;

/// Fails for the first value, in table order, that doesn't fit its column and whose row survives.
pub(super) fn refuse(read: &[ReadUnit], survivors: &Survivors, plan: &Plan) -> Result<()> {
    let mut first = 0_u64;
    for (unit, read) in plan.units.iter().zip(read) {
        let survives = |misfit: &&MisfitAt| is_among(survivors, first + misfit.candidate);
        if let Some(misfit) = read.rows.misfits.iter().find(survives) {
            let error = misfit.refused(&plan.schema());
            return Err(error.in_unit(&unit.name));
        }
        first += read.rows.candidates;
    }
    Ok(())
}

fn is_among(survivors: &Survivors, place: u64) -> bool {
    let found = survivors
        .places
        .binary_search_by(|survivor| u64::from(*survivor).cmp(&place));
    found.is_ok()
}
