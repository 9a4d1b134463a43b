//! What it costs to take a value apart and to put it together again, without a transport in between.
//!
//! Ours: encode, copy the pieces into fresh buffers as a receiver would, decode. Postcard: to bytes and back. The serial
//! contender of the large vector is one copy into fresh memory, less than which no journey can cost.

use std::fmt::Debug;

use dagger::wire::{Buffer, Decoder, Encoder, Wire};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::harness::{Batch, Effort, Failure, Goal, LineUp, Question, Unit, time};

/// This module's questions.
pub fn questions(effort: Effort) -> Vec<Question> {
    let large = effort.size(8 << 20, 1 << 16);
    vec![
        Question::new(
            "wire/a large vector",
            Unit::nanoseconds("vector", 1),
            "64 MiB of f64 out of one vector into another; fresh memory for every contender.",
            move |_| {
                let value: Vec<f64> = (0..large).map(f64::from).collect();
                let copied = value.clone();
                line_up(&value).serial("memcpy", move |batch| {
                    time(batch, &copied, || copied.clone())
                })
            },
        )
        .on(&[1])
        .aim(Goal::OverSerial {
            percent: 10.0,
            nanoseconds: 0.0,
        }),
        Question::new(
            "wire/a small message",
            Unit::nanoseconds("message", 1),
            "A number, a text of 12 letters, an optional number and three coordinates.",
            |_| {
                let place = [0.5, 1.5, 2.5];
                line_up(&(7_u64, String::from("twelve chars"), Some(3_u32), place))
            },
        )
        .on(&[1])
        .aim(Goal::LevelWith("postcard")),
        Question::new(
            "wire/many rows",
            Unit::nanoseconds("row", 10_000),
            "A vector of 10,000 triples of a number, a coordinate and a flag.",
            |_| {
                let row = |index: u32| (index, f64::from(index), index.is_multiple_of(3));
                line_up(&(0..10_000).map(row).collect::<Vec<(u32, f64, bool)>>())
            },
        )
        .on(&[1])
        .aim(Goal::AheadOf("postcard")),
    ]
}

fn line_up<T>(value: &T) -> LineUp
where
    T: Wire + Serialize + DeserializeOwned + Clone + PartialEq + Debug + 'static,
{
    let (ours, peer) = (value.clone(), value.clone());
    LineUp::new()
        .ours(move |batch| time(batch, &ours, || sent(&ours)))
        .peer("postcard", move |batch| by_postcard(batch, &peer))
}

fn sent<T: Wire>(value: &T) -> T {
    let mut out = Encoder::new();
    value.encode(&mut out);
    let encoded = out.finish();
    let pieces: Vec<Buffer> = encoded
        .slices()
        .map(|(bytes, align)| Buffer::copy_of(bytes, align).expect("there is memory"))
        .collect();
    let mut input = Decoder::new(encoded.head(), pieces);
    T::decode(&mut input).expect("these are its bytes")
}

fn by_postcard<T>(batch: Batch, value: &T) -> Result<std::time::Duration, Failure>
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    time(batch, value, || {
        let bytes = postcard::to_stdvec(value).expect("postcard writes it");
        postcard::from_bytes(&bytes).expect("postcard reads it")
    })
}
