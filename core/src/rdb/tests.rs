//! Values and snapshots as a whole: what is written is read back, every older form is read, what is damaged is refused or
//! read as something sound.

use super::crc64::crc64;
use super::dump::{dump, restore, verify};
use super::loader::{Loader, Record};
use super::saver::{Saver, Uses};
use super::{ModuleName, Refusal, is_known};
use crate::ds::dict::HashKey;
use crate::ds::intset::Intset;
use crate::ds::listpack::{Item, Listpack};
use crate::ds::vectors::{Encoded, Quantization};
use crate::util::rng::Rng;
use crate::value::array::Array;
use crate::value::list::{self, List, Side};
use crate::value::shared::Shared;
use crate::value::stream::{Pending, Stream, StreamId};
use crate::value::{Collection, Hash, Object, Set, Thresholds, ValueRef, VectorSet, ZSet};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Names and values of a stream's entry.
type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// What a value holds, whatever its form.
#[derive(Clone, Debug, PartialEq)]
enum Contents {
    Str(Vec<u8>),
    List(Vec<Vec<u8>>),
    Set(BTreeSet<Vec<u8>>),
    Hash(BTreeMap<Vec<u8>, Vec<u8>>),
    ZSet(Vec<(Vec<u8>, f64)>),
    /// Entries: ID, fields and values.
    Stream(Vec<(StreamId, Fields)>),
    /// Next, ring, values.
    Array(u64, u64, BTreeMap<u64, Vec<u8>>),
    /// Quantization, and the elements: name, attributes, components as they are kept.
    Vectors(Quantization, Vec<(Vec<u8>, Vec<u8>, Vec<f32>)>),
}

fn thresholds() -> Thresholds {
    Thresholds::new(HashKey(1, 2))
}

/// Every form is the large one, or nearly.
fn tiny_thresholds() -> Thresholds {
    Thresholds {
        list_max_listpack_size: 3,
        hash_max_listpack_entries: 2,
        set_max_intset_entries: 3,
        set_max_listpack_entries: 2,
        zset_max_listpack_entries: 2,
        ..thresholds()
    }
}

