//! Writes the transcripts down as Rust, for hosts without a file system: `EMBEDDED`, each with its path and its text.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = root.join("transcripts");
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut files = Vec::new();
    let mut pending = vec![directory];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                pending.push(entry?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "redis") {
            files.push(path);
        }
    }
    files.sort();
    let mut source = String::from("pub(super) const EMBEDDED: &[(&str, &str)] = &[\n");
    for file in files {
        let name = Path::new("tests").join(file.strip_prefix(root).unwrap_or(&file));
        let _ =
            writeln!(source, "    ({:?}, include_str!({:?})),", name.display().to_string(), file);
    }
    source.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("embedded.rs"), source)
}
