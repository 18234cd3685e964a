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
    let visit = first_visit(&html, &dist);
    print_files(&files);
    println!("\n{:<44} {:>10} {:>10} {:>6}", "budget", "brotli", "at most", "used");
    let mut exceeded = Vec::new();
    for budget in &budgets {
        let counted = files.iter().filter(|file| counts(budget, file, &visit));
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

/// The files that a first visit loads: the page itself and what its HTML names, relative to it; and when.
fn first_visit(html: &str, dist: &Path) -> Vec<(PathBuf, Visit)> {
    let quoted: Vec<&str> = html.split('"').collect();
    let named = quoted.windows(2).filter_map(|pair| {
        let name = pair[1].strip_prefix("./")?;
        let visit = if pair[0].ends_with("content=") { Visit::Later } else { Visit::First };
        Some((dist.join(name), visit))
    });
    std::iter::once((dist.join("index.html"), Visit::First)).chain(named).collect()
}

fn counts(budget: &Size, file: &Measured, visit: &[(PathBuf, Visit)]) -> bool {
    let extension = extension(&file.path);
    let named = visit.iter().find(|(path, _)| *path == file.path);
    let wanted = match budget.visit {
        Visit::Any => true,
        Visit::First => named.is_some(),
        Visit::Later => named.is_some_and(|(_, visit)| *visit == Visit::Later),
    };
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    if !wanted || budget.except.as_ref().is_some_and(|except| name.starts_with(except)) {
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
        let visit = first_visit(HTML, Path::new(""));
        let named: Vec<_> = visit.iter().filter_map(|(path, _)| path.to_str()).collect();
        assert_eq!(named, ["index.html", "favicon.svg", "assets/index-1.js", "assets/rest-1.js"]);
        assert!(
            visit.iter().map(|(_, visit)| *visit == Visit::Later).eq([false, false, false, true])
        );
    }

    #[test]
    fn a_budget_counts_its_own_files() {
        let file = |path: &str| Measured { path: path.into(), raw: 0, gzip: 0, brotli: 0 };
        let budget = |visit, extensions: &[&str]| Size {
            name: String::new(),
            visit,
            extensions: extensions.iter().map(|&name| name.to_owned()).collect(),
            except: None,
            brotli_bytes_max: 0,
        };
        let visit = first_visit(HTML, Path::new(""));
        let scripts = budget(Visit::First, &["js"]);
        assert!(counts(&scripts, &file("assets/rest-1.js"), &visit));
        assert!(!counts(&scripts, &file("assets/lesson-1.js"), &visit));
        assert!(!counts(&scripts, &file("index.html"), &visit));
        let later = budget(Visit::Later, &["js"]);
        assert!(counts(&later, &file("assets/rest-1.js"), &visit));
        assert!(!counts(&later, &file("assets/index-1.js"), &visit));
        let all = budget(Visit::Any, &[]);
        assert!(counts(&all, &file("assets/lesson-1.js"), &visit));
        let no_lessons = Size { except: Some("lesson-".to_owned()), ..all };
        assert!(!counts(&no_lessons, &file("assets/lesson-1.js"), &visit));
        assert!(counts(&no_lessons, &file("assets/index-1.js"), &visit));
    }
}