/// The contents, after a check that all ways to ask for them agree.
fn contents(object: &Object) -> Contents {
    match object {
        Object::Str(bytes) => Contents::Str(bytes.clone()),
        Object::List(list) => {
            let elements: Vec<Vec<u8>> = list.iter().map(Item::to_vec).collect();
            let mut reversed: Vec<Vec<u8>> = list.rev().map(Item::to_vec).collect();
            reversed.reverse();
            assert_eq!(elements, reversed);
            assert_eq!(elements.len(), list.len());
            Contents::List(elements)
        }
        Object::Set(set) => {
            let members: BTreeSet<Vec<u8>> = set.iter().map(Item::to_vec).collect();
            assert_eq!(members.len(), set.len(), "no member stands there twice");
            assert!(members.iter().all(|member| set.contains(member)));
            Contents::Set(members)
        }
        Object::Hash(hash) => {
            let pairs: BTreeMap<Vec<u8>, Vec<u8>> =
                hash.iter().map(|(field, value)| (field.to_vec(), value.to_vec())).collect();
            assert_eq!(pairs.len(), hash.len(), "no field stands there twice");
            for (field, value) in &pairs {
                assert_eq!(hash.get(field).map(Item::to_vec).as_ref(), Some(value));
            }
            Contents::Hash(pairs)
        }
        Object::ZSet(zset) => {
            let members: Vec<(Vec<u8>, f64)> = zset
                .members(0..zset.len(), false)
                .map(|(member, score)| (member.to_vec(), score))
                .collect();
            assert_eq!(members.len(), zset.len());
            for (rank, (member, score)) in members.iter().enumerate() {
                assert_eq!(zset.rank(member), Some((rank, *score)), "each is where it belongs");
            }
            let ascends = |pair: &[(Vec<u8>, f64)]| {
                let [(a, x), (b, y)] = pair else { return true };
                x < y || (x == y && a < b)
            };
            assert!(members.windows(2).all(ascends));
            Contents::ZSet(members)
        }
        Object::Stream(stream) => {
            let entries: Vec<_> = stream
                .range(StreamId::MIN, StreamId::MAX)
                .map(|entry| {
                    let fields = entry.fields.map(|(name, value)| (name.to_vec(), value.to_vec()));
                    (entry.id, fields.collect())
                })
                .collect();
            assert_eq!(entries.len(), stream.len());
            assert!(entries.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert!(entries.last().is_none_or(|(id, _)| *id <= stream.last_id));
            Contents::Stream(entries)
        }
        Object::Array(array) => {
            let mut values = BTreeMap::new();
            array.values.walk(0, u64::MAX, &mut |index, value| {
                assert!(values.insert(index, value.to_vec()).is_none());
                true
            });
            assert_eq!(values.len(), array.len());
            assert_eq!(array.len_of_indexes(), values.last_key_value().map_or(0, |it| it.0 + 1));
            Contents::Array(array.next, array.ring, values)
        }
        Object::VectorSet(set) => {
            let vectors = set.graph.vectors();
            let element = |id: u32| {
                assert_eq!(set.find(set.name(id)), Some(id));
                assert!(vectors.distance(vectors.view(id as usize), vectors.view(0)) > -1e-3);
                let components = vectors.decode(id as usize);
                (set.name(id).to_vec(), set.attributes(id).to_vec(), components)
            };
            let elements = (0..set.len() as u32).map(element).collect();
            Contents::Vectors(vectors.quantization(), elements)
        }
    }
}

fn build(contents: &Contents, t: &Thresholds) -> Object {
    match contents {
        Contents::Str(bytes) => Object::Str(bytes.clone()),
        Contents::List(elements) => {
            let mut list = List::empty();
            elements.iter().for_each(|it| list.push(Side::Right, it, list::limit(t)));
            Object::List(list)
        }
        Contents::Set(members) => {
            let first = members.first().map_or(&b""[..], Vec::as_slice);
            let mut set = Set::sized(first, members.len(), t);
            members.iter().for_each(|member| {
                set.add(member, t);
            });
            Object::Set(set)
        }
        Contents::Hash(pairs) => {
            let mut hash = Hash::empty();
            pairs.iter().for_each(|(field, value)| {
                hash.set(field, value, t);
            });
            Object::Hash(hash)
        }
        Contents::ZSet(members) => {
            let mut zset = ZSet::empty();
            members.iter().for_each(|(member, score)| {
                zset.update(member, t, |_| Some(*score));
            });
            Object::ZSet(zset)
        }
        Contents::Stream(entries) => {
            let mut stream = Stream::default();
            for (id, fields) in entries {
                let words = fields.iter().flat_map(|(name, value)| [name.as_slice(), value]);
                stream.append(*id, words, t);
            }
            let group = stream.add_group(b"group", StreamId::MIN, Some(3)).unwrap();
            for (index, (id, _)) in entries.iter().enumerate() {
                let (owner, _) =
                    group.add_consumer(if index % 2 == 0 { b"even" } else { b"odd" }, 7);
                group.put(Pending { id: *id, at_ms: index as u64 / 3, count: 2, owner });
            }
            stream.into_object()
        }
        Contents::Array(next, ring, values) => {
            let mut array = Array { next: *next, ring: *ring, ..Array::default() };
            values.iter().for_each(|(index, value)| {
                array.values.set(*index, value);
            });
            Object::Array(Shared::new(array))
        }
        Contents::Vectors(quantization, elements) => {
            let mut set = VectorSet::new(DIM, *quantization, 4, 0);
            for (index, (name, attributes, components)) in elements.iter().enumerate() {
                set.add(name, &Encoded::new(components, *quantization), index % 3, 20);
                set.set_attributes(name, attributes);
            }
            Object::VectorSet(Shared::new(set))
        }
    }
}

/// Components of vectors here.
const DIM: usize = 9;

fn value() -> impl Strategy<Value = Contents> {
    let text = || {
        prop_oneof![
            4 => "[a-z]{0,6}",
            3 => "-?[0-9]{1,20}",
            1 => "[ab]{60,90}",
            1 => ".{20,40}",
            1 => "x{3000}y{3000}",
        ]
        .prop_map(String::into_bytes)
    };
    let score = prop_oneof![
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        (-1000i32..1000).prop_map(f64::from),
        any::<f64>().prop_filter("a score", |it| !it.is_nan() && it.to_bits() != 1 << 63),
    ];
    prop_oneof![
        text().prop_map(Contents::Str),
        prop::collection::vec(text(), 1..60).prop_map(Contents::List),
        prop::collection::btree_set(text(), 1..60).prop_map(Contents::Set),
        prop::collection::btree_set("-?[1-9][0-9]{0,17}".prop_map(String::into_bytes), 1..60)
            .prop_map(Contents::Set),
        prop::collection::btree_map(text(), text(), 1..60).prop_map(Contents::Hash),
        prop::collection::btree_map(text(), score, 1..60).prop_map(|members| {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|(a, x), (b, y)| x.total_cmp(y).then_with(|| a.cmp(b)));
            Contents::ZSet(members)
        }),
        prop::collection::btree_map(
            (1u64..50, 0u64..5),
            prop::collection::vec(("[a-c]".prop_map(String::into_bytes), text()), 1..4),
            0..30,
        )
        .prop_map(|entries| {
            let id = |(ms, seq)| StreamId { ms, seq };
            Contents::Stream(entries.into_iter().map(|(at, fields)| (id(at), fields)).collect())
        }),
        (
            any::<u64>(),
            0u64..9,
            prop::collection::btree_map(
                prop_oneof![0u64..200, 0..=Array::INDEX_MAX],
                text(),
                1..40
            )
        )
            .prop_map(|(next, ring, values)| Contents::Array(next, ring, values)),
        (
            prop::sample::select(vec![
                Quantization::Float,
                Quantization::Int8,
                Quantization::Binary
            ]),
            prop::collection::btree_map(
                text(),
                (text(), prop::collection::vec(-9i8..9, DIM)),
                1..20
            )
        )
            .prop_map(|(quantization, elements)| {
                let element = |(name, (attributes, components)): (Vec<u8>, (Vec<u8>, Vec<i8>))| {
                    let components: Vec<f32> = components.into_iter().map(f32::from).collect();
                    (name, attributes, components)
                };
                Contents::Vectors(quantization, elements.into_iter().map(element).collect())
            }),
    ]
}

