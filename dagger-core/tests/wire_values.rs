//! Every kind of value arrives as it was sent, and bulk memory as it lay.

mod wire_support;

use dagger_core::Wire;
use proptest::collection::{btree_map, btree_set, hash_map, hash_set, vec, vec_deque};
use proptest::prelude::*;
use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, BinaryHeap, HashMap, LinkedList, VecDeque};
use std::ffi::OsString;
use std::marker::PhantomData;
use std::num::{NonZero, Saturating, Wrapping};
use std::ops::{Bound, ControlFlow};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use wire_support::{Message, sent};

/// Tests that each of the values arrives.
macro_rules! arrive {
    ($($value:expr),+ $(,)?) => {
        $({
            let value = $value;
            assert_eq!(sent(&value), value);
        })+
    };
}

#[test]
fn numbers_at_their_ends() {
    arrive!(u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX, usize::MAX);
    arrive!(i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN, isize::MIN);
    arrive!(f32::MIN_POSITIVE, f64::NEG_INFINITY, -0.0_f64);
    assert_eq!(sent(&f64::NAN).to_bits(), f64::NAN.to_bits());
    arrive!(true, false, 'ß', '\u{10ffff}', ());
}

#[test]
fn numbers_that_are_not_zero() {
    arrive!(NonZero::<u8>::MAX, NonZero::<i128>::MIN);
    arrive!(NonZero::<u64>::MIN, NonZero::<isize>::MAX);
    arrive!(vec![NonZero::<u16>::MAX; 1000]);
}

#[test]
fn texts_and_paths() {
    arrive!(String::from("grüße"), "x".repeat(5000), String::new());
    arrive!(Box::<str>::from("box"), Arc::<str>::from("arc"));
    arrive!(PathBuf::from("/a/b"), OsString::from("os"));
    let borrowed: Cow<'_, str> = Cow::Borrowed("cow");
    assert!(matches!(sent(&borrowed), Cow::Owned(text) if text == "cow"));
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_text() {
    use std::os::unix::ffi::OsStringExt;
    let name = OsString::from_vec(vec![b'a', 0xff, b'/']);
    arrive!(name.clone(), PathBuf::from(name));
}

#[test]
fn choices() {
    arrive!(None::<u8>, Some(3_u8), Some(Some(String::from("in"))));
    arrive!(Ok::<_, String>(1_u8), Err::<u8, _>(String::from("no")));
    arrive!(Bound::Included(1_u8), Bound::Excluded(2_u8));
    arrive!(Bound::<u8>::Unbounded);
    arrive!(
        ControlFlow::<u8, u16>::Break(1),
        ControlFlow::<u8, u16>::Continue(2)
    );
    arrive!(Ordering::Less, Ordering::Equal, Ordering::Greater);
}

#[test]
fn ranges() {
    arrive!(1..5_u8, 3.5.., ..'z', ..=7_i64, .., 1..=9_u32, 0.5..=1.5);
    let mut used_up = 5..=5_u8;
    used_up.next();
    arrive!(used_up.clone());
    assert!(sent(&used_up).is_empty());
    arrive!(4..=4_u8, std::ops::RangeInclusive::new(9, 1_i32));
}

#[test]
fn times() {
    arrive!(Duration::MAX, Duration::new(3, 999_999_999));
    let epoch = SystemTime::UNIX_EPOCH;
    arrive!(
        epoch,
        epoch + Duration::new(9, 1),
        epoch - Duration::new(7, 2)
    );
}

#[test]
fn around_one_value_or_none() {
    arrive!(
        Wrapping(7_u8),
        Saturating(-3_i64),
        Reverse(String::from("r"))
    );
    arrive!(vec![Wrapping(7_u64); 500], PhantomData::<*const u8>);
    arrive!(Box::new(5), Arc::new(vec![1.5]), Cow::Owned::<u8>(3));
}

#[test]
fn arrays() {
    arrive!([1.5_f64; 3], [[1_u8; 3]; 2], [0_u64; 0], [7_u32; 1000]);
    arrive!([String::from("a"), String::from("b")]);
    arrive!(vec![[1_u8, 2, 3]; 1000], vec![[0.5_f32; 2]; 3]);
    arrive!(vec![[0_u8; 0]; 9], vec![[(); 3]; 5]);
    let texts: [String; 100] = std::array::from_fn(|index| index.to_string());
    arrive!(texts.clone(), vec![texts; 2]);
}

#[test]
fn sequences() {
    arrive!(vec![1.5; 3], vec![1.5; 3000], Vec::<f64>::new());
    arrive!(vec![true; 3000], vec!['x'; 3000], vec![(); 12]);
    arrive!(Box::<[u16]>::from([1, 2]), Arc::<[u8]>::from([1; 2000]));
    arrive!(Cow::Borrowed(&[1, 2, 3][..]));
    arrive!(LinkedList::from([1, 2, 3]), vec![Box::new(()); 5]);
    arrive!(vec![vec![0.5; 100]; 100], vec![vec![vec![1_u8; 3]; 2]; 4]);
    let mut turned: VecDeque<u64> = (0..1000).collect();
    turned.rotate_left(300);
    turned.push_back(7);
    turned.pop_front();
    arrive!(turned);
    let heap: BinaryHeap<u32> = (0..500).collect();
    assert_eq!(sent(&heap).into_sorted_vec(), heap.into_sorted_vec());
}

#[test]
fn tuples_of_up_to_16() {
    arrive!((1_u8,), (1_u8, 'x', String::from("y")));
    let long = (1_u8, 2_u16, 3_u32, 4_u64, 5_i8, 6_i16, 7_i32, 8_i64);
    arrive!((long, long));
    let sixteen = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16_u8);
    assert!(sent(&sixteen).15 == 16);
    arrive!(vec![(1_u8, 2.5, String::from("z"), ()); 700]);
}

