//! Listpack against a vector of byte strings, against bytes seen from real servers, and against hostile bytes.

use proptest::prelude::*;

use super::*;

fn packed(elements: &[Vec<u8>]) -> Listpack {
    elements.iter().map(Vec::as_slice).collect()
}

fn texts(listpack: &Listpack) -> Vec<Vec<u8>> {
    listpack.iter().map(|item| item.to_vec()).collect()
}

/// Everything that can be asked agrees with the model.
fn assert_same(listpack: &Listpack, model: &[Vec<u8>]) {
    assert_eq!(listpack.len(), model.len());
    assert_eq!(listpack.is_empty(), model.is_empty());
    assert_eq!(texts(listpack), model);
    let mut backwards: Vec<_> = listpack.iter().rev().map(|item| item.to_vec()).collect();
    backwards.reverse();
    assert_eq!(backwards, model);
    let cost: usize = model.iter().map(|element| Listpack::entry_cost(element)).sum();
    assert_eq!(listpack.to_spec().len(), EMPTY + cost);
    if listpack.stems().is_empty() {
        assert_eq!(listpack.bytes(), EMPTY + cost);
    }
    let again = Listpack::validate(&listpack.to_spec()).expect("its own bytes are valid");
    assert_eq!(&again, listpack);
    assert_eq!(again.len(), model.len());
}

/// Lengths and integers on both sides of every border of the encodings.
fn element() -> impl Strategy<Value = Vec<u8>> {
    let borders = [
        0i64,
        127,
        128,
        4095,
        4096,
        32767,
        32768,
        8_388_607,
        8_388_608,
        2_147_483_647,
        2_147_483_648,
        i64::MAX,
    ];
    let lengths = [
        0usize, 1, 62, 63, 64, 65, 124, 125, 126, 127, 128, 4094, 4095, 4096, 16_376, 16_384,
        70_000,
    ];
    prop_oneof![
        8 => (0..borders.len(), -2i64..=2).prop_map(move |(at, by)| borders[at].wrapping_add(by).to_string().into_bytes()),
        8 => (0..borders.len(), -2i64..=2).prop_map(move |(at, by)| (-borders[at]).wrapping_add(by).to_string().into_bytes()),
        8 => "[-+]?[0-9]{0,3}".prop_map(String::into_bytes),
        8 => prop::collection::vec(any::<u8>(), 0..40),
        12 => "(member|member:1|value):?[0-9]{0,2}".prop_map(String::into_bytes),
        2 => (0..lengths.len(), any::<u8>()).prop_map(move |(at, byte)| vec![byte; lengths[at]]),
    ]
}

#[derive(Clone, Debug)]
enum Op {
    PushBack(Vec<u8>),
    PushFront(Vec<u8>),
    InsertBefore(usize, Vec<u8>),
    InsertAfter(usize, Vec<u8>),
    Replace(usize, Vec<u8>),
    Remove(usize),
    RemoveRange(usize, usize),
    RetainNthOf(usize),
    SplitOff(usize),
    Append(Vec<Vec<u8>>),
    Truncate(usize),
    Share(usize),
    Shrink,
    Clear,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => element().prop_map(Op::PushBack),
        6 => element().prop_map(Op::PushFront),
        3 => (any::<usize>(), element()).prop_map(|(at, element)| Op::InsertBefore(at, element)),
        3 => (any::<usize>(), element()).prop_map(|(at, element)| Op::InsertAfter(at, element)),
        3 => (any::<usize>(), element()).prop_map(|(at, element)| Op::Replace(at, element)),
        6 => any::<usize>().prop_map(Op::Remove),
        1 => (0usize..20, 0usize..8).prop_map(|(start, count)| Op::RemoveRange(start, count)),
        1 => (1usize..4).prop_map(Op::RetainNthOf),
        1 => (0usize..20).prop_map(Op::SplitOff),
        1 => prop::collection::vec(element(), 0..4).prop_map(Op::Append),
        1 => (0usize..30).prop_map(Op::Truncate),
        3 => (1usize..3).prop_map(Op::Share),
        1 => Just(Op::Shrink),
        1 => Just(Op::Clear),
    ]
}

