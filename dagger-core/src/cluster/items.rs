//! The items of messages: what they are and how each is framed.
//!
//! An item is its tag, its length and its number of bulk pieces, then its bytes. So an item whose contents are wrong does
//! not make those that follow unreadable.

use crate::error::{Error, Result};
use crate::options::Options;
use crate::scope::Scope;
use crate::wire::{Buffer, Decoder, Encoder, Wire};

/// Which item it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    Run,
    Done,
    Data,
    Fail,
    Want,
    Retain,
    Forget,
    Cancel,
    Slice,
    Value,
    Over,
    Cut,
    Hello,
    Welcome,
    Ask,
    Answer,
    Stop,
    Lost,
    Idle,
    Uneasy,
}

impl Tag {
    const ALL: [Tag; 20] = [
        Tag::Run,
        Tag::Done,
        Tag::Data,
        Tag::Fail,
        Tag::Want,
        Tag::Retain,
        Tag::Forget,
        Tag::Cancel,
        Tag::Slice,
        Tag::Value,
        Tag::Over,
        Tag::Cut,
        Tag::Hello,
        Tag::Welcome,
        Tag::Ask,
        Tag::Answer,
        Tag::Stop,
        Tag::Lost,
        Tag::Idle,
        Tag::Uneasy,
    ];

    /// Whether the item is a part of the program's work, rather than of running the cluster.
    pub(super) fn is_work(self) -> bool {
        (self as u8) < Tag::Hello as u8
    }
}

/// The bytes before an item's own.
pub(super) const FRAME: usize = 9;

/// Writes the frame of an item.
///
/// # Errors
/// When the item's head has 4 GiB or more.
pub(super) fn frame(tag: Tag, length: usize, pieces: usize) -> Result<[u8; FRAME]> {
    let too_large = |_| {
        Error::msg(format!(
            "{length} bytes are too many for one value outside its arrays"
        ))
    };
    let length = u32::try_from(length).map_err(too_large)?.to_le_bytes();
    let pieces = u32::try_from(pieces).map_err(too_large)?.to_le_bytes();
    let mut frame = [tag as u8; FRAME];
    frame[1..5].copy_from_slice(&length);
    frame[5..].copy_from_slice(&pieces);
    Ok(frame)
}

/// The items of a message, one after the other.
pub(super) struct Items<'a> {
    head: Decoder<'a>,
    bulk: std::vec::IntoIter<Buffer>,
}

/// One item of a message.
pub(super) struct Item<'a> {
    pub(super) tag: Tag,
    pub(super) body: Decoder<'a>,
}

impl<'a> Items<'a> {
    /// The items of a message with this head and bulk.
    pub(super) fn new(head: &'a [u8], bulk: Vec<Buffer>) -> Self {
        Items {
            head: Decoder::new(head, []),
            bulk: bulk.into_iter(),
        }
    }

    /// The next one.
    ///
    /// # Errors
    /// When the bytes are no items.
    pub(super) fn next(&mut self) -> Result<Option<Item<'a>>> {
        if self.head.left() == 0 {
            return Ok(None);
        }
        let [tag] = self.head.array()?;
        let tag = *Tag::ALL
            .get(usize::from(tag))
            .ok_or_else(|| Error::msg(format!("a message has an item of an unknown kind {tag}")))?;
        let length = u32::from_le_bytes(self.head.array()?) as usize;
        let pieces = u32::from_le_bytes(self.head.array()?) as usize;
        let head = self.head.raw(length)?;
        let bulk: Vec<Buffer> = self.bulk.by_ref().take(pieces).collect();
        Ok(Some(Item {
            tag,
            body: Decoder::new(head, bulk).of_a_worker(),
        }))
    }
}

/// A handle among arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) id: u64,
    /// Its owner.
    pub(super) at: u32,
    /// Whether the owner has been told to send the value.
    pub(super) coming: bool,
}

impl Wire for Mention {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        out.raw(&self.id.to_le_bytes());
        out.raw(&self.at.to_le_bytes());
        out.raw(&[u8::from(self.coming)]);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(Mention {
            id: u64::decode(input)?,
            at: u32::decode(input)?,
            coming: bool::decode(input)?,
        })
    }
}

/// What a Run item says before the arguments.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) id: u64,
    pub(super) code: u64,
    pub(super) site: u64,
    /// The task that spawned it.
    pub(super) parent: u64,
    /// The processor it was given to, by the spawner's count, and what the spawner's placement has to hear of it again.
    pub(super) index: u32,
    pub(super) input_bytes: u64,
    pub(super) priority: i32,
    /// Whether it must stay where it is sent.
    pub(super) stays: bool,
    pub(super) name: Option<String>,
    pub(super) scope: Option<Scope>,
    pub(super) inherited: Option<Options>,
}

impl Wire for Order {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        for number in [self.id, self.code, self.site, self.parent, self.input_bytes] {
            out.raw(&number.to_le_bytes());
        }
        out.raw(&self.index.to_le_bytes());
        out.raw(&self.priority.to_le_bytes());
        self.stays.encode(out);
        self.name.encode(out);
        self.scope.encode(out);
        self.inherited.encode(out);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(Order {
            id: u64::decode(input)?,
            code: u64::decode(input)?,
            site: u64::decode(input)?,
            parent: u64::decode(input)?,
            input_bytes: u64::decode(input)?,
            index: u32::decode(input)?,
            priority: i32::decode(input)?,
            stays: bool::decode(input)?,
            name: Wire::decode(input)?,
            scope: Wire::decode(input)?,
            inherited: Wire::decode(input)?,
        })
    }
}

/// What a Done item says.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) id: u64,
    /// The task's key for the placement.
    pub(super) key: u64,
    pub(super) index: u32,
    pub(super) input_bytes: u64,
    /// How long it ran; `None` if it did not.
    pub(super) seconds: Option<f64>,
    /// How large the value is; or the error.
    pub(super) outcome: Result<u64>,
}

impl Wire for Report {
    fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
        for number in [self.id, self.key, self.input_bytes] {
            out.raw(&number.to_le_bytes());
        }
        out.raw(&self.index.to_le_bytes());
        out.raw(&self.seconds.unwrap_or(-1.0).to_le_bytes());
        match &self.outcome {
            Ok(bytes) => {
                out.raw(&[1]);
                out.raw(&bytes.to_le_bytes());
            }
            Err(error) => {
                out.raw(&[0]);
                error.encode(out);
            }
        }
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self> {
        Ok(Report {
            id: u64::decode(input)?,
            key: u64::decode(input)?,
            input_bytes: u64::decode(input)?,
            index: u32::decode(input)?,
            seconds: Some(f64::decode(input)?).filter(|&seconds| seconds >= 0.0),
            outcome: if bool::decode(input)? {
                Ok(u64::decode(input)?)
            } else {
                Err(Error::decode(input)?)
            },
        })
    }
}