#[test]
fn maps_with_any_hasher() {
    type Own = std::hash::BuildHasherDefault<std::collections::hash_map::DefaultHasher>;
    let mut map: HashMap<String, Vec<u8>, Own> = HashMap::default();
    map.insert("a".into(), vec![1; 900]);
    map.insert("b".into(), vec![]);
    arrive!(map, HashMap::<u8, u8>::new(), BTreeSet::from([(1, 'x')]));
}

#[test]
fn bulk_memory_is_neither_walked_over_nor_moved() {
    let value = vec![1.5_f64; 1 << 16];
    let mut out = dagger_core::wire::Encoder::new();
    value.encode(&mut out);
    let encoded = out.finish();
    assert!(encoded.head().len() < 8);
    let (_, pieces) = encoded.copied();
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].align(), align_of::<f64>());
    let buffer = dagger_core::wire::Buffer::copy_of(&pieces[0], pieces[0].align()).unwrap();
    let start = buffer.as_ptr();
    let received: Vec<f64> = buffer.into_vec().unwrap();
    assert!(std::ptr::eq(received.as_ptr().cast(), start));
}

#[test]
fn many_of_one_structure_are_columns() {
    let points = vec![(1.0_f64, 2_u32, [3_u8; 4]); 1000];
    assert_eq!(Message::of(&points).pieces.len(), 3);
    let map: HashMap<u64, f64> = (0..1000).map(|key| (key, 0.5)).collect();
    assert_eq!(Message::of(&map).pieces.len(), 2);
}

#[test]
fn bytes_count_what_is_owned() {
    assert_eq!(7_u32.bytes(), 4);
    assert_eq!(vec![0.0_f64; 1000].bytes(), size_of::<Vec<f64>>() + 8000);
    let vector = size_of::<Vec<f64>>();
    assert_eq!(vec![vec![0.0_f64; 10]; 100].bytes(), vector * 101 + 8000);
    assert_eq!((vec![0_u8; 10], 1_u64).bytes(), vector + 8 + 10);
    assert_eq!(Box::new([0_u8; 100]).bytes(), size_of::<usize>() + 100);
    assert_eq!(Some(vec![0_u8; 10]).bytes(), vector + 10);
    let map: HashMap<u32, Vec<u8>> = (0..100).map(|key| (key, vec![0; 50])).collect();
    assert!(map.bytes() > 100 * (4 + vector + 50));
}

#[test]
fn deep_but_not_too_deep() {
    #[derive(Debug, PartialEq)]
    struct Chain(Option<Box<Chain>>);
    impl Wire for Chain {
        fn encode<'a>(&'a self, out: &mut dagger_core::wire::Encoder<'a>) {
            self.0.encode(out);
        }
        fn decode(input: &mut dagger_core::wire::Decoder<'_>) -> dagger_core::Result<Self> {
            Option::decode(input).map(Chain)
        }
    }
    let chain = |links| (0..links).fold(Chain(None), |inner, _| Chain(Some(Box::new(inner))));
    arrive!(chain(1000));
    let error = wire_support::refused::<Chain>(&Message::of(&chain(2000)));
    assert!(error.message().contains("1024 deep"), "{error}");
}

proptest! {
    #[test]
    fn random_vectors(
        numbers in vec(any::<f64>(), 0..300),
        chars in vec(any::<char>(), 0..300),
        texts in vec(any::<String>(), 0..20),
        nested in vec(vec(any::<i16>(), 0..400), 0..10),
    ) {
        prop_assert_eq!(
            sent(&numbers).iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
            numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        );
        prop_assert_eq!(sent(&chars), chars);
        prop_assert_eq!(sent(&texts), texts);
        prop_assert_eq!(sent(&nested), nested);
    }

    #[test]
    fn random_maps(
        sorted in btree_map(any::<String>(), any::<Option<u64>>(), 0..50),
        hashed in hash_map(any::<u32>(), (any::<bool>(), any::<Vec<u8>>()), 0..200),
        set in hash_set(any::<(u8, char)>(), 0..200),
        tree in btree_set(any::<[u8; 3]>(), 0..200),
        turning in vec_deque(any::<u64>(), 0..200),
    ) {
        prop_assert_eq!(sent(&sorted), sorted);
        prop_assert_eq!(sent(&hashed), hashed);
        prop_assert_eq!(sent(&set), set);
        prop_assert_eq!(sent(&tree), tree);
        prop_assert_eq!(sent(&turning), turning);
    }

    #[test]
    fn random_structures(
        value in any::<(Option<String>, Result<u8, i64>, Vec<(u16, Vec<u8>, bool)>, [char; 4])>(),
    ) {
        prop_assert_eq!(sent(&value), value);
    }
}