fn apply(listpack: &mut Listpack, model: &mut Vec<Vec<u8>>, op: Op) {
    // Positional operations pick an entry that exists; there is none to pick in an empty listpack.
    let pick = |index: usize, len: usize| (len > 0).then(|| index % len);
    match op {
        Op::PushBack(element) => {
            assert!(listpack.push_back(&element));
            model.push(element);
        }
        Op::PushFront(element) => {
            assert!(listpack.push_front(&element));
            model.insert(0, element);
        }
        Op::InsertBefore(index, element) => {
            let Some(index) = pick(index, model.len()) else { return };
            let at = listpack.insert_before(listpack.seek(index as isize).unwrap(), &element);
            assert!(listpack.get(at).eq_bytes(&element));
            model.insert(index, element);
        }
        Op::InsertAfter(index, element) => {
            let Some(index) = pick(index, model.len()) else { return };
            let at = listpack.insert_after(listpack.seek(index as isize).unwrap(), &element);
            assert!(listpack.get(at).eq_bytes(&element));
            model.insert(index + 1, element);
        }
        Op::Replace(index, element) => {
            let Some(index) = pick(index, model.len()) else { return };
            let at = listpack.replace(listpack.seek(index as isize).unwrap(), &element);
            assert!(listpack.get(at).eq_bytes(&element));
            model[index] = element;
        }
        Op::Remove(index) => {
            let Some(index) = pick(index, model.len()) else { return };
            let next = listpack.remove(listpack.seek(index as isize).unwrap());
            model.remove(index);
            assert_eq!(next.map(|at| listpack.get(at).to_vec()).as_ref(), model.get(index));
        }
        Op::RemoveRange(start, count) => {
            let from = start.min(model.len());
            let to = (from + count).min(model.len());
            assert_eq!(listpack.remove_range(start, count), to - from);
            model.drain(from..to);
        }
        Op::RetainNthOf(n) => {
            let (mut asked, before) = (Vec::new(), model.clone());
            let mut keep = (0..).map(|index| index % n == 0);
            let removed = listpack.retain(|item| {
                asked.push(item.to_vec());
                keep.next().unwrap()
            });
            assert_eq!(asked, before);
            *model = before.into_iter().step_by(n).collect();
            assert_eq!(removed, asked.len() - model.len());
        }
        Op::SplitOff(index) => {
            let tail = model.split_off(index.min(model.len()));
            let split = listpack.split_off(index);
            assert_same(&split, &tail);
            // Put it back so that sequences grow interesting.
            assert!(listpack.append(&split));
            model.extend(tail);
        }
        Op::Append(elements) => {
            assert!(listpack.append(&packed(&elements)));
            model.extend(elements);
        }
        Op::Truncate(len) => {
            listpack.truncate(len);
            model.truncate(len);
        }
        Op::Share(every) => {
            let before = listpack.bytes();
            listpack.share_stems(every);
            assert!(listpack.bytes() <= before);
        }
        Op::Shrink => {
            listpack.shrink_to_fit();
            assert!(listpack.heap_bytes() <= listpack.bytes());
        }
        Op::Clear => {
            listpack.clear();
            model.clear();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_changes_agrees_with_a_vector(ops in prop::collection::vec(op(), 1..60)) {
        let (mut listpack, mut model) = (Listpack::new(), Vec::new());
        for op in ops {
            apply(&mut listpack, &mut model, op);
            assert_same(&listpack, &model);
        }
    }

    #[test]
    fn walking_and_seeking_agree(elements in prop::collection::vec(element(), 0..30)) {
        let listpack = packed(&elements);
        let len = elements.len() as isize;
        let mut at = listpack.first();
        for (index, element) in elements.iter().enumerate() {
            let here = at.unwrap();
            prop_assert_eq!(&listpack.get(here).to_vec(), element);
            prop_assert_eq!(listpack.get(here).len(), element.len());
            prop_assert_eq!(listpack.seek(index as isize), at);
            prop_assert_eq!(listpack.seek(index as isize - len), at);
            prop_assert_eq!(listpack.iter_from(here).count(), elements.len() - index);
            prop_assert!(listpack.iter_to(here).eq(listpack.iter().take(index + 1)));
            prop_assert_eq!(listpack.index_of(here), index);
            if let Some(next) = listpack.next(here) {
                prop_assert_eq!(listpack.prev(next), at);
            } else {
                prop_assert_eq!(listpack.last(), at);
            }
            at = listpack.next(here);
        }
        prop_assert_eq!(at, None);
        prop_assert_eq!(listpack.seek(len), None);
        prop_assert_eq!(listpack.seek(-len - 1), None);
        prop_assert_eq!(listpack.first().and_then(|first| listpack.prev(first)), None);
    }

    #[test]
    fn find_looks_at_every_nth(
        elements in prop::collection::vec("[0-3]|[ab]|0[0-3]|member[ab]", 1..30), from: usize, skip in 0usize..3,
        needle in "[0-3]|[ab]|0[0-3]|member[abc]", shared: bool,
    ) {
        let elements: Vec<_> = elements.into_iter().map(String::into_bytes).collect();
        let mut listpack = packed(&elements);
        if shared {
            listpack.share_stems(1);
        }
        let from = from % elements.len();
        let expected = (from..elements.len()).step_by(skip + 1).find(|&index| elements[index] == needle.as_bytes());
        let found = listpack.find(needle.as_bytes(), listpack.seek(from as isize).unwrap(), skip);
        prop_assert_eq!(found, expected.and_then(|index| listpack.seek(index as isize)));
    }

    #[test]
    fn hostile_bytes_are_refused_or_readable(mut bytes in prop::collection::vec(any::<u8>(), 0..200), honest: bool) {
        if honest && bytes.len() >= EMPTY {
            let total = bytes.len() as u32;
            bytes[..4].copy_from_slice(&total.to_le_bytes());
            bytes[4..6].copy_from_slice(&COUNT_UNKNOWN.to_le_bytes());
            bytes[total as usize - 1] = entry::END;
        }
        exercise_if_valid(&bytes);
    }

    #[test]
    fn damaged_bytes_are_refused_or_readable(
        elements in prop::collection::vec(element(), 0..8), damage in prop::collection::vec((any::<usize>(), any::<u8>()), 0..4), cut: usize,
    ) {
        let mut bytes = packed(&elements).to_spec().into_owned();
        for (at, byte) in damage {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        exercise_if_valid(&bytes);
        bytes.truncate(cut % (bytes.len() + 1));
        exercise_if_valid(&bytes);
    }
}

/// Whatever was accepted can be walked both ways, searched, changed and taken apart without harm.
fn exercise_if_valid(bytes: &[u8]) {
    let Ok(mut listpack) = Listpack::validate(bytes) else { return };
    let forwards = texts(&listpack);
    let mut backwards: Vec<_> = listpack.iter().rev().map(|item| item.to_vec()).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    assert_eq!(listpack.len(), forwards.len());
    if let Some(first) = listpack.first() {
        listpack.find(b"needle", first, 1);
        listpack.replace(first, b"other");
    }
    listpack.push_front(b"1");
    while let Some(last) = listpack.last() {
        listpack.remove(last);
    }
    assert_eq!(listpack.bytes(), EMPTY);
}

/// Entries as a real server writes them (taken from DUMP of a one-field hash, without the field).
#[test]
fn entries_are_the_bytes_real_servers_write() {
    let seen: [(&str, &[u8]); 14] = [
        ("0", &[0x00, 1]),
        ("127", &[0x7F, 1]),
        ("128", &[0xC0, 0x80, 2]),
        ("-1", &[0xDF, 0xFF, 2]),
        ("-4096", &[0xD0, 0x00, 2]),
        ("4096", &[0xF1, 0x00, 0x10, 3]),
        ("-32769", &[0xF2, 0xFF, 0x7F, 0xFF, 4]),
        ("8388608", &[0xF3, 0, 0, 0x80, 0, 5]),
        ("2147483648", &[0xF4, 0, 0, 0, 0x80, 0, 0, 0, 0, 9]),
        ("-9223372036854775808", &[0xF4, 0, 0, 0, 0, 0, 0, 0, 0x80, 9]),
        ("-0", &[0x82, b'-', b'0', 3]),
        ("01", &[0x82, b'0', b'1', 3]),
        ("", &[0x80, 1]),
        ("a", &[0x81, b'a', 2]),
    ];
    for (text, bytes) in seen {
        let listpack: Listpack = [text.as_bytes()].into_iter().collect();
        assert_eq!(&listpack.to_spec()[HEADER..listpack.bytes() - 1], bytes, "{text:?}");
    }
}

/// Back lengths as a real server writes them, on both sides of each border.
#[test]
fn back_lengths_are_the_bytes_real_servers_write() {
    let seen: [(usize, &[u8]); 6] = [
        (125, &[0x7F]),
        (126, &[0x01, 0x80]),
        (16_378, &[0x7F, 0xFF]),
        (16_379, &[0x01, 0x80, 0x80]),
        (2_097_146, &[0x7F, 0xFF, 0xFF]),
        (2_097_147, &[0x01, 0x80, 0x80, 0x80]),
    ];
    for (len, back) in seen {
        let listpack: Listpack = [vec![b'x'; len].as_slice()].into_iter().collect();
        let bytes = &listpack.to_spec()[..listpack.bytes() - 1];
        assert_eq!(bytes[bytes.len() - back.len()..], *back, "{len}");
        assert_eq!(bytes[bytes.len() - back.len() - 1], b'x', "{len}");
    }
}

#[test]
fn more_entries_than_the_header_counts() {
    let mut listpack = Listpack::new();
    for number in 0..70_000u32 {
        assert!(listpack.push_back(number.to_string().as_bytes()));
    }
    assert_eq!(listpack.len(), 70_000);
    assert_eq!(listpack.to_spec()[4..6], [0xFF, 0xFF]);
    assert_eq!(Listpack::validate(&listpack.to_spec()).map(|listpack| listpack.len()), Ok(70_000));
    assert_eq!(listpack.seek(-1).map(|at| listpack.get(at)), Some(Item::Int(69_999)));
}

#[test]
fn a_queue_keeps_its_buffer_small() {
    let mut listpack = Listpack::new();
    for number in 0..100_000u32 {
        listpack.push_back(number.to_string().as_bytes());
        if number >= 100 {
            let head = listpack.first().unwrap();
            listpack.remove(head);
        }
        assert!(listpack.heap_bytes() < 4096, "{}", listpack.heap_bytes());
    }
    listpack.truncate(1);
    assert!(listpack.heap_bytes() <= 256);
}

#[test]
fn growth_past_the_bound_is_refused() {
    // Zeroed memory is not touched, so the large element costs nothing until it would be copied.
    let large = vec![0; MAX_BYTES];
    let mut listpack: Listpack = [b"a".as_slice()].into_iter().collect();
    assert!(!listpack.fits(&large));
    assert!(!listpack.push_back(&large));
    assert!(!listpack.push_front(&large));
    assert_eq!(texts(&listpack), [b"a"]);
}

#[test]
fn every_string_takes_the_shortest_encoding() {
    for (len, first) in [(0, 0x80), (63, 0xBF), (64, 0xE0), (4095, 0xEF), (4096, 0xF0)] {
        let listpack: Listpack = [vec![b'x'; len].as_slice()].into_iter().collect();
        assert_eq!(listpack.to_spec()[HEADER], first, "{len}");
    }
}

#[test]
fn what_entries_begin_with_is_kept_once() {
    let members: Vec<_> = (0..100).map(|n| format!("member:{n}").into_bytes()).collect();
    let plain = packed(&members);
    let mut shared = plain.clone();
    shared.share_stems(1);
    assert!(shared.bytes() * 2 < plain.bytes(), "{} of {}", shared.bytes(), plain.bytes());
    assert!(shared.heap_bytes() < shared.bytes() * 8 / 7);
    assert_same(&shared, &members);
    assert_eq!(shared, plain);
    for member in &members {
        let at = shared.find(member, shared.first().unwrap(), 0).unwrap();
        assert!(shared.get(at).eq_bytes(member));
    }
    assert_eq!(shared.find(b"member:", shared.first().unwrap(), 0), None);
    assert_eq!(shared.find(b"7", shared.first().unwrap(), 0), None);
    // What comes later has the stems, too; when all is gone they are.
    let before = shared.bytes();
    shared.push_back(b"member:one more");
    assert_eq!(shared.bytes(), before + 11);
    shared.truncate(0);
    assert_eq!(shared.bytes(), EMPTY);
}

#[test]
fn large_listpacks_get_no_more_entries_with_stems() {
    let mut listpack: Listpack = (0..16).map(|_| b"the same text every time".as_slice()).collect();
    listpack.share_stems(1);
    let shared = listpack.bytes();
    while listpack.bytes() < SHARED_BYTES_MAX {
        listpack.push_back(b"the same text every time");
    }
    let before = listpack.bytes();
    listpack.push_back(b"the same text every time");
    assert_eq!(listpack.bytes(), before + Listpack::entry_cost(b"the same text every time"));
    assert!(listpack.to_spec().len() < before + EXPANSION_MAX);
    assert!(shared < 16 * 3 + 64);
}
