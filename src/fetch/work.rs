//! The work of fetching: each piece is a query on a session that sees what the keys' session saw.

use super::board::Board;
use super::placing::Chosen;
use super::segments::Piece;
use crate::Result;
use crate::batch::Pick;
use crate::destination::{Among, Control, Filter, Shape};
use crate::extract::{Unread, Work, Worker, run_query};
use crate::job::{InvalidDates, Job, NullKeys};
use crate::plan::Fetch;
use crate::snapshot::{Held, Opened, Sessions};
use crate::source::Query;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// What workers fetch, and who may fetch what.
pub(super) struct Fetching {
    board: Arc<Board>,
    sessions: Arc<Sessions>,
    control: Arc<Control>,
    retries: u32,
    invalid_dates: InvalidDates,
    queues: Mutex<Queues>,
}

/// The pieces that no worker has taken, in order.
enum Queues {
    /// All sessions see one state.
    Shared(VecDeque<u32>),
    /// Each session fetches the rows whose keys it has read.
    Own(HashMap<usize, VecDeque<u32>>),
}

impl Queues {
    fn new(board: &Board, is_one_state: bool) -> Self {
        let pieces = (0..).zip(&board.segments.pieces);
        if is_one_state {
            return Self::Shared(pieces.map(|(number, _)| number).collect());
        }
        let mut own: HashMap<usize, VecDeque<u32>> = HashMap::new();
        for (number, piece) in pieces {
            let session = board.wanted.candidates[piece.unit].session;
            own.entry(session).or_default().push_back(number);
        }
        Self::Own(own)
    }

    /// The next piece for a worker. If a session that rests has an earlier one, the worker exchanges its session for that one:
    /// there may be fewer workers than sessions, and earlier pieces make room for later ones.
    fn take(&mut self, held: &mut Held, sessions: &Sessions) -> Option<u32> {
        let queues = match self {
            Self::Shared(queue) => return queue.pop_front(),
            Self::Own(queues) => queues,
        };
        let mut fronts: Vec<(u32, usize)> = queues
            .iter()
            .filter_map(|(session, queue)| Some((*queue.front()?, *session)))
            .collect();
        fronts.sort_unstable();
        for (piece, session) in fronts {
            if session != held.number {
                let Some(other) = sessions.take_number(session) else {
                    continue;
                };
                sessions.rest(std::mem::replace(held, other));
            }
            queues.get_mut(&session)?.pop_front();
            return Some(piece);
        }
        None
    }
}

impl Fetching {
    pub fn new(job: &Job, board: Arc<Board>, opened: &Opened, control: Arc<Control>) -> Self {
        let queues = Queues::new(&board, opened.sessions.is_one_state());
        Self {
            board,
            sessions: Arc::clone(&opened.sessions),
            control,
            retries: job.waits.retries(&job.source),
            invalid_dates: job.invalid_dates,
            queues: Mutex::new(queues),
        }
    }

    fn fetch(&self, number: u32, piece: &Piece, worker: &mut Worker) -> Result<(), Unread> {
        let wanted = &self.board.wanted;
        let candidates = &wanted.candidates[piece.unit];
        let Some(fetch) = candidates.fetch() else {
            return Ok(());
        };
        let asked = self.asked(piece, fetch).map_err(Unread::Otherwise)?;
        let (picks, among, query) = asked;
        let among = Arc::new(among);
        let shape = Shape::located(&self.board.schema, &fetch.locator.types()).without_locators();
        let shape = shape.expecting(self.board.expected(picks.len()));
        let filter = Filter {
            key: Vec::new(),
            null_keys: NullKeys::Keep,
            invalid_dates: self.invalid_dates,
            first_seen: None,
            among: Some(Arc::clone(&among)),
        };
        let chosen = Chosen {
            plan: &wanted.plan,
            candidates,
            picks,
            among: &among,
        };
        let rows = run_query(
            (number, &query),
            (&shape, &filter, None),
            &self.control,
            worker,
        );
        let rows = rows.map_err(|(unread, _)| match unread {
            Unread::Otherwise(error) => Unread::Otherwise(chosen.renumbered(error)),
            lost @ Unread::Retryable(_) => lost,
        })?;
        let fetched = chosen
            .place(rows, shape.sent())
            .map_err(Unread::Otherwise)?;
        self.board.put(number as usize, fetched);
        Ok(())
    }

    /// The candidates of a piece, their locators, and the query for their rows.
    fn asked(&self, piece: &Piece, fetch: &Fetch) -> Result<(Vec<Pick>, Among, Query)> {
        let wanted = &self.board.wanted;
        let candidates = &wanted.candidates[piece.unit];
        let picks = wanted.picks(piece.unit, &piece.survivors)?;
        let parts = fetch.locator.parts.len();
        let mut among = Among::new(wanted.plan.columns.len(), parts);
        let mut locators = Vec::with_capacity(picks.len() * parts);
        for pick in &picks {
            candidates.add_locator(*pick, &mut locators)?;
        }
        for locator in locators.chunks_exact(parts) {
            among.want(locator.iter().copied());
        }
        let query = if piece.is_scan {
            fetch.between(&locators)
        } else {
            fetch.named(&locators)
        };
        Ok((picks, among, query))
    }
}

impl Work for Fetching {
    fn next(&self, held: &mut Held) -> Result<Option<u32>> {
        let number = {
            let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            queues.take(held, &self.sessions)
        };
        let pieces = &self.board.segments.pieces;
        if let Some(piece) = number.and_then(|number| pieces.get(number as usize)) {
            self.board.wait_for_room(piece)?;
        }
        Ok(number)
    }

    fn attempt(&self, number: u32, worker: &mut Worker) -> Result<(), Unread> {
        match self.board.segments.pieces.get(number as usize) {
            Some(piece) => self.fetch(number, piece, worker),
            None => Ok(()),
        }
    }

    fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    fn again(&self) -> Result<Held> {
        self.sessions.again_in_state()
    }

    fn retries(&self) -> u32 {
        self.retries
    }

    fn control(&self) -> &Control {
        &self.control
    }
}
