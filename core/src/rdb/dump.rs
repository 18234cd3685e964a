//! One value as DUMP answers and RESTORE takes it: type, value, version (2 bytes, low first), and the sum over all of it
//! (8 bytes, low first).

use super::crc64::crc64;
use super::reader::Reader;
use super::writer::{State, Writer};
use super::{Refusal, VERSION};
use crate::value::{Object, Thresholds, ValueRef};

/// Bytes of the sum.
const SUM: usize = 8;

/// The payload of a value; `compress`: long strings as LZF. O(bytes).
pub fn dump(value: ValueRef<'_>, compress: bool) -> Vec<u8> {
    let mut state = State::new(compress);
    let mut writer = Writer::new(&mut state);
    let kind = super::kind(value);
    writer.byte(kind);
    super::write(value, &mut writer);
    let mut payload = state.into_bytes();
    seal(&mut payload);
    payload
}

/// Ends a payload with version and sum.
pub fn seal(payload: &mut Vec<u8>) {
    let version = payload.first().map_or(VERSION, |kind| super::version_of(*kind));
    payload.extend_from_slice(&(version as u16).to_le_bytes());
    payload.extend_from_slice(&crc64(payload).to_le_bytes());
}

/// Checks that a payload is whole and of a known version; the part with type and value. O(bytes).
pub fn verify(payload: &[u8]) -> Result<&[u8], Refusal> {
    let (summed, sum) = payload.split_last_chunk::<SUM>().ok_or(Refusal::Version)?;
    let (value, version) = summed.split_last_chunk().ok_or(Refusal::Version)?;
    if !super::is_known(u32::from(u16::from_le_bytes(*version))) {
        return Err(Refusal::Version);
    }
    if crc64(summed) != u64::from_le_bytes(*sum) {
        return Err(Refusal::Checksum);
    }
    Ok(value)
}

/// The value of a verified payload; bytes behind it do not matter, as with the real servers. O(bytes).
pub fn restore(verified: &[u8], t: &Thresholds) -> Result<Object, Refusal> {
    let mut reader = Reader::new(verified);
    let kind = reader.byte()?;
    super::read(kind, &mut reader, t)
}
