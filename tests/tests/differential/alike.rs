//! Which differences between two replies are known, and why they are none.

use crate::servers::Request;
use redloop_tests::{
    render::{Order, sort},
    resp::Value,
    workload::Command,
};

/// Whether both replies mean the same.
pub(crate) fn alike(command: &Command, ours: &Value, theirs: &Value) -> bool {
    if command.tolerance > 0 && close(ours, theirs, command.tolerance) {
        return true;
    }
    if command.timed && same_but_for_times(ours, theirs) {
        return true;
    }
    if same_but_for_form(ours, theirs) || are_dumps(ours, theirs) {
        return true;
    }
    if command.words.iter().any(|word| word.len() == 2 && word[0] == b'g')
        && same_but_for_last_places(ours, theirs)
    {
        return true;
    }
    // What EXEC ran may be unordered, or a time to live.
    let executed = command.words.len() == 1 && command.words[0].eq_ignore_ascii_case(b"exec");
    if executed {
        return executed_alike(ours, theirs);
    }
    let (ours, theirs) = (sort(ours.clone(), command.order), sort(theirs.clone(), command.order));
    ours == theirs || about_itself(command)
}

fn executed_alike(ours: &Value, theirs: &Value) -> bool {
    let sorted = |value: &Value| sort(value.clone(), Order::Sorted);
    let alike = |ours: &Value, theirs: &Value| {
        same_but_for_times(ours, theirs) || close(&sorted(ours), &sorted(theirs), 5000)
    };
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(our, their)| alike(our, their))
        }
        _ => alike(ours, theirs),
    }
}

/// Stored distances, with all their digits. Ours are rounded correctly on every host; of the sines of the C library that
/// Valkey runs with (glibc 2.36), one in a thousand is not.
fn same_but_for_last_places(ours: &Value, theirs: &Value) -> bool {
    let distance = |value: &Value| match value {
        Value::Bulk(text) | Value::Double(text) if text.contains(&b'.') => {
            std::str::from_utf8(text).ok()?.parse::<f64>().ok()
        }
        _ => None,
    };
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(our, their)| same_but_for_last_places(our, their))
        }
        _ if ours == theirs => true,
        _ => match (distance(ours), distance(theirs)) {
            (Some(our), Some(their)) => (our - their).abs() <= 4.0 * f64::EPSILON * our.abs(),
            _ => false,
        },
    }
}

/// How long a string may be to be kept inline is each server's own affair, and Valkey's lists already change their form
/// when a command that changes nothing might have made them longer.
fn same_but_for_form(ours: &Value, theirs: &Value) -> bool {
    let among = |value: &Value, forms: &[&[u8]]| matches!(value, Value::Bulk(name) if forms.contains(&&name[..]));
    [[&b"embstr"[..], b"raw"], [b"listpack", b"quicklist"]]
        .iter()
        .any(|forms| among(ours, forms) && among(theirs, forms))
}

/// Each server dumps in its own version. What dumps hold is compared where they are restored (`rdb.rs`).
fn are_dumps(ours: &Value, theirs: &Value) -> bool {
    let ends = |value: &Value, versions: &[u8]| match value {
        Value::Bulk(bytes) => bytes
            .last_chunk::<10>()
            .is_some_and(|[version, high, ..]| *high == 0 && versions.contains(version)),
        _ => false,
    };
    ends(ours, &[10, 11, 80]) && ends(theirs, &[80])
}

