//! `cargo xtask size`: what a visitor downloads, against `budgets.toml`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::budgets::{self, Size, Visit};
use crate::paths;

/// Files that are not downloaded in a normal visit.
const NOT_COUNTED: [&str; 3] = ["map", "br", "gz"];

/// Brotli's best quality, as a static server would store it.
const BROTLI_QUALITY: i32 = 11;

/// Brotli's largest standard window, as a power of two.
const BROTLI_WINDOW_BITS: i32 = 22;

/// Prints a row for each file and each budget; an error lists the budgets exceeded.
pub(crate) fn check() -> Result<()> {
    let budgets = budgets::read()?.size;
    let dist = paths::web_dist();
    let files = measure(&dist)?;
    let html = fs::read_to_string(dist.join("index.html"))?;
    let first: Vec<PathBuf> = first_visit(&html).map(|name| dist.join(name)).collect();
    print_files(&files);
    println!("\n{:<44} {:>10} {:>10} {:>6}", "budget", "brotli", "at most", "used");
    let mut exceeded = Vec::new();
    for budget in &budgets {
        let counted = files.iter().filter(|file| counts(budget, file, &first));
        let brotli: u64 = counted.map(|file| file.brotli).sum();
        let most = budget.brotli_bytes_max;
        println!("{:<44} {brotli:>10} {most:>10} {:>5}%", budget.name, brotli * 100 / most);
        if brotli == 0 {
            exceeded.push(format!("{}: no such file in web/dist", budget.name));
        } else if brotli > most {
            exceeded.push(format!("{}: {brotli} bytes, at most {most}", budget.name));
        }
    }
    if !exceeded.is_empty() {
        bail!("past the budget in budgets.toml: {}", exceeded.join("; "));
    }
    Ok(())
}

/// A file of the page and its three sizes in bytes.
struct Measured {
    path: PathBuf,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// All files below `dist`, largest first.
fn measure(dist: &Path) -> Result<Vec<Measured>> {
    let mut files = Vec::new();
    let mut folders = vec![dist.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| {
            format!("no {}: `cargo xtask page` builds it", paths::shown(&folder))
        })?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !NOT_COUNTED.contains(&extension(&path)) {
                files.push(measure_file(path)?);
            }
        }
    }
    files.sort_by(|a, b| b.brotli.cmp(&a.brotli).then_with(|| a.path.cmp(&b.path)));
    Ok(files)
}

fn measure_file(path: PathBuf) -> Result<Measured> {
    let content = fs::read(&path)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&content)?;
    let gzip = gzip.finish()?.len() as u64;
    let settings = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut content.as_slice(), &mut compressed, &settings)?;
    Ok(Measured { path, raw: content.len() as u64, gzip, brotli: compressed.len() as u64 })
}

/// The files that a first visit loads: the page itself and what its HTML names, relative to it.
fn first_visit(html: &str) -> impl Iterator<Item = &str> {
    let named = html.split('"').filter_map(|quoted| quoted.strip_prefix("./"));
    std::iter::once("index.html").chain(named)
}

fn counts(budget: &Size, file: &Measured, first: &[PathBuf]) -> bool {
    let extension = extension(&file.path);
    if budget.visit == Visit::First && !first.contains(&file.path) {
        return false;
    }
    budget.extensions.is_empty() || budget.extensions.iter().any(|wanted| wanted == extension)
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn print_files(files: &[Measured]) {
    println!("{:<44} {:>10} {:>10} {:>10}", "file", "raw", "gzip", "brotli");
    for file in files {
        let name = file.path.strip_prefix(paths::web_dist()).unwrap_or(&file.path);
        let name = name.display().to_string();
        println!("{name:<44} {:>10} {:>10} {:>10}", file.raw, file.gzip, file.brotli);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = r#"<link rel="icon" href="./favicon.svg"><script src="./assets/index-1.js"></script>
        <link rel="canonical" href="https://example.org/"><meta name="redloop:later" content="./assets/rest-1.js">"#;

    #[test]
    fn a_first_visit_is_what_the_page_names() {
        let named: Vec<_> = first_visit(HTML).collect();
        assert_eq!(named, ["index.html", "favicon.svg", "assets/index-1.js", "assets/rest-1.js"]);
    }

    #[test]
    fn a_budget_counts_its_own_files() {
        let file = |path: &str| Measured { path: path.into(), raw: 0, gzip: 0, brotli: 0 };
        let budget = |visit, extensions: &[&str]| Size {
            name: String::new(),
            visit,
            extensions: extensions.iter().map(|&name| name.to_owned()).collect(),
            brotli_bytes_max: 0,
        };
        let first: Vec<PathBuf> = first_visit(HTML).map(PathBuf::from).collect();
        let scripts = budget(Visit::First, &["js"]);
        assert!(counts(&scripts, &file("assets/rest-1.js"), &first));
        assert!(!counts(&scripts, &file("assets/lesson-1.js"), &first));
        assert!(!counts(&scripts, &file("index.html"), &first));
        assert!(counts(&budget(Visit::Any, &[]), &file("assets/lesson-1.js"), &first));
    }
}
