//! Values by type: what command handlers call. A key of another type is WRONGTYPE here, once, for all of them.

use super::view::{self, form};
use super::{Happening, Keyspace, What};
use crate::ds::dict::{Deadline, Dict, Payload, Slot, SlotMut};
use crate::error::Error;
use crate::util::number;
use crate::value::{Collection, Object, ValueRef};

impl Keyspace {
    /// The value at `key`, counted as a read and as a use.
    #[inline]
    pub fn read(&mut self, key: &[u8]) -> Option<ValueRef<'_>> {
        let hash = self.alive(key);
        let no_touch = self.no_touch;
        let db = &mut self.dbs[self.current];
        let Some(entry) = db.dict.get_marked(hash, key) else {
            self.misses += 1;
            if self.log_misses {
                self.log.push(Happening {
                    db: self.current,
                    key: key.to_vec(),
                    what: What::Missed,
                });
            }
            return None;
        };
        self.hits += 1;
        if !no_touch {
            let bits = view::access_bits(*entry.meta);
            let touched = self.access.touched(bits);
            if touched != bits {
                *entry.meta = view::meta(entry.meta[0], touched);
            }
        }
        Some(match entry.value {
            Slot::Inline(bytes) if entry.meta[0] == form::INT => ValueRef::Int(view::int_of(bytes)),
            Slot::Inline(bytes) => ValueRef::Bytes(bytes),
            Slot::Spilled(Object::Str(bytes)) => ValueRef::Bytes(bytes),
            Slot::Spilled(object) => ValueRef::Object(object),
        })
    }

    /// Counts a read and a use of `key`: for a command that goes on to change what is there.
    pub fn count_read(&mut self, key: &[u8]) {
        self.read(key);
    }

    /// The value at `key` without counting it as anything.
    pub fn peek(&mut self, key: &[u8]) -> Option<ValueRef<'_>> {
        let hash = self.alive(key);
        self.dbs[self.current].dict.get(hash, key).map(|entry| ValueRef::of(&entry))
    }

    /// The string at `key`: `Int` or `Bytes`.
    ///
    /// # Errors
    /// WRONGTYPE.
    #[inline]
    pub fn read_string(&mut self, key: &[u8]) -> Result<Option<ValueRef<'_>>, Error> {
        match self.read(key) {
            Some(ValueRef::Object(_)) => Err(Error::WRONG_TYPE),
            value => Ok(value),
        }
    }

    /// The collection at `key`, counted as a read.
    ///
    /// # Errors
    /// WRONGTYPE.
    #[inline]
    pub fn read_as<T: Collection>(&mut self, key: &[u8]) -> Result<Option<&T>, Error> {
        match self.read(key) {
            None => Ok(None),
            Some(ValueRef::Object(object)) => T::of(object).map(Some).ok_or(Error::WRONG_TYPE),
            Some(_) => Err(Error::WRONG_TYPE),
        }
    }

    /// The collection at `key`, to be changed; remove the key if it ends up empty ([`Keyspace::remove_if_empty`]).
    ///
    /// # Errors
    /// WRONGTYPE.
    #[inline]
    pub fn write_as<T: Collection>(&mut self, key: &[u8]) -> Result<Option<&mut T>, Error> {
        let hash = self.alive(key);
        self.write_at(hash, key)
    }

    /// The collection at `key`, made empty if there is none. The caller fills it.
    ///
    /// # Errors
    /// WRONGTYPE.
    pub fn write_or_create<T: Collection>(&mut self, key: &[u8]) -> Result<&mut T, Error> {
        let hash = self.alive(key);
        let fresh = self.access.fresh();
        let db = &mut self.dbs[self.current];
        if !db.dict.contains(hash, key) {
            let object = T::empty().into_object();
            db.put(
                hash,
                key,
                view::meta(form::OBJECT, fresh),
                Payload::Spilled(object),
                Deadline::Clear,
            );
            if self.log_new {
                self.created.push((self.current, key.to_vec()));
            }
        }
        match self.write_at::<T>(hash, key)? {
            Some(collection) => Ok(collection),
            // Just made above; there is no path here.
            None => Err(Error::NO_SUCH_KEY),
        }
    }

    /// Removes the key if the collection it holds is empty. Whether it did.
    pub fn remove_if_empty(&mut self, key: &[u8]) -> bool {
        let hash = self.dbs[self.current].dict.hash_of(key);
        let empty = self.dbs[self.current].dict.get(hash, key).is_some_and(
            |entry| matches!(entry.value, Slot::Spilled(object) if object.is_empty() && !matches!(object, Object::Str(_))),
        );
        empty && self.discard(hash, key)
    }

    /// Stores a string, as an integer if its text is one.
    #[inline]
    pub fn set_bytes(&mut self, key: &[u8], value: &[u8], deadline: Deadline) {
        match parse_short_integer(value) {
            Some(integer) => self.set_int(key, integer, deadline),
            None => self.set_text(key, value, false, deadline),
        }
    }

    /// Stores an integer.
    #[inline]
    pub fn set_int(&mut self, key: &[u8], value: i64, deadline: Deadline) {
        let hash = self.alive(key);
        let meta = view::meta(form::INT, self.access.fresh());
        self.put_at(hash, key, meta, Payload::Inline(&value.to_le_bytes()), deadline);
    }

    /// Stores bytes as they are, never as an integer; `raw`: a command built them, they are not embedded.
    pub fn set_text(&mut self, key: &[u8], value: &[u8], raw: bool, deadline: Deadline) {
        let hash = self.alive(key);
        let form = if raw || value.len() > form::EMBEDDED_MAX { form::RAW } else { form::EMBEDDED };
        let meta = view::meta(form, self.access.fresh());
        if Dict::<Object, 4>::fits_inline(key.len(), value.len()) {
            self.put_at(hash, key, meta, Payload::Inline(value), deadline);
        } else {
            self.put_at(hash, key, meta, Payload::Spilled(Object::Str(value.to_vec())), deadline);
        }
    }

    /// Stores an object, replacing whatever was there.
    pub fn put(&mut self, key: &[u8], object: Object, deadline: Deadline) {
        let hash = self.alive(key);
        let form = if matches!(object, Object::Str(_)) { form::RAW } else { form::OBJECT };
        let meta = view::meta(form, self.access.fresh());
        self.put_at(hash, key, meta, Payload::Spilled(object), deadline);
    }

    /// Stores bytes that a command made, never as an integer; long ones without a copy.
    pub fn set_built(&mut self, key: &[u8], value: Vec<u8>, deadline: Deadline) {
        if Dict::<Object, 4>::fits_inline(key.len(), value.len()) {
            self.set_text(key, &value, true, deadline);
        } else {
            self.put(key, Object::Str(value), deadline);
        }
    }

    /// Stores a value that was read from outside, in the form it would have here; `deadline` in milliseconds since the
    /// epoch.
    pub fn restore(&mut self, key: &[u8], value: Object, deadline: Option<u64>) {
        let deadline = deadline.map_or(Deadline::Clear, Deadline::Set);
        match value {
            Object::Str(bytes) if Dict::<Object, 4>::fits_inline(key.len(), bytes.len()) => {
                self.set_bytes(key, &bytes, deadline);
            }
            object => self.put(key, object, deadline),
        }
    }

    /// The bytes of the string at `key`, to be changed in place. The string moves beside the dictionary, where it can
    /// grow, and its encoding becomes raw.
    ///
    /// # Errors
    /// WRONGTYPE.
    pub fn string_mut(&mut self, key: &[u8]) -> Result<Option<&mut Vec<u8>>, Error> {
        let hash = self.alive(key);
        self.move_out(hash, key)?;
        Ok(self.moved_string(hash, key))
    }

    /// As [`Keyspace::string_mut`], made or filled up with zeros to at least `len` bytes; whether it had to be.
    ///
    /// # Errors
    /// WRONGTYPE.
    pub fn string_of_at_least(
        &mut self,
        key: &[u8],
        len: usize,
    ) -> Result<(&mut Vec<u8>, bool), Error> {
        let hash = self.alive(key);
        let exists = self.move_out(hash, key)?;
        if !exists {
            self.put(key, Object::Str(vec![0; len]), Deadline::Clear);
        }
        // Just made where it was not; there is no path to the error here.
        let bytes = self.moved_string(hash, key).ok_or(Error::NO_SUCH_KEY)?;
        let short = bytes.len() < len;
        if short {
            bytes.resize(len, 0);
        }
        Ok((bytes, short || !exists))
    }

    /// Applies `change` to the integer at `key` (0 if there is none) and stores the result; the deadline stays.
    ///
    /// # Errors
    /// WRONGTYPE, not an integer, or what `change` answers.
    #[inline]
    pub fn update_int(
        &mut self,
        key: &[u8],
        change: impl FnOnce(i64) -> Result<i64, Error>,
    ) -> Result<i64, Error> {
        let hash = self.alive(key);
        let old = match self.dbs[self.current].dict.get_mut(hash, key) {
            None => 0,
            Some(entry) => match entry.value {
                SlotMut::Inline(bytes) if entry.meta[0] == form::INT => {
                    let value = change(view::int_of(bytes))?;
                    bytes.copy_from_slice(&value.to_le_bytes());
                    let touched = self.access.touched(view::access_bits(*entry.meta));
                    *entry.meta = view::meta(form::INT, touched);
                    return Ok(value);
                }
                SlotMut::Inline(bytes) => number::parse_i64(bytes).ok_or(Error::NOT_INTEGER)?,
                SlotMut::Spilled(Object::Str(bytes)) => {
                    number::parse_i64(bytes).ok_or(Error::NOT_INTEGER)?
                }
                SlotMut::Spilled(_) => return Err(Error::WRONG_TYPE),
            },
        };
        let value = change(old)?;
        self.set_int(key, value, Deadline::Keep);
        Ok(value)
    }

    /// Moves the string at `key` beside the dictionary, if there is one.
    fn move_out(&mut self, hash: u64, key: &[u8]) -> Result<bool, Error> {
        let fresh = self.access.fresh();
        let db = &mut self.dbs[self.current];
        let Some(entry) = db.dict.get(hash, key) else { return Ok(false) };
        let bytes = match ValueRef::of(&entry) {
            ValueRef::Int(value) => itoa::Buffer::new().format(value).as_bytes().to_vec(),
            ValueRef::Bytes(bytes) if matches!(entry.value, Slot::Inline(_)) => bytes.to_vec(),
            ValueRef::Bytes(_) => return Ok(true),
            ValueRef::Object(_) => return Err(Error::WRONG_TYPE),
        };
        let meta = view::meta(form::RAW, fresh);
        db.put(hash, key, meta, Payload::Spilled(Object::Str(bytes)), Deadline::Keep);
        Ok(true)
    }

    fn moved_string(&mut self, hash: u64, key: &[u8]) -> Option<&mut Vec<u8>> {
        match self.dbs[self.current].dict.get_mut(hash, key)?.value {
            SlotMut::Spilled(Object::Str(bytes)) => Some(bytes),
            _ => None,
        }
    }

    #[inline]
    fn write_at<T: Collection>(&mut self, hash: u64, key: &[u8]) -> Result<Option<&mut T>, Error> {
        let Some(entry) = self.dbs[self.current].dict.get_mut(hash, key) else { return Ok(None) };
        let touched = self.access.touched(view::access_bits(*entry.meta));
        *entry.meta = view::meta(entry.meta[0], touched);
        match entry.value {
            SlotMut::Spilled(object) => T::of_mut(object).map(Some).ok_or(Error::WRONG_TYPE),
            SlotMut::Inline(_) => Err(Error::WRONG_TYPE),
        }
    }

    #[inline]
    fn put_at(
        &mut self,
        hash: u64,
        key: &[u8],
        meta: [u8; 4],
        value: Payload<'_, Object>,
        deadline: Deadline,
    ) {
        if let Some(removed) = self.dbs[self.current].put(hash, key, meta, value, deadline) {
            self.keep_garbage(removed.spilled);
        } else if self.log_new {
            self.created.push((self.current, key.to_vec()));
        }
    }
}

/// The integer a string of at most 20 bytes is.
#[inline]
fn parse_short_integer(text: &[u8]) -> Option<i64> {
    // The first byte decides most cases.
    match text {
        [b'0'..=b'9' | b'-', ..] if text.len() <= 20 => number::parse_i64(text),
        _ => None,
    }
}