fn of(object: &Object) -> ValueRef<'_> {
    match object {
        Object::Str(bytes) => ValueRef::Bytes(bytes),
        object => ValueRef::Object(object),
    }
}

/// `body` with this version and the right sum.
fn sealed(body: &[u8], version: u16) -> Vec<u8> {
    let mut payload = body.to_vec();
    payload.extend(version.to_le_bytes());
    payload.extend(crc64(&payload).to_le_bytes());
    payload
}

fn read(body: &[u8]) -> Result<Contents, Refusal> {
    let payload = sealed(body, 10);
    restore(verify(&payload)?, &thresholds()).map(|object| contents(&object))
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A string as the format has it.
fn string(bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 1 << 14);
    [&(bytes.len() as u16 | 0x4000).to_be_bytes(), bytes].concat()
}

fn pack(texts: &[&str]) -> Vec<u8> {
    string(&texts.iter().map(|text| text.as_bytes()).collect::<Listpack>().to_spec())
}

proptest! {
    #[test]
    fn what_is_dumped_is_restored(value in value(), small: bool, compress: bool) {
        let from = if small { thresholds() } else { tiny_thresholds() };
        let object = build(&value, &from);
        let payload = dump(of(&object), compress);
        let verified = verify(&payload).unwrap();
        for t in [thresholds(), tiny_thresholds()] {
            prop_assert_eq!(&contents(&restore(verified, &t).unwrap()), &contents(&object));
        }
        if !matches!(value, Contents::Vectors(..)) {
            prop_assert_eq!(&contents(&object), &value);
        }
        // In the same form, if nothing asks for another; a packed list of some length may come back unpacked.
        if !matches!(value, Contents::List(_)) {
            let back = restore(verified, &from).unwrap();
            prop_assert_eq!(back.encoding(), object.encoding());
            prop_assert_eq!(dump(of(&back), compress).len(), payload.len());
        }
    }

    #[test]
    fn what_is_damaged_is_refused_or_sound(
        value in value(),
        small: bool,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let t = if small { thresholds() } else { tiny_thresholds() };
        let payload = dump(of(&build(&value, &t)), true);
        let mut body = payload[..payload.len() - 10].to_vec();
        for (at, byte) in damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Some(cut) = cut {
            body.truncate(cut.index(body.len()));
        }
        prop_assert_eq!(verify(&payload[..payload.len() - 1]).is_err(), true);
        if let Ok(mut object) = restore(&body, &t) {
            contents(&object);
            use_it(&mut object, &t);
        }
    }

    #[test]
    fn noise_is_refused_or_sound(mut noise in prop::collection::vec(any::<u8>(), 1..80), kind in 0u8..26) {
        noise[0] = kind;
        if let Ok(mut object) = restore(&noise, &thresholds()) {
            contents(&object);
            use_it(&mut object, &thresholds());
        }
    }

    #[test]
    fn snapshots_come_back(
        entries in prop::collection::btree_map("[a-z]{1,8}", value(), 0..12),
        deadline in prop::option::of(1u64..1 << 50),
        piece in 1usize..5000,
    ) {
        let t = thresholds();
        let bytes = snapshot(&entries, deadline, &t);
        let (records, error) = load(&bytes, piece, &t);
        prop_assert_eq!(error, None);
        let mut read = BTreeMap::new();
        for record in &records {
            if let Record::Entry(entry) = record {
                prop_assert_eq!((entry.db, entry.deadline), (3, deadline));
                read.insert(String::from_utf8(entry.key.clone()).unwrap(), contents(&entry.value));
            }
        }
        let kept: BTreeMap<_, _> =
            entries.iter().map(|(key, it)| (key.clone(), contents(&build(it, &t)))).collect();
        prop_assert_eq!(read, kept);
        prop_assert!(matches!(records.last(), Some(Record::End)));
    }
}

