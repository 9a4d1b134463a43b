//! Items that come many in a row: ends of tasks, and mentions that are gone. A row of one kind is done under one lock of each book.

use crate::cluster::items::{Report, Tag};
use crate::cluster::node::Node;
use crate::dynamic::block::Reference;
use crate::error::{Error, Result};
use crate::sync::statics::Ordering;
use crate::wire::{Decoder, Wire};

/// Items of one message that have been read and not been done yet: of one kind, so that a message's items are done in their order.
#[derive(Default)]
pub(super) struct Row {
    ends: Vec<Report>,
    gone: Vec<Gone>,
}

/// So many mentions of our task to a worker are gone.
pub(super) struct Gone {
    pub(super) id: u64,
    pub(super) count: i64,
}

impl Row {
    /// Whether items of this kind are done in rows.
    pub(super) fn takes(tag: Tag) -> bool {
        matches!(tag, Tag::Done | Tag::Forget)
    }

    /// Whether an item of this kind can be added to those that are there.
    pub(super) fn goes_on_with(&self, tag: Tag) -> bool {
        match tag {
            Tag::Done => self.gone.is_empty(),
            Tag::Forget => self.ends.is_empty(),
            _ => self.ends.is_empty() && self.gone.is_empty(),
        }
    }

    /// Reads an item that it [takes](Self::takes).
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn add(&mut self, tag: Tag, mut body: Decoder<'_>) -> Result<()> {
        if tag == Tag::Done {
            self.ends.push(Report::decode(&mut body)?);
            return Ok(());
        }
        let id = u64::decode(&mut body)?;
        let count = i64::try_from(u64::decode(&mut body)?)
            .map_err(|_| Error::msg("a count is out of range"))?;
        self.gone.push(Gone { id, count });
        Ok(())
    }

    /// Does what they say.
    pub(super) fn perform(&mut self, node: &'static Node, from: u32) {
        if !self.ends.is_empty() {
            ended(node, &mut self.ends);
        }
        if !self.gone.is_empty() {
            // Taken first: should a value panic as it goes, nothing is released twice.
            node.released(from, &std::mem::take(&mut self.gone));
        }
    }
}

/// Tasks that we spawned have ended.
fn ended(node: &'static Node, ends: &mut Vec<Report>) {
    let blocks: Vec<Option<Reference>> = {
        let store = node.store();
        let find = |report: &Report| Some(store.find(report.id)?.0);
        ends.iter().map(find).collect()
    };
    {
        let mut copies = node.copies();
        for report in ends.iter() {
            copies.ended(report.id);
        }
    }
    let names = blocks.iter().map(|block| match block {
        Some(block) => block.header().site.name,
        None => "",
    });
    node.learn(ends.iter().zip(names));
    let count = ends.len() as u64;
    for (report, block) in ends.drain(..).zip(&blocks) {
        if let Some(block) = block
            && let Some(away) = block.header().away()
        {
            match report.outcome {
                Ok(bytes) => away.done(bytes),
                Err(error) => away.failed(block, error),
            }
        }
    }
    // Release pairs with the Acquire in `Node::quiet`, as in `Node::ended`.
    node.outstanding.fetch_sub(count, Ordering::Release);
}
