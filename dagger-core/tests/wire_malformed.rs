//! Bytes that are no value: an error, and never more memory than what arrived pays for.

mod wire_support;

use dagger_core::wire::Piece;
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use wire_support::{Message, refused};

/// Counts the bytes that this thread asks for.
struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all is left to the system's allocator; counting touches a cell without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.set(ASKED.get() + layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The bytes a value may need in memory for each that arrived, of the types below: one byte makes an element, vectors double, maps have
/// gaps, and columns are kept beside their rows.
const EACH: usize = 1024;
/// What an error with its message, and the test itself, may need besides.
const ANYWAY: usize = 64 << 10;

/// Decodes, whatever comes of it.
fn taken_or_refused<T: dagger_core::Wire>(message: &Message) {
    let before = ASKED.get();
    let _ = message.decode::<T>();
    let asked = ASKED.get() - before;
    let paid = message.bytes() * EACH + ANYWAY;
    assert!(
        asked <= paid,
        "{asked} bytes for {} that came",
        message.bytes()
    );
}

/// Decodes one message as each of many types.
fn as_every_type(message: &Message) {
    macro_rules! each {
        ($($type:ty),+ $(,)?) => {
            $(taken_or_refused::<$type>(message);)+
        };
    }
    each!(
        u8,
        f64,
        i128,
        bool,
        char,
        NonZero<u32>,
        std::cmp::Ordering,
        Duration,
        SystemTime
    );
    each!(
        String,
        PathBuf,
        OsString,
        Box<str>,
        Arc<[u16]>,
        Cow<'static, str>
    );
    each!(
        Option<String>,
        Result<Vec<u8>, String>,
        std::ops::Bound<u64>
    );
    each!(std::ops::RangeInclusive<u64>, std::ops::Range<String>);
    each!(
        Vec<u8>,
        Vec<f64>,
        Vec<bool>,
        Vec<char>,
        Vec<NonZero<i16>>,
        Vec<()>
    );
    each!(
        Vec<Vec<f64>>,
        Vec<String>,
        Vec<Option<[u64; 40]>>,
        Vec<Box<()>>
    );
    each!(
        [f64; 3],
        [u64; 100],
        [String; 3],
        Vec<[u16; 3]>,
        Vec<[(); 4]>,
        Vec<[u8; 0]>
    );
    each!(
        (u8, String),
        Vec<(u32, f64)>,
        Vec<(String, ())>,
        Vec<((u8, bool), [char; 2])>
    );
    each!(
        VecDeque<u32>,
        BinaryHeap<u16>,
        HashSet<()>,
        HashSet<String>,
        BTreeSet<(u8, u8)>
    );
    each!(HashMap<u32, f64>, HashMap<String, Vec<u8>>, BTreeMap<bool, HashMap<u8, u8>>);
    each!(
        std::collections::LinkedList<()>,
        BinaryHeap<()>,
        VecDeque<()>
    );
    each!(
        Vec<Vec<Vec<Vec<()>>>>,
        Vec<std::marker::PhantomData<u8>>,
        Vec<std::ops::RangeFull>
    );
}

/// The bytes of values of many types.
fn valid() -> Vec<Message> {
    let map: HashMap<String, Vec<u8>> = [("a".into(), vec![1; 600]), ("b".into(), vec![2])].into();
    vec![
        Message::of(&vec![0.5_f64; 200]),
        Message::of(&vec![true; 700]),
        Message::of(&vec!['x'; 300]),
        Message::of(&vec![vec![1.5_f64; 70]; 9]),
        Message::of(&vec![String::from("text"), "y".repeat(600)]),
        Message::of(&map),
        Message::of(&vec![(7_u32, 0.25_f64); 150]),
        Message::of(&vec![[1_u16, 2, 3]; 5]),
        Message::of(&(1_u8, String::from("z"))),
        Message::of(&Some(Duration::from_secs(5))),
        Message::of(&vec![(); 30]),
    ]
}

/// One thing that goes wrong on the way.
#[derive(Clone, Debug)]
enum Damage {
    Set(usize, u8),
    Cut(usize),
    Insert(usize, u8),
    SetInPiece(usize, u8),
    CutPiece(usize),
    DropPiece(usize),
    AddPiece(usize),
    Align(usize, u32),
}

