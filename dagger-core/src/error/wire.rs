//! Errors on their way to another worker: what they say travels, the value that a task returned does not.

use super::{Error, Inner, Kind, Origin, Result};
use crate::wire::{Decoder, Encoder, Wire};
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// How many causes of an error travel with it.
const CAUSES: usize = 16;

/// An error that another worker's task returned, and what it was caused by.
#[derive(Debug)]
struct Told {
    message: String,
    cause: Option<Box<Told>>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Told {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as _)
    }
}

impl Error {
    /// Says on which worker the task was that failed, unless it has been said.
    pub(crate) fn on_worker(&self, worker: usize) -> Self {
        let Some(origin) = &self.inner.origin else {
            return self.clone();
        };
        if origin.worker.is_some() {
            return self.clone();
        }
        let mut told = self.travelled();
        told.origin = Some(Origin {
            worker: Some(worker),
            ..origin.clone()
        });
        Error {
            inner: Arc::new(told),
        }
    }

    /// What another worker will see.
    fn travelled(&self) -> Inner {
        let kind = match &self.inner.kind {
            Kind::Failed(source) => {
                let mut messages = vec![source.to_string()];
                messages.extend(self.inner.causes().take(CAUSES).map(ToString::to_string));
                Kind::Failed(Box::new(chain(messages)))
            }
            Kind::Message(text) => Kind::Message(text.clone()),
            Kind::Empty => Kind::Empty,
            Kind::Panicked(text) => Kind::Panicked(text.clone()),
            Kind::Cancelled => Kind::Cancelled,
            Kind::Unsatisfied { scope, processors } => Kind::Unsatisfied {
                scope: scope.clone(),
                processors: processors.clone(),
            },
            Kind::NotRepeatable(what) => Kind::NotRepeatable(what.clone()),
            Kind::Start(reason) => Kind::Start(reason.clone()),
        };
        Inner {
            kind,
            origin: self.inner.origin.clone(),
        }
    }
}

/// The first message, caused by the second, and so on.
fn chain(messages: Vec<String>) -> Told {
    let mut told = None;
    for message in messages.into_iter().rev() {
        told = Some(Box::new(Told {
            message,
            cause: told,
        }));
    }
    told.map_or_else(
        || Told {
            message: String::new(),
            cause: None,
        },
        |told| *told,
    )
}

/// Writes a text that does not live as long as the encoder's values.
fn text(out: &mut Encoder<'_>, text: &str) {
    out.count(text.len());
    out.raw(text.as_bytes());
}

fn read_text(input: &mut Decoder<'_>) -> Result<String> {
    let length = input.count()?;
    let bytes = input.raw(length)?.to_vec();
    String::from_utf8(bytes).map_err(|_| Error::msg("a text is not UTF-8"))
}

impl Wire for Error {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        match &self.inner.origin {
            None => out.raw(&[0]),
            Some(origin) => {
                out.raw(&[1]);
                text(out, &origin.task);
                text(out, &origin.file);
                out.raw(&origin.line.to_le_bytes());
                out.count(origin.worker.map_or(0, |worker| worker + 1));
            }
        }
        let (tag, texts) = match self.travelled().kind {
            Kind::Message(text) => (0, vec![text]),
            Kind::Failed(source) => {
                let mut texts = vec![source.to_string()];
                let mut next = source.source();
                while let Some(cause) = next {
                    texts.push(cause.to_string());
                    next = cause.source();
                }
                (1, texts)
            }
            Kind::Empty => (2, Vec::new()),
            Kind::Panicked(text) => (3, vec![text]),
            Kind::Cancelled => (4, Vec::new()),
            Kind::Unsatisfied { scope, processors } => (5, vec![scope, processors]),
            Kind::NotRepeatable(what) => (6, vec![what]),
            Kind::Start(reason) => (7, vec![reason]),
        };
        out.raw(&[tag]);
        out.count(texts.len());
        for message in &texts {
            text(out, message);
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        let origin = if bool::decode(input)? {
            let (task, file) = (read_text(input)?, read_text(input)?);
            let line = u32::decode(input)?;
            let worker = input.count()?.checked_sub(1);
            Some(Origin {
                task: task.into(),
                file: file.into(),
                line,
                worker,
            })
        } else {
            None
        };
        let [tag] = input.array()?;
        let count = input.count()?;
        let texts: Vec<String> = (0..count)
            .map(|_| read_text(input))
            .collect::<Result<_>>()?;
        let mut each = texts.into_iter();
        let mut next = || {
            each.next()
                .ok_or_else(|| Error::msg("an error lacks its text"))
        };
        let kind = match tag {
            0 => Kind::Message(next()?),
            1 => Kind::Failed(Box::new(chain(each.collect()))),
            2 => Kind::Empty,
            3 => Kind::Panicked(next()?),
            4 => Kind::Cancelled,
            5 => Kind::Unsatisfied {
                scope: next()?,
                processors: next()?,
            },
            6 => Kind::NotRepeatable(next()?),
            7 => Kind::Start(next()?),
            _ => return Err(Error::msg(format!("there is no error of kind {tag}"))),
        };
        Ok(Error {
            inner: Arc::new(Inner { kind, origin }),
        })
    }
}
