//! Rounds of questions that rank 0 asks all ranks, itself included.

use crate::cluster::items::Tag;
use crate::cluster::node::Node;
use crate::cluster::quiet::Quiet;
use crate::error::{Error, Result};
use crate::standstill::waits;
use crate::wire::{Decoder, Encoder, Wire};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether all is quiet: for the end of a run.
    Quiet,
    /// Whether nothing goes on, too.
    Still,
    /// What waits for what, too.
    Waits,
}

/// What a rank answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) quiet: Quiet,
    /// Whether nothing goes on there; false if that was not asked.
    pub(super) still: bool,
    /// What waits for what there, a line each; empty if that was not asked.
    pub(super) waits: Vec<String>,
}

impl Wire for Answer {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        self.quiet.sent.encode(out);
        self.quiet.received.encode(out);
        self.quiet.busy.encode(out);
        self.still.encode(out);
        self.waits.encode(out);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(Answer {
            quiet: Quiet {
                sent: u64::decode(input)?,
                received: u64::decode(input)?,
                busy: bool::decode(input)?,
            },
            still: bool::decode(input)?,
            waits: Vec::decode(input)?,
        })
    }
}

/// Why a round has no answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// The cluster has broken down or stopped.
    Over,
    /// These ranks have said nothing in time.
    Silent(Vec<usize>),
}

/// The rounds of one rank.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// Held while somebody asks: one round at a time.
    asking: Mutex<()>,
    round: Mutex<Round>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Round {
    number: u64,
    answers: Vec<Option<Answer>>,
}

impl Rounds {
    fn round(&self) -> MutexGuard<'_, Round> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks all ranks, and waits for their answers; no longer than `patience`, if there is any.
    pub(super) fn ask(
        &self,
        node: &'static Node,
        question: Question,
        patience: Option<Duration>,
    ) -> std::result::Result<Vec<Answer>, Unanswered> {
        let _one_at_a_time = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = Instant::now();
        let number = {
            let mut round = self.round();
            round.number += 1;
            round.answers = vec![None; node.size()];
            round.number
        };
        let mut body = [question as u8; 9];
        body[..8].copy_from_slice(&number.to_le_bytes());
        for rank in 0..node.size() {
            node.item(rank as u32, Tag::Ask, &body, Vec::new());
        }
        node.hurry();
        let mut round = self.round();
        loop {
            if node.trouble().is_some() || node.control.stopped() {
                return Err(Unanswered::Over);
            }
            if round.answers.iter().all(Option::is_some) {
                return Ok(round.answers.drain(..).flatten().collect());
            }
            if patience.is_some_and(|patience| begin.elapsed() > patience) {
                let silent = round.answers.iter().enumerate();
                let silent = silent.filter_map(|(rank, answer)| answer.is_none().then_some(rank));
                return Err(Unanswered::Silent(silent.collect()));
            }
            let (back, _) = self
                .changed
                .wait_timeout(round, Duration::from_millis(20))
                .unwrap_or_else(PoisonError::into_inner);
            round = back;
        }
    }

    /// Something has happened that who asks should see.
    pub(super) fn notify(&self) {
        self.changed.notify_all();
    }

    /// Answers a question of rank `from`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn answer(node: &'static Node, from: usize, body: &mut Decoder<'_>) -> Result<()> {
        let number = u64::decode(body)?;
        let question = match u8::decode(body)? {
            0 => Question::Quiet,
            1 => Question::Still,
            2 => Question::Waits,
            other => return Err(Error::msg(format!("there is no question {other}"))),
        };
        let still = question != Question::Quiet && node.stands_still();
        let answer = Answer {
            quiet: node.quiet(),
            still,
            waits: if question == Question::Waits {
                let mut lines = waits::describe(|home| std::ptr::eq(home, node.home()));
                lines.extend(node.awaited_elsewhere());
                lines
            } else {
                Vec::new()
            },
        };
        let mut out = Encoder::new();
        number.encode(&mut out);
        answer.encode(&mut out);
        let (head, _) = out.finish().copied();
        node.item(from as u32, Tag::Answer, &head, Vec::new());
        Ok(())
    }

    /// Takes the answer of rank `from`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn answered(&self, from: usize, body: &mut Decoder<'_>) -> Result<()> {
        let number = u64::decode(body)?;
        let answer = Answer::decode(body)?;
        let mut round = self.round();
        if number == round.number
            && let Some(place) = round.answers.get_mut(from)
        {
            *place = Some(answer);
            drop(round);
            self.changed.notify_all();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_cross_as_they_are() {
        let answer = Answer {
            quiet: Quiet {
                sent: 7,
                received: u64::MAX,
                busy: true,
            },
            still: true,
            waits: vec!["worker 1, thread 0, waits for `a` (a.rs:1)".to_owned()],
        };
        let mut out = Encoder::new();
        answer.encode(&mut out);
        let (head, _) = out.finish().copied();
        let mut input = Decoder::new(&head, []);
        assert_eq!(
            Answer::decode(&mut input).expect("it was just written"),
            answer
        );
    }
}