fn damage() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![any::<u8>(), Just(0xff), Just(0x80), Just(0)];
    let at = any::<usize>();
    prop_oneof![
        (at, byte.clone()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        at.prop_map(Damage::Cut),
        (at, byte.clone()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        (at, byte).prop_map(|(at, byte)| Damage::SetInPiece(at, byte)),
        at.prop_map(Damage::CutPiece),
        at.prop_map(Damage::DropPiece),
        (0_usize..5000).prop_map(Damage::AddPiece),
        (at, 0_u32..8).prop_map(|(at, power)| Damage::Align(at, power)),
    ]
}

fn suffer(message: &mut Message, damage: &Damage) {
    let head = message.head.len();
    let pieces = message.pieces.len();
    let mut change = |at: usize, how: &dyn Fn(&mut Vec<u8>, &mut usize)| {
        if pieces > 0 {
            let piece = &mut message.pieces[at % pieces];
            let (mut bytes, mut align) = (piece.to_vec(), piece.align());
            how(&mut bytes, &mut align);
            *piece = Piece::new(bytes, align);
        }
    };
    match *damage {
        Damage::SetInPiece(at, byte) => change(at, &|bytes, _| {
            let length = bytes.len();
            if length > 0 {
                bytes[at / 7 % length] = byte;
            }
        }),
        Damage::CutPiece(at) => change(at, &|bytes, _| bytes.truncate(at / 7 % 1000)),
        Damage::Align(at, power) => change(at, &|_, align| *align = 1 << power),
        Damage::DropPiece(at) if pieces > 0 => drop(message.pieces.remove(at % pieces)),
        Damage::AddPiece(length) => message.pieces.push(Piece::new(vec![1; length], 8)),
        Damage::Set(at, byte) if head > 0 => message.head[at % head] = byte,
        Damage::Cut(at) if head > 0 => message.head.truncate(at % head),
        Damage::Insert(at, byte) => message.head.insert(at % (head + 1), byte),
        _ => {}
    }
}

/// A message of these bytes alone.
fn of(head: impl Into<Vec<u8>>) -> Message {
    Message {
        head: head.into(),
        pieces: Vec::new(),
    }
}

/// A number of elements that no machine has.
const HUGE: [u8; 9] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];

#[test]
fn huge_numbers_of_elements() {
    as_every_type(&of(HUGE));
    as_every_type(&of([&HUGE[..], &HUGE, &HUGE].concat()));
    let error = refused::<Vec<()>>(&of(HUGE));
    assert!(error.message().contains("only 0 bytes are left"), "{error}");
    refused::<Vec<Box<()>>>(&of(HUGE));
    refused::<Vec<f64>>(&of(HUGE));
    refused::<HashSet<()>>(&of(HUGE));
    refused::<Vec<[u8; 0]>>(&of(HUGE));
    refused::<Vec<([(); 2], ())>>(&of(HUGE));
}

#[test]
fn what_is_no_value_is_named() {
    assert_eq!(refused::<bool>(&of([2])).message(), "2 is no truth value");
    assert_eq!(
        refused::<char>(&of([0, 0xd8, 0, 0])).message(),
        "55296 is no character"
    );
    let zero = refused::<NonZero<u8>>(&of([0]));
    assert_eq!(zero.message(), "0 is no number other than zero");
    assert!(
        refused::<Vec<bool>>(&of([2, 0, 7]))
            .message()
            .contains("no truth value")
    );
    assert!(
        refused::<String>(&of([1, 0xff]))
            .message()
            .contains("UTF-8")
    );
    assert!(refused::<u32>(&of([1, 2])).message().contains("2 are left"));
    assert!(refused::<u8>(&of([1, 2])).message().contains("left over"));
    assert!(refused::<usize>(&of([])).message().contains("too soon"));
}

#[test]
fn counts_with_too_many_bytes() {
    refused::<Vec<u8>>(&of([0xff; 10]));
    refused::<Vec<u8>>(&of([0xff; 100]));
    refused::<Vec<u8>>(&of([
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02,
    ]));
}

#[test]
fn a_type_inside_itself_without_end() {
    struct Endless(#[allow(dead_code)] Box<Endless>);
    impl dagger_core::Wire for Endless {
        fn encode<'a>(&'a self, _: &mut dagger_core::wire::Encoder<'a>) {}
        fn decode(input: &mut dagger_core::wire::Decoder<'_>) -> dagger_core::Result<Self> {
            Box::decode(input).map(Endless)
        }
    }
    let error = refused::<Endless>(&of([]));
    assert!(error.message().contains("1024 deep"), "{error}");
}

#[test]
fn pieces_of_another_alignment_are_copied() {
    let value = vec![1.5_f64; 200];
    let mut message = Message::of(&value);
    message.pieces[0] = Piece::new(message.pieces[0].to_vec(), 1);
    assert_eq!(message.decode::<Vec<f64>>().unwrap(), value);
}

#[test]
fn every_type_from_every_other() {
    for message in valid() {
        as_every_type(&message);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn random_bytes(head in proptest::collection::vec(any::<u8>(), 0..200), piece in 0_usize..3000) {
        let pieces = vec![Piece::new(vec![head.first().copied().unwrap_or(0); piece], 8)];
        as_every_type(&of(head.clone()));
        as_every_type(&Message { head, pieces });
    }

    #[test]
    fn damaged_values(which in any::<usize>(), damages in proptest::collection::vec(damage(), 1..4)) {
        let mut valid = valid();
        let count = valid.len();
        let message = &mut valid[which % count];
        for damage in &damages {
            suffer(message, damage);
        }
        as_every_type(message);
    }
}

/// How many cases of each: more for a longer search, `WIRE_CASES=1000000`.
fn cases() -> u32 {
    let asked = std::env::var("WIRE_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(200)
}
