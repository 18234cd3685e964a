//! Kept inputs of the fuzz targets. `fuzz/seeds/TARGET/` holds those made by hand, a file each; `fuzz/seeds/TARGET.hex` those
//! that a fuzzer found and that reach code that no other does, a line each.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// An input, and where it stands.
#[derive(Debug)]
pub struct Seed {
    /// The file, with the line if it is one of several.
    pub place: String,
    /// The input.
    pub bytes: Vec<u8>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds")
}

fn found(target: &str) -> PathBuf {
    folder().join(target).with_extension("hex")
}

/// All of a target.
///
/// # Errors
/// When a file cannot be read, or a line is not hexadecimal.
pub fn load(target: &str) -> io::Result<Vec<Seed>> {
    let mut seeds = files(&folder().join(target))?;
    let path = found(target);
    let lines = if path.exists() { fs::read_to_string(&path)? } else { String::new() };
    for (at, line) in lines.lines().enumerate() {
        let place = format!("{}:{}", path.display(), at + 1);
        let bytes = decode(line).ok_or_else(|| {
            io::Error::other(format!("{place}: an even number of hexadecimal digits is expected"))
        })?;
        seeds.push(Seed { place, bytes });
    }
    Ok(seeds)
}

/// Writes all of a target into `into`, a file each, as a fuzzer reads them. How many there are.
///
/// # Errors
/// As [`load`], and when a file cannot be written.
pub fn unpack(target: &str, into: &Path) -> io::Result<usize> {
    fs::create_dir_all(into)?;
    let seeds = load(target)?;
    for (at, seed) in seeds.iter().enumerate() {
        fs::write(into.join(format!("seed-{at}")), &seed.bytes)?;
    }
    Ok(seeds.len())
}

/// Keeps the inputs in `from` instead of those that were found before. How many there are.
///
/// # Errors
/// When a file cannot be read or written.
pub fn pack(target: &str, from: &Path) -> io::Result<usize> {
    let mut inputs: Vec<_> = files(from)?.into_iter().map(|seed| seed.bytes).collect();
    inputs.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    inputs.dedup();
    let lines: String = inputs.iter().map(|input| encode(input) + "\n").collect();
    fs::write(found(target), lines)?;
    Ok(inputs.len())
}

/// The files of a folder; none if there is no such folder.
fn files(folder: &Path) -> io::Result<Vec<Seed>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let read =
        |path: PathBuf| Ok(Seed { bytes: fs::read(&path)?, place: path.display().to_string() });
    paths.into_iter().map(read).collect()
}

fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn decode(line: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = line.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&all)), Some(all));
        assert_eq!(decode(""), Some(Vec::new()));
        assert_eq!(decode("abc"), None);
        assert_eq!(decode("0g"), None);
    }
}
