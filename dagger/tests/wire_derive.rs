//! `#[derive(Wire)]`: values of one's own types arrive as they were sent.

use dagger::prelude::*;
use dagger::wire::{Buffer, Decoder, Encoder, Piece};
use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;

fn message<T: Wire>(value: &T) -> (Vec<u8>, Vec<Piece>) {
    let mut out = Encoder::new();
    value.encode(&mut out);
    out.finish().copied()
}

fn received<T: Wire>((head, pieces): &(Vec<u8>, Vec<Piece>)) -> Result<T> {
    let buffers: Result<Vec<Buffer>> = pieces
        .iter()
        .map(|piece| Buffer::copy_of(piece, piece.align()))
        .collect();
    let mut input = Decoder::new(head, buffers?);
    let value = T::decode(&mut input)?;
    input.finish()?;
    Ok(value)
}

fn sent<T: Wire>(value: &T) -> T {
    received(&message(value)).unwrap()
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct Particle {
    at: [f64; 3],
    charge: f32,
    r#type: u8,
}

#[derive(Wire, Clone, Debug, PartialEq)]
struct Metres(f64);

#[derive(Wire, Clone, Debug, PartialEq)]
struct Nothing;

#[derive(Wire, Clone, Debug, PartialEq)]
struct Braces {}

#[derive(Wire, Clone, Debug, PartialEq)]
enum Shape<T> {
    Point,
    Circle { radius: T },
    Polygon(Vec<(T, T)>),
    Named(String, Box<Shape<T>>),
}

#[derive(Wire)]
enum Never {}

#[derive(Wire, Clone, Debug, PartialEq)]
struct Generic<'a, T, U: ?Sized, const N: usize>
where
    T: Clone,
{
    name: Cow<'a, str>,
    all: [T; N],
    _of: PhantomData<U>,
}

trait Table {
    type Row;
}

#[derive(Debug, PartialEq)]
struct Numbers;

impl Table for Numbers {
    type Row = u32;
}

#[derive(Wire, Debug, PartialEq)]
struct Tree {
    value: u32,
    children: Vec<Tree>,
    by_name: HashMap<String, Tree>,
}

fn particles(count: u32) -> Vec<Particle> {
    (0..count)
        .map(|index| Particle {
            at: [f64::from(index), 0.5, -1.0],
            charge: index as f32,
            r#type: index as u8,
        })
        .collect()
}

#[test]
fn structures() {
    let one = particles(1).remove(0);
    assert_eq!(sent(&one), one);
    assert_eq!(sent(&Metres(2.5)), Metres(2.5));
    assert_eq!(sent(&Nothing), Nothing);
    assert_eq!(sent(&Braces {}), Braces {});
    assert_eq!(sent(&vec![Nothing; 20]), vec![Nothing; 20]);
}

#[test]
fn many_structures_are_columns_of_numbers() {
    let many = particles(1000);
    let message = message(&many);
    assert_eq!(message.1.len(), 3);
    assert_eq!(received::<Vec<Particle>>(&message).unwrap(), many);
    let few = particles(3);
    assert_eq!(sent(&few), few);
    let lengths = vec![Metres(1.5); 1000];
    assert_eq!(sent(&lengths), lengths);
}

#[test]
fn enums() {
    for shape in [
        Shape::Point,
        Shape::Circle { radius: 2.5 },
        Shape::Polygon(vec![(0.0, 1.0); 100]),
        Shape::Named("p".into(), Box::new(Shape::Point)),
    ] {
        assert_eq!(sent(&shape), shape);
        assert_eq!(sent(&vec![shape.clone(); 9]), vec![shape; 9]);
    }
    let error = received::<Shape<u8>>(&(vec![7], vec![])).unwrap_err();
    assert_eq!(error.message(), "`Shape` has no variant 7");
    assert!(received::<Never>(&(vec![], vec![])).is_err());
}

#[test]
fn generics() {
    let value = Generic::<'_, _, String, 2> {
        name: "g".into(),
        all: [vec![1_u8], vec![]],
        _of: PhantomData,
    };
    assert_eq!(sent(&value), value);
}

#[test]
fn recursive_types() {
    let leaf = |value| Tree {
        value,
        children: vec![],
        by_name: HashMap::new(),
    };
    let tree = Tree {
        value: 1,
        children: (0..50).map(leaf).collect(),
        by_name: [("last".into(), leaf(7))].into(),
    };
    assert_eq!(sent(&tree), tree);
}

#[test]
fn nested_without_end_is_an_error() {
    // Vectors of one tree each, deeper than the stack would bear.
    let mut head = Vec::new();
    for _ in 0..1_000_000 {
        head.push(1); // one child ...
        head.extend([0; 4]); // ... with a value ...
    }
    let error = received::<Vec<Tree>>(&(head, vec![])).unwrap_err();
    assert!(error.message().contains("deep"), "{error}");
}

#[test]
fn bytes_count_what_fields_own() {
    let owned = Shape::Polygon(vec![(0.0_f64, 1.0_f64); 100]);
    assert_eq!(owned.bytes(), size_of::<Shape<f64>>() + 1600);
    let flat = particles(1).remove(0);
    assert_eq!(flat.bytes(), size_of::<Particle>());
}

#[test]
fn a_derived_type_inside_a_function() {
    #[derive(Wire, Debug, PartialEq)]
    struct Local {
        length: usize,
        input: usize,
        out: usize,
    }
    let value = Local {
        length: 1,
        input: 2,
        out: 3,
    };
    assert_eq!(sent(&value), value);
}

/// A field whose type is named through a parameter.
#[derive(Wire)]
struct Rows<T: Table> {
    rows: Vec<T::Row>,
    of: PhantomData<T>,
}

impl Wire for Numbers {
    fn encode<'a>(&'a self, _: &mut Encoder<'a>) {}
    fn decode(_: &mut Decoder<'_>) -> Result<Self> {
        Ok(Numbers)
    }
}

#[test]
fn types_named_through_parameters() {
    let rows = Rows::<Numbers> {
        rows: vec![1, 2, 3],
        of: PhantomData,
    };
    assert_eq!(sent(&rows).rows, rows.rows);
}