/// Changes a value in the ways that look at every part of its structure.
fn use_it(object: &mut Object, t: &Thresholds) {
    match object {
        Object::Str(_) => {}
        Object::List(list) => {
            list.push(Side::Left, b"first", list::limit(t));
            list.push(Side::Right, b"last", list::limit(t));
            list.insert(b"last", true, &[b'x'; 100], list::limit(t));
            while list.pop(Side::Left, |_| ()).is_some() {}
        }
        Object::Set(set) => {
            set.add(b"-77", t);
            set.add(b"a text", t);
            while set.pop(&mut Rng::new(1)).is_some() {}
        }
        Object::Hash(hash) => {
            hash.set(b"-77", b"v", t);
            let fields: Vec<Vec<u8>> = hash.iter().map(|(field, _)| field.to_vec()).collect();
            fields.iter().for_each(|field| {
                assert!(!hash.set(field, b"1234567", t));
            });
            assert!(fields.iter().all(|field| hash.remove(field)));
        }
        Object::Stream(stream) => {
            let ids: Vec<StreamId> =
                stream.range(StreamId::MIN, StreamId::MAX).map(|it| it.id).collect();
            let pending: usize = stream.groups().iter().map(|group| group.pending_count()).sum();
            let owned = stream.groups().iter().flat_map(|group| {
                group.consumers().map(|(number, _)| group.owned(number, StreamId::MIN).count())
            });
            assert!(owned.sum::<usize>() <= pending, "nobody may own what waits");
            for id in ids {
                assert!(stream.get(id).is_some());
                stream.forget_deliveries(id);
                assert!(stream.delete(id));
            }
            assert!(stream.is_empty());
        }
        Object::Array(array) => {
            array.make_ring(3);
            array.push_to_ring(3, b"a value");
            assert!(array.values.remove_range(0, u64::MAX) > 0);
        }
        Object::VectorSet(set) => {
            let vectors = set.graph.vectors();
            let (dim, quantization) = (vectors.dim(), vectors.quantization());
            let names: Vec<Vec<u8>> = set.names_from(|_| false).map(<[u8]>::to_vec).collect();
            set.add(b"a new name", &Encoded::new(&vec![1.5; dim], quantization), 2, 50);
            let query = Encoded::new(&vec![-1.0; dim], quantization);
            assert!(!set.graph.search(query.view(), 10, 10, None, &mut 0).is_empty());
            assert!(names.iter().all(|name| set.remove(name).is_some()));
            set.remove(b"a new name");
        }
        Object::ZSet(zset) => {
            zset.update(b"a text", t, |_| Some(1.5));
            let members: Vec<Vec<u8>> =
                zset.members(0..zset.len(), false).map(|(member, _)| member.to_vec()).collect();
            assert!(members.iter().all(|member| zset.remove(member).is_some()));
        }
    }
    assert!(object.is_empty() || matches!(object, Object::Str(_) | Object::Stream(_)));
}

