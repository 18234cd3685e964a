//! `cargo xtask licences`: what `cargo deny check licenses sources` would say, from the same `deny.toml`.
//!
//! A small evaluator of SPDX expressions over `cargo metadata`, since building cargo-deny takes
//! longer than all our tests. It leaves out advisories and duplicate versions.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{paths, run};

/// The manifests whose dependency trees are checked.
const MANIFESTS: [&str; 3] = ["Cargo.toml", "xtask/wasm/Cargo.toml", "fuzz/Cargo.toml"];

/// How deep an SPDX expression may nest: no real one comes near.
const DEPTH_MAX: u32 = 16;

/// Checks every manifest that exists; an error lists the packages refused and why.
pub(crate) fn check() -> Result<()> {
    let text = fs::read_to_string(paths::root().join("deny.toml")).context("no deny.toml")?;
    let rules: Rules = toml::from_str(&text).context("deny.toml is malformed")?;
    let mut refused = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for manifest in MANIFESTS.iter().filter(|file| paths::root().join(file).is_file()) {
        let mut metadata = run::cargo();
        metadata.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]);
        let metadata: Metadata = serde_json::from_str(&run::output(metadata.arg(manifest))?)?;
        for package in metadata.packages {
            let shown = format!("{} {}", package.name, package.version);
            if let Some(reason) = refusal(&rules, &package) {
                refused.insert(format!("{shown}: {reason}"));
            }
            seen.insert(shown);
        }
    }
    println!("{} packages checked", seen.len());
    if !refused.is_empty() {
        bail!("{}", refused.into_iter().collect::<Vec<_>>().join("\n"));
    }
    Ok(())
}

/// The part of `deny.toml` that is read here.
#[derive(Deserialize)]
struct Rules {
    licenses: Licenses,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// Absent for packages of this repository.
    source: Option<String>,
}

fn refusal(rules: &Rules, package: &Package) -> Option<String> {
    if let Some(source) = &package.source {
        let registry = source.strip_prefix("registry+").unwrap_or(source);
        if !rules.sources.allow_registry.contains(registry) {
            return Some(format!("comes from {source}"));
        }
    }
    let Some(expression) = &package.license else {
        return Some("declares no licence".to_owned());
    };
    match allowed(expression, &rules.licenses.allow) {
        Some(true) => None,
        Some(false) => Some(format!("{expression} is not allowed by deny.toml")),
        None => Some(format!("{expression} is not a licence expression")),
    }
}

/// Whether a choice that `expression` offers lies within `allow`; `None` if it is malformed.
fn allowed(expression: &str, allow: &BTreeSet<String>) -> Option<bool> {
    // The slash is crates.io's old way to write OR.
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, allow };
    let verdict = parser.any(0)?;
    parser.words.is_empty().then_some(verdict)
}

struct Parser<'a> {
    words: &'a [&'a str],
    allow: &'a BTreeSet<String>,
}

impl Parser<'_> {
    fn any(&mut self, depth: u32) -> Option<bool> {
        let mut verdict = self.all(depth)?;
        while self.take("OR") {
            verdict |= self.all(depth)?;
        }
        Some(verdict)
    }

    fn all(&mut self, depth: u32) -> Option<bool> {
        let mut verdict = self.one(depth)?;
        while self.take("AND") {
            verdict &= self.one(depth)?;
        }
        Some(verdict)
    }

    fn one(&mut self, depth: u32) -> Option<bool> {
        if depth > DEPTH_MAX {
            return None;
        }
        if self.take("(") {
            let verdict = self.any(depth + 1)?;
            return self.take(")").then_some(verdict);
        }
        let mut licence = self.next()?.to_owned();
        if self.take("WITH") {
            licence = format!("{licence} WITH {}", self.next()?);
        }
        Some(self.allow.contains(&licence))
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn next(&mut self) -> Option<&str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_judged_by_their_structure() {
        let allow: BTreeSet<String> =
            ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].map(String::from).into();
        let cases = [
            ("MIT", Some(true)),
            ("GPL-3.0", Some(false)),
            ("GPL-3.0/MIT", Some(true)),
            ("GPL-3.0 AND MIT", Some(false)),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Some(true)),
            ("GPL-3.0 OR MIT AND Zlib", Some(false)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("Apache-2.0", Some(false)),
            ("(MIT", None),
            ("MIT MIT", None),
            ("", None),
        ];
        for (expression, verdict) in cases {
            assert_eq!(allowed(expression, &allow), verdict, "{expression}");
        }
        assert_eq!(allowed(&"(".repeat(1000), &allow), None);
    }
}
