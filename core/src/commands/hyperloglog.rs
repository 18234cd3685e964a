//! HyperLogLogs: strings that tell about how many different elements were added to them.

use crate::command::{Access, Flags, Group, KeySpec, Spec};
use crate::ctx::Ctx;
use crate::ds::dict::Deadline;
use crate::ds::hyperloglog::{self as hll, Corrupted, REGISTERS, Registers, Run};
use crate::effects::Class;
use crate::error::{Error, Outcome};
use crate::keyspace::ValueRef;
use crate::resp::Args;
use crate::util::{is_word, number};
use crate::value::Object;

/// The family's table.
pub static COMMANDS: &[Spec] = &[
    Spec::new("PFADD", Group::HyperLogLog, pfadd, -2)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::FAST))
        .keys(&[KeySpec::one(Access::RW.and(Access::INSERT), 1)])
        .doc(
            "key [element [element ...]]",
            "Adds elements to a HyperLogLog; answers whether its estimate may have changed.",
            "O(1) for each element",
            "2.8.9",
        ),
    Spec::new("PFCOUNT", Group::HyperLogLog, pfcount, -2)
        .flags(Flags::READONLY.and(Flags::MAY_REPLICATE))
        .keys(&[KeySpec::range(Access::RW.and(Access::ACCESS), 1, -1, 1)
            .noted("RW because it may change the internal representation of the key, and propagate to replicas")])
        .doc(
            "key [key ...]",
            "Estimates how many different elements were added to HyperLogLogs, taken together.",
            "O(1) for one key that did not change since, otherwise O(N), N keys",
            "2.8.9",
        ),
    Spec::new("PFDEBUG", Group::HyperLogLog, pfdebug, 3)
        .flags(Flags::WRITE.and(Flags::DENYOOM).and(Flags::ADMIN))
        .keys(&[KeySpec::one(Access::RW.and(Access::ACCESS), 2)])
        .doc(
            "subcommand key",
            "Shows how a HyperLogLog is kept: its registers, its form, its runs.",
            "O(1), the number of registers",
            "2.8.9",
        ),
    Spec::new("PFMERGE", Group::HyperLogLog, pfmerge, -2)
        .flags(Flags::WRITE.and(Flags::DENYOOM))
        .keys(&[
            KeySpec::one(Access::RW.and(Access::ACCESS).and(Access::INSERT), 1),
            KeySpec::range(Access::RO.and(Access::ACCESS), 2, -1, 1),
        ])
        .doc(
            "destkey [sourcekey [sourcekey ...]]",
            "Adds everything that HyperLogLogs have seen to another one.",
            "O(N), N keys",
            "2.8.9",
        ),
    Spec::new("PFSELFTEST", Group::HyperLogLog, pfselftest, 1).flags(Flags::ADMIN).doc(
        "",
        "Checks that HyperLogLogs count as they should.",
        "O(1)",
        "2.8.9",
    ),
];

const INVALID: Error = Error::Static("WRONGTYPE Key is not a valid HyperLogLog string value.");
const CORRUPTED: Error = Error::Static("INVALIDOBJ Corrupted HLL object detected");
const KEY_MISSING: Error = Error::Static("ERR The specified key does not exist");
const NOT_SPARSE: Error = Error::Static("ERR HLL encoding is not sparse");
const ON_OR_OFF: Error = Error::Static("ERR Argument must be ON or OFF");
const TEST_FAILED: Error = Error::Static("TESTFAILED the estimate is too far from the truth");

/// Registers that are visited in the time of one element elsewhere: many at once.
const REGISTERS_A_UNIT: u64 = 16;
/// Elements of the self-test.
const TEST_ELEMENTS: u64 = 10_000;
/// How far the self-test's estimate may be off: four standard errors.
const TEST_ERROR_MAX: u64 = TEST_ELEMENTS / 30;

fn pfadd(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (key, elements) = (args.at(1), args.from(2));
    let value = ctx.keys.peek(key);
    let exists = bytes_of(value)?.is_some();
    let sparse_max = ctx.server.config.hll_sparse_max_bytes;
    ctx.units += elements.len() as u64;
    let mut new = Vec::new();
    let bytes = match ctx.keys.string_mut(key)? {
        Some(bytes) => bytes,
        None => {
            new = hll::empty();
            &mut new
        }
    };
    let mut changed = !exists;
    for element in elements.iter() {
        changed |= hll::add(bytes, element, sparse_max).map_err(corrupted)?;
    }
    if changed {
        hll::forget_answer(bytes);
        if !exists {
            ctx.keys.put(key, Object::Str(new), Deadline::Clear);
        }
        ctx.changed(key, Class::STRING, "pfadd");
    }
    ctx.out.flag(changed);
    Ok(())
}

fn pfcount(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 2 {
        let mut registers = [0; REGISTERS];
        gather(ctx, args.from(1), &mut registers)?;
        ctx.out.integer(hll::estimate(&registers) as i64);
        return Ok(());
    }
    let key = args.at(1);
    let Some(bytes) = bytes_of(ctx.keys.read(key))? else {
        ctx.out.count(0);
        return Ok(());
    };
    let answer = match hll::answer(bytes) {
        Some(answer) => answer,
        None => {
            let answer = hll::count(bytes).map_err(corrupted)?;
            ctx.units += REGISTERS as u64 / REGISTERS_A_UNIT;
            if let Some(bytes) = ctx.keys.string_mut(key)? {
                hll::keep_answer(bytes, answer);
            }
            ctx.changed(key, Class::NONE, "pfcount");
            answer
        }
    };
    ctx.out.integer(answer as i64);
    Ok(())
}