fn snapshot(
    entries: &BTreeMap<String, Contents>,
    deadline: Option<u64>,
    t: &Thresholds,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut sink = |chunk: &[u8]| {
        assert!(chunk.len() <= crate::limits::RDB_CHUNK);
        bytes.extend_from_slice(chunk);
    };
    let mut saver = Saver::new(true, false);
    saver.fact(b"redis-bits", b"64");
    saver.function(b"#!lua name=lib", &mut sink);
    saver.database(3, entries.len() as u64, 0);
    for (key, value) in entries {
        let object = build(value, t);
        saver.entry(key.as_bytes(), of(&object), deadline, Some(Uses::Idle(5)), &mut sink);
    }
    saver.end(&mut sink);
    bytes
}

fn load(bytes: &[u8], piece: usize, t: &Thresholds) -> (Vec<Record>, Option<(u64, Refusal)>) {
    let mut loader = Loader::new();
    let mut records = Vec::new();
    let mut pieces = bytes.chunks(piece);
    loop {
        match loader.next(t) {
            Ok(Some(record)) => records.push(record),
            Ok(None) if matches!(records.last(), Some(Record::End)) => return (records, None),
            Ok(None) => match pieces.next() {
                Some(piece) => loader.feed(piece),
                None => loader.finish(),
            },
            Err(error) => return (records, Some((error.at, error.why))),
        }
    }
}