/// Equal but for when deliveries and consumers' visits were, and for how many nodes an index has.
fn same_but_for_times(ours: &Value, theirs: &Value) -> bool {
    const TIMES: [&[u8]; 4] = [b"idle", b"inactive", b"seen-time", b"active-time"];
    let flat = |value: &Value| match value {
        Value::Array(items) => Some(items.clone()),
        Value::Map(pairs) => {
            Some(pairs.iter().flat_map(|(name, value)| [name.clone(), value.clone()]).collect())
        }
        _ => None,
    };
    let (Some(our_items), Some(their_items)) = (flat(ours), flat(theirs)) else {
        return ours == theirs;
    };
    our_items.len() == their_items.len()
        && our_items.iter().zip(&their_items).enumerate().all(|(at, (our, their))| {
            let name = match at.checked_sub(1).map(|before| &our_items[before]) {
                Some(Value::Bulk(name)) => &name[..],
                _ => b"",
            };
            // A delivery: ID, perhaps an owner, time, count.
            let delivery = match our_items.as_slice() {
                [Value::Bulk(_), Value::Integer(_), Value::Integer(_)] => at == 1,
                [Value::Bulk(_), Value::Bulk(_), Value::Integer(_), Value::Integer(_)] => at == 2,
                _ => false,
            };
            match (our, their) {
                _ if name == b"radix-tree-nodes" => true,
                // Valkey keeps a node that an exact trim by ID leaves without entries.
                (Value::Integer(our), Value::Integer(their)) if name == b"radix-tree-keys" => {
                    our == their || our + 1 == *their
                }
                (Value::Integer(-1), _) | (_, Value::Integer(-1)) => our == their,
                (Value::Integer(our), Value::Integer(their))
                    if delivery || TIMES.contains(&name) =>
                {
                    our.abs_diff(*their) <= 5000
                }
                _ => same_but_for_times(our, their),
            }
        })
}

fn close(ours: &Value, theirs: &Value, tolerance: u64) -> bool {
    match (ours, theirs) {
        _ if are_dumps(ours, theirs) => true,
        _ if introduces_itself(ours) && introduces_itself(theirs) => true,
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(ours, theirs)| close(ours, theirs, tolerance))
        }
        (Value::Integer(ours), Value::Integer(theirs)) => {
            ours.abs_diff(*theirs) <= tolerance || ours == theirs
        }
        _ => ours == theirs || same_but_for_form(ours, theirs),
    }
}

/// HELLO tells each server's own name.
fn about_itself(command: &Command) -> bool {
    command.words[0].eq_ignore_ascii_case(b"hello")
}

/// The reply of HELLO, sorted, within that of EXEC.
fn introduces_itself(reply: &Value) -> bool {
    let name = Value::Bulk(b"server".to_vec());
    match reply {
        Value::Array(items) => items.contains(&name),
        Value::Map(pairs) => pairs.iter().any(|(field, _)| *field == name),
        _ => false,
    }
}

/// Whether two servers' replicas are told the same: instants may lie apart as long as a stream takes.
pub(crate) fn left_alike(command: &Command, ours: &[Request], theirs: &[Request]) -> bool {
    const INSTANT: std::ops::Range<u64> = 1_000_000_000_000..1_000_000_000_000_000;
    const APART_MS: u64 = 60_000;
    /// These leave in a form of our own: see `propagation.rs`.
    const OWN: [&[u8]; 11] = [
        b"MSETEX",
        b"BITFIELD",
        b"XADD",
        b"XTRIM",
        b"XREADGROUP",
        b"XCLAIM",
        b"XAUTOCLAIM",
        b"HEXPIRE",
        b"HEXPIREAT",
        b"HPEXPIRE",
        b"HPEXPIREAT",
    ];
    if OWN.contains(&&command.words[0][..]) {
        // A consumer that finds nothing is new on replicas too, and a string as long: which Valkey forgets.
        return !ours.is_empty() || theirs.is_empty();
    }
    // A condition that was met is nobody's business any more; there it stays.
    let expires = command.words[0].ends_with(b"EXPIRE") || command.words[0].ends_with(b"EXPIREAT");
    let is_condition = |word: &Vec<u8>| [&b"NX"[..], b"XX", b"GT", b"LT"].contains(&&word[..]);
    let instant = |word: &[u8]| {
        let number: u64 = std::str::from_utf8(word).ok()?.parse().ok()?;
        INSTANT.contains(&number).then_some(number)
    };
    let same_word = |(our, their): (&Vec<u8>, &Vec<u8>)| match (instant(our), instant(their)) {
        (Some(our), Some(their)) => our.abs_diff(their) <= APART_MS,
        _ => our == their,
    };
    let ordered = |request: &Request| {
        let mut words = request.clone();
        if expires {
            words.truncate(3 + words.iter().skip(3).take_while(|word| !is_condition(word)).count());
        }
        if command.order != Order::AsSent {
            words.sort();
        }
        words
    };
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(our, their)| {
            let (our, their) = (ordered(our), ordered(their));
            our.len() == their.len() && our.iter().zip(&their).all(same_word)
        })
}
