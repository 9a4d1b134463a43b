//! serde types on the wire, and bytes that are none.

mod wire_support;

use dagger_core::wire::Serde;
use proptest::prelude::*;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::{BTreeMap, HashMap, HashSet};
use wire_support::{Message, refused, sent};

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
enum Shape {
    Point,
    Circle { radius: f64 },
    Pair(u8, i64),
    Named(String),
    Tree(Vec<Shape>, Option<Box<Shape>>),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Everything {
    shapes: Vec<Shape>,
    map: BTreeMap<String, HashMap<u8, [i32; 3]>>,
    unit: (),
    newtype: Newtype,
    unit_struct: Unit,
    numbers: (u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, f32, f64),
    others: (
        char,
        bool,
        Option<()>,
        std::time::Duration,
        std::net::IpAddr,
    ),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Newtype(String);

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Unit;

fn everything() -> Everything {
    let tree = Shape::Tree(
        vec![
            Shape::Point,
            Shape::Circle { radius: 2.5 },
            Shape::Pair(1, -2),
        ],
        Some(Box::new(Shape::Named("n".into()))),
    );
    Everything {
        shapes: vec![tree; 3],
        map: [("a".into(), [(1, [1, -2, 3])].into())].into(),
        unit: (),
        newtype: Newtype("new".into()),
        unit_struct: Unit,
        numbers: (1, 2, 3, 4, 5, -1, -2, -3, -4, -5, 0.5, -0.25),
        others: (
            'ß',
            true,
            Some(()),
            std::time::Duration::from_millis(1500),
            [1, 2, 3, 4].into(),
        ),
    }
}

#[test]
fn values_arrive() {
    let value = Serde(everything());
    assert_eq!(sent(&value), value);
    // Between other things, many, and nested.
    let among = (1_u8, vec![value.clone(); 4], String::from("end"));
    assert_eq!(sent(&among), among);
    assert_eq!(sent(&Serde(vec![(); 1000])), Serde(vec![(); 1000]));
    assert_eq!(sent(&vec![Serde(()); 10]), vec![Serde(()); 10]);
}

#[test]
fn it_behaves_as_the_value_inside() {
    let mut value = Serde::from(vec![1, 2]);
    value.push(3);
    assert_eq!(value.len(), 3);
    assert_eq!(value.into_inner(), [1, 2, 3]);
    assert_eq!(Serde("shown").to_string(), "shown");
}

/// Writes half of itself and fails.
#[derive(Debug)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeTuple;
        let mut tuple = serializer.serialize_tuple(2)?;
        tuple.serialize_element(&7_u8)?;
        Err(serde::ser::Error::custom("half of it is missing"))
    }
}

impl<'de> Deserialize<'de> for Unwritable {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Unwritable)
    }
}

#[test]
fn what_serde_cannot_write_is_told_to_the_reader() {
    let message = Message::of(&(1_u8, Serde(Unwritable), 2_u8));
    let error = refused::<(u8, Serde<Unwritable>, u8)>(&message);
    assert!(
        error.message().contains("serde cannot write this"),
        "{error}"
    );
}

#[test]
fn what_needs_its_own_shape_is_an_error() {
    let error =
        refused::<Serde<serde_json::Value>>(&Message::of(&Serde(serde_json::json!({"a": 1}))));
    assert!(error.message().contains("are no `serde_json"), "{error}");
}

fn of(head: Vec<u8>) -> Message {
    Message {
        head,
        pieces: Vec::new(),
    }
}

#[test]
fn huge_numbers_of_elements() {
    let huge = [&[0][..], &[0xff; 8], &[0x7f, 0, 0]].concat();
    let error = refused::<Serde<Vec<()>>>(&of(huge.clone()));
    assert!(
        error.message().contains("no `alloc::vec::Vec<()>`"),
        "{error}"
    );
    refused::<Serde<HashSet<()>>>(&of(huge.clone()));
    refused::<Serde<HashMap<(), ()>>>(&of(huge.clone()));
    refused::<Serde<Vec<u64>>>(&of(huge.clone()));
    refused::<Serde<String>>(&of(huge));
}

#[test]
fn nested_without_end() {
    #[derive(Serialize, Deserialize, Debug)]
    struct Chain(Option<Box<Chain>>);
    let error = refused::<Serde<Chain>>(&of([vec![0], vec![1; 5_000_000]].concat()));
    assert!(error.message().contains("Chain"), "{error}");
    let mut chain = Chain(None);
    for _ in 0..300 {
        chain = Chain(Some(Box::new(chain)));
    }
    sent(&Serde(chain));
    #[derive(Serialize, Deserialize, Debug)]
    struct Endless(Box<Endless>);
    refused::<Serde<Endless>>(&of(vec![0]));
}

proptest! {
    #[test]
    fn random_bytes(head in proptest::collection::vec(any::<u8>(), 0..100)) {
        let message = of([vec![0], head].concat());
        let _ = message.decode::<Serde<Everything>>();
        let _ = message.decode::<Serde<Vec<Shape>>>();
        let _ = message.decode::<Serde<Vec<Vec<Vec<()>>>>>();
        let _ = message.decode::<Vec<Serde<Option<HashMap<String, Vec<u16>>>>>>();
    }

    #[test]
    fn damaged_values(at in any::<usize>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut message = Message::of(&Serde(everything()));
        let at = at % message.head.len();
        if cut {
            message.head.truncate(at);
        } else {
            message.head[at] = byte;
        }
        let _ = message.decode::<Serde<Everything>>();
    }
}