#[test]
fn a_large_snapshot_leaves_in_chunks_and_is_loaded_from_pieces() {
    let t = thresholds();
    let big: Vec<Vec<u8>> =
        (0..40_000u32).map(|n| format!("element {}", n ^ 0x5555).into()).collect();
    let noise: Vec<u8> =
        (0..300_000u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    let entries = BTreeMap::from([
        ("list".to_owned(), Contents::List(big.clone())),
        ("noise".to_owned(), Contents::Str(noise)),
        ("set".to_owned(), Contents::Set(big.into_iter().collect())),
        ("small".to_owned(), Contents::Str(b"5".to_vec())),
    ]);
    let bytes = snapshot(&entries, None, &t);
    assert!(bytes.len() > 10 * crate::limits::RDB_CHUNK);
    for piece in [1000, 100_000, bytes.len()] {
        let (records, error) = load(&bytes, piece, &t);
        assert_eq!(error, None);
        assert_eq!(records.len(), 3 + entries.len() + 1);
    }
    let mut damaged = bytes.clone();
    let last = damaged.len() - 9;
    assert_eq!(damaged[last], 0xff);
    damaged[last + 1] ^= 1;
    let (_, error) = load(&damaged, 1 << 20, &t);
    assert_eq!(error, Some((last as u64, Refusal::Checksum)));
    damaged[last + 1..].fill(0);
    assert_eq!(load(&damaged, 1 << 20, &t).1, None, "0 is no sum");
    let (_, error) = load(&bytes[..last], 1 << 20, &t);
    assert_eq!(error, Some((last as u64, Refusal::Cut)));
}

#[test]
fn damaged_snapshots_are_refused() {
    let t = thresholds();
    let entries = BTreeMap::from([
        ("a".to_owned(), Contents::Hash(BTreeMap::from([(b"f".to_vec(), b"v".to_vec())]))),
        ("b".to_owned(), Contents::List(texts(&["x", "y"]))),
    ]);
    let bytes = snapshot(&entries, Some(77), &t);
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            // A version that has no sum is the only damage that cannot be seen.
            let (records, error) = load(&damaged, 7, &t);
            assert!(error.is_some() || at < 9, "byte {at}: {records:?}");
        }
        assert!(load(&bytes[..at], 7, &t).1.is_some());
    }
}

#[test]
fn snapshots_of_all_ages() {
    let t = thresholds();
    let read = |bytes: &[u8]| {
        let (records, error) = load(bytes, 3, &t);
        assert_eq!(error, None);
        records
    };
    // Version 1 to 4: no sum, deadlines in seconds.
    let records = read(b"REDIS0001\xfe\x01\xfd\x01\0\0\0\x00\x01k\x01v\xff");
    let [Record::Entry(entry), Record::End] = &records[..] else { panic!("{records:?}") };
    assert_eq!((entry.db, &entry.key[..], entry.deadline), (1, &b"k"[..], Some(1000)));
    assert_eq!(contents(&entry.value), Contents::Str(b"v".to_vec()));
    // Facts, sizes, slots, what modules keep, counters of uses; 0 instead of a sum.
    let module = b"\x81\x45\xe2\x52\x38\xdf\x91\x2c\x03\x02\x05\x05\x02hi\x00";
    let bytes = [
        b"VALKEY080\xfa\x01a\x01b\xf7".as_slice(),
        module,
        b"\xfe\x00\xfb\x02\x01\xf4\x05\x01\x00\x07\x01m",
        module,
        b"\xfc\xff\xff\xff\xff\xff\xff\xff\xff\xf9\x09\x00\x01k\xc0\x05\xff\0\0\0\0\0\0\0\0",
    ]
    .concat();
    let records = read(&bytes);
    let [
        Record::Fact { name, value },
        Record::Foreign { key: None, module },
        Record::Sizes { db: 0, entries: 2, deadlines: 1 },
        Record::Foreign { key: Some(key), .. },
        Record::Entry(entry),
        Record::End,
    ] = &records[..]
    else {
        panic!("{records:?}")
    };
    assert_eq!((&name[..], &value[..], &key[..]), (&b"a"[..], &b"b"[..], &b"m"[..]));
    assert_eq!(*module, ModuleName(*b"ReJSON-RL"));
    assert_eq!((entry.deadline, entry.uses), (Some(0), Some(Uses::Frequency(9))));
    for bad in [
        &b"REDIS00a1"[..],
        b"REDIS0014",
        b"REDIS0080",
        b"VALKEY010",
        b"VALKEY081",
        b"FASTDB001",
        b"REDIS0000",
    ] {
        assert_eq!(load(bad, 100, &t).1, Some((0, Refusal::Version)));
    }
    assert_eq!(load(b"REDIS0010\x1f\x01k", 100, &t).1, Some((9, Refusal::UnknownType(31))));
    let old = [b"REDIS0010\x06\x01k".as_slice(), b"\x81\x45\xe2\x52\x38\xdf\x91\x2c\x03"].concat();
    assert_eq!(load(&old, 100, &t).1, Some((9, Refusal::Module)));
    let mut loader = Loader::new();
    loader.feed(&old);
    let error = loader.next(&t).unwrap_err();
    assert_eq!(error.module, Some(ModuleName(*b"ReJSON-RL")));
    assert_eq!(error.to_string(), "at byte 9: only a module can read this: ReJSON-RL");
}

