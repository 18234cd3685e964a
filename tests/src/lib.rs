//! Whatever crosses a boundary: conversations recorded as text, the drivers that replay them against an engine
//! or a real server, and the tools that record, compare and shrink them.
//!
//! - [`resp`] decodes reply bytes into [`resp::Value`]s, [`render`] prints those as redis-cli does, [`words`]
//!   splits and quotes command lines as redis-cli does;
//! - [`transcript`] is the text format: parser, printer, runner, recorder;
//! - [`driver`] is the one trait behind which an engine in process and a server over TCP look the same;
//! - [`workload`] makes random commands, [`lines`] valid ones from the command table;
//! - [`native`] is the native server as a process, for what only sockets, files and signals show;
//! - [`fuzzing`] is what the fuzz targets do, [`seeds`] their kept inputs;
//! - [`linear`] judges histories of concurrent clients, [`crowd`] is many sockets at once;
//! - [`tools`] finds the server binaries and says what to do when one is missing.
//!
//! The format is described in `tests/transcripts/README.md`.

pub mod corpus;
#[cfg(target_os = "linux")]
pub mod crowd;
pub mod driver;
pub mod fuzzing;
pub mod invariants;
pub mod lessons;
pub mod linear;
pub mod lines;
#[cfg(unix)]
pub mod native;
pub mod ports;
pub mod render;
pub mod resp;
pub mod seeds;
pub mod tools;
pub mod transcript;
pub mod words;
pub mod workload;