fn pfmerge(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let key = args.at(1);
    let mut registers = [0; REGISTERS];
    let any_dense = gather(ctx, args.from(1), &mut registers)?;
    let sparse_max = ctx.server.config.hll_sparse_max_bytes;
    let mut new = Vec::new();
    let exists = ctx.keys.exists(key);
    let bytes = match ctx.keys.string_mut(key)? {
        Some(bytes) => bytes,
        None => {
            new = hll::empty();
            &mut new
        }
    };
    if any_dense {
        hll::make_dense(bytes).map_err(corrupted)?;
    }
    hll::raise_all(bytes, &registers, sparse_max).map_err(corrupted)?;
    hll::forget_answer(bytes);
    if !exists {
        ctx.keys.put(key, Object::Str(new), Deadline::Clear);
    }
    ctx.changed(key, Class::STRING, "pfadd");
    ctx.out.ok();
    Ok(())
}

fn pfdebug(ctx: &mut Ctx<'_>, args: Args<'_>) -> Outcome {
    let (word, key) = (args.at(1), args.at(2));
    if is_word(word, "SIMD") {
        return simd(ctx, key);
    }
    if bytes_of(ctx.keys.peek(key))?.is_none() {
        return Err(KEY_MISSING);
    }
    let bytes = ctx.keys.string_mut(key)?.ok_or(KEY_MISSING)?;
    if is_word(word, "ENCODING") {
        ctx.out.simple(if hll::is_dense(bytes) { "dense" } else { "sparse" });
    } else if is_word(word, "DECODE") {
        if hll::is_dense(bytes) {
            return Err(NOT_SPARSE);
        }
        ctx.out.bulk(&decode(bytes).map_err(corrupted)?);
    } else if is_word(word, "TODENSE") {
        let converted = hll::make_dense(bytes).map_err(corrupted)?;
        ctx.server.effects.dirty += u64::from(converted);
        ctx.out.flag(converted);
    } else if is_word(word, "GETREG") {
        let converted = hll::make_dense(bytes).map_err(corrupted)?;
        ctx.server.effects.dirty += u64::from(converted);
        let mut registers = [0; REGISTERS];
        hll::raise_registers(&mut registers, bytes).map_err(corrupted)?;
        ctx.units += REGISTERS as u64 / REGISTERS_A_UNIT;
        ctx.out.array(REGISTERS);
        registers.iter().for_each(|register| ctx.out.integer(i64::from(*register)));
    } else {
        return Err(Error::quoting("ERR Unknown PFDEBUG subcommand '", word, "'"));
    }
    Ok(())
}

/// Counts the same elements in both forms.
fn pfselftest(ctx: &mut Ctx<'_>, _args: Args<'_>) -> Outcome {
    let (mut sparse, mut dense) = (hll::empty(), hll::empty());
    hll::make_dense(&mut dense).map_err(corrupted)?;
    for element in 0..TEST_ELEMENTS {
        hll::add(&mut sparse, &element.to_le_bytes(), usize::MAX).map_err(corrupted)?;
        hll::add(&mut dense, &element.to_le_bytes(), 0).map_err(corrupted)?;
    }
    ctx.units += TEST_ELEMENTS;
    let (sparse, dense) = (hll::count(&sparse), hll::count(&dense));
    let counted = sparse.map_err(corrupted)?;
    if dense != sparse || counted.abs_diff(TEST_ELEMENTS) > TEST_ERROR_MAX {
        return Err(TEST_FAILED);
    }
    ctx.out.ok();
    Ok(())
}

/// There is nothing to switch: vector code is whatever the compiler made. The answer is what was asked for.
fn simd(ctx: &mut Ctx<'_>, word: &[u8]) -> Outcome {
    ctx.out.simple(match word {
        _ if is_word(word, "ON") => "enabled",
        _ if is_word(word, "OFF") => "disabled",
        _ => return Err(ON_OR_OFF),
    });
    Ok(())
}

/// The runs of a sparse one: `z:` and `Z:` are zeros in one byte and in two, `v:` a value and how often it stands there.
fn decode(bytes: &[u8]) -> Result<Vec<u8>, Corrupted> {
    let mut text = Vec::new();
    for run in hll::runs(bytes) {
        if !text.is_empty() {
            text.push(b' ');
        }
        let run = run?;
        text.extend_from_slice(match run {
            Run::Zeros(_) => b"z:",
            Run::ManyZeros(_) => b"Z:",
            Run::Value(..) => b"v:",
        });
        if let Run::Value(value, _) = run {
            number::write_i64(&mut text, i64::from(value));
            text.push(b',');
        }
        number::write_i64(&mut text, run.len() as i64);
    }
    Ok(text)
}

/// Raises `registers` to those of all keys that exist; whether one of them is dense.
fn gather(ctx: &mut Ctx<'_>, names: Args<'_>, registers: &mut Registers) -> Result<bool, Error> {
    let mut any_dense = false;
    for name in names.iter() {
        if let Some(bytes) = bytes_of(ctx.keys.read(name))? {
            any_dense |= hll::is_dense(bytes);
            hll::raise_registers(registers, bytes).map_err(corrupted)?;
            ctx.units += REGISTERS as u64 / REGISTERS_A_UNIT;
        }
    }
    Ok(any_dense)
}

/// The bytes of a HyperLogLog, if there is anything at all.
fn bytes_of(value: Option<ValueRef<'_>>) -> Result<Option<&[u8]>, Error> {
    match value {
        None => Ok(None),
        Some(ValueRef::Object(_)) => Err(Error::WRONG_TYPE),
        Some(ValueRef::Bytes(bytes)) if hll::is_valid(bytes) => Ok(Some(bytes)),
        Some(_) => Err(INVALID),
    }
}

fn corrupted(_: Corrupted) -> Error {
    CORRUPTED
}