#[test]
fn payloads_end_with_version_and_sum() {
    let body = b"\x00\x02hi";
    for version in 0..300 {
        let known = (1..=13).contains(&version) || version == 80;
        assert_eq!(is_known(u32::from(version)), known);
        let checked = verify(&sealed(body, version)).map(<[u8]>::to_vec);
        assert_eq!(checked, if known { Ok(body.to_vec()) } else { Err(Refusal::Version) });
    }
    let mut wrong = sealed(body, 10);
    wrong[1] ^= 1;
    assert_eq!(verify(&wrong), Err(Refusal::Checksum));
    assert_eq!(verify(b"short"), Err(Refusal::Version));
    // What Redis 7.0 answers to SET k hi, DUMP k.
    assert_eq!(dump(ValueRef::Bytes(b"hi"), true), b"\x00\x02hi\n\x00\xafk\x9f\xe8\x8e1\x1b\x14");
}

#[test]
fn old_forms_are_read() {
    let list = |texts_of: &[&str]| Ok(Contents::List(texts(texts_of)));
    assert_eq!(read(b"\x01\x03\x01a\x01b\xc0\x05"), list(&["a", "b", "5"]));
    // A ziplist of "a" and 5.
    let ziplist = string(b"\x10\0\0\0\x0d\0\0\0\x02\0\0\x01a\x03\xf6\xff");
    assert_eq!(read(&[b"\x0a".as_slice(), &ziplist].concat()), list(&["a", "5"]));
    assert_eq!(
        read(&[b"\x0e\x02".as_slice(), &ziplist, &ziplist].concat()),
        list(&["a", "5", "a", "5"])
    );
    assert_eq!(
        read(&[b"\x12\x02\x01\x05plain\x02".as_slice(), &pack(&["a", "1"])].concat()),
        list(&["plain", "a", "1"])
    );
    let zset = |pairs: &[(&str, f64)]| {
        let owned = |(text, score): &(&str, f64)| (text.as_bytes().to_vec(), *score);
        Ok(Contents::ZSet(pairs.iter().map(owned).collect()))
    };
    assert_eq!(
        read(b"\x03\x03\x01a\x031.5\x01b\xfe\x01c\xff"),
        zset(&[("c", f64::NEG_INFINITY), ("a", 1.5), ("b", f64::INFINITY)])
    );
    assert_eq!(read(&[b"\x0c".as_slice(), &ziplist].concat()), zset(&[("a", 5.0)]));
    let hash = |pairs: &[(&str, &str)]| {
        let owned = |(a, b): &(&str, &str)| (a.as_bytes().to_vec(), b.as_bytes().to_vec());
        Ok(Contents::Hash(pairs.iter().map(owned).collect()))
    };
    assert_eq!(read(&[b"\x0d".as_slice(), &ziplist].concat()), hash(&[("a", "5")]));
    let zipmap = string(b"\x01\x01f\x01\x00v\xff");
    assert_eq!(read(&[b"\x09".as_slice(), &zipmap].concat()), hash(&[("f", "v")]));
    // Fields with deadlines: Redis' two forms, and Valkey's.
    let deadlines = |body: &[u8]| {
        let Ok(Object::Hash(hash)) = restore(body, &thresholds()) else { panic!("{body:?}") };
        let pairs = hash.iter_with_deadlines();
        pairs.map(|((field, _), at)| (field.to_vec(), at)).collect::<BTreeMap<_, _>>()
    };
    let expected = BTreeMap::from([
        (b"a".to_vec(), Some(1005)),
        (b"b".to_vec(), None),
        (b"c".to_vec(), Some(1000)),
    ]);
    let earliest = 1000u64.to_le_bytes();
    let metadata =
        [b"\x18".as_slice(), &earliest, b"\x03\x06\x01a\x01v\x00\x01b\x01v\x01\x01c\x01v"].concat();
    assert_eq!(deadlines(&metadata), expected);
    let triplets = pack(&["c", "v", "1000", "a", "v", "1005", "b", "v", "0"]);
    assert_eq!(deadlines(&[b"\x19".as_slice(), &earliest, &triplets].concat()), expected);
    let at = |deadline: i64| deadline.to_le_bytes();
    let valkey = [
        b"\x16\x03\x01a\x01v".as_slice(),
        &at(1005),
        b"\x01b\x01v",
        &at(-1),
        b"\x01c\x01v",
        &at(1000),
    ]
    .concat();
    assert_eq!(deadlines(&valkey), expected);
    assert_eq!(read(&[b"\x16\x01\x01a\x01v".as_slice(), &at(-5)].concat()), Err(Refusal::Format));
    let set = |members: &[&str]| Ok(Contents::Set(texts(members).into_iter().collect()));
    assert_eq!(read(b"\x02\x02\xc0\x05\x01a"), set(&["5", "a"]));
    assert_eq!(read(&[b"\x14".as_slice(), &pack(&["a", "1"])].concat()), set(&["a", "1"]));
    // Listpacks that are not in order are put in order.
    assert_eq!(
        read(&[b"\x11".as_slice(), &pack(&["b", "2", "a", "1.5"])].concat()),
        zset(&[("a", 1.5), ("b", 2.0)])
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let mut ints = Intset::new();
    ints.insert(1);
    ints.insert(2);
    let mut descending = ints.as_bytes().to_vec();
    descending.swap(8, 10);
    let nan = f64::NAN.to_le_bytes();
    let packed = |kind: u8, of: &[&str]| [&[kind][..], &pack(of)].concat();
    for bad in [
        b"\x01\x00".to_vec(),
        b"\x02\x00".to_vec(),
        b"\x04\x00".to_vec(),
        b"\x05\x00".to_vec(),
        b"\x0e\x00".to_vec(),
        b"\x12\x00".to_vec(),
        b"\x02\x02\x01a\x01a".to_vec(),
        b"\x04\x02\x01a\x01b\x01a\x01b".to_vec(),
        [b"\x05\x01\x01a".as_slice(), &nan].concat(),
        b"\x03\x01\x01a\xfd".to_vec(),
        b"\x03\x01\x01a\x03abc".to_vec(),
        [b"\x0b".as_slice(), &string(&descending)].concat(),
        [b"\x0b".as_slice(), &string(Intset::new().as_bytes())].concat(),
        packed(16, &[]),
        packed(16, &["a"]),
        packed(16, &["a", "1", "a", "2"]),
        packed(17, &[]),
        packed(17, &["a", "1", "b"]),
        packed(17, &["a", "1", "a", "2"]),
        packed(17, &["a", "no score"]),
        packed(17, &["a", "nan"]),
        packed(20, &[]),
        packed(20, &["a", "a"]),
        [b"\x12\x01\x03".as_slice(), &pack(&["a"])].concat(),
        [b"\x12\x01\x02".as_slice(), &pack(&[])].concat(),
        b"\x12\x01\x01\x00".to_vec(),
    ] {
        assert_eq!(read(&bad), Err(Refusal::Format), "{bad:?}");
    }
    for kind in [0u8, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 16, 17, 18, 20] {
        let huge = [kind, 0x81, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, b'a', b'b'];
        assert!(matches!(restore(&huge, &thresholds()), Err(Refusal::Cut)), "type {kind}");
    }
    assert_eq!(read(b"\x08\x00"), Err(Refusal::UnknownType(8)));
}
