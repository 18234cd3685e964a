//! `cargo xtask play`: from a fresh clone to a running server and its page.
//!
//! The server is a child in a process group of its own, so that Ctrl-C reaches it once, through
//! us; its exit code is ours.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{paths, run, setup, wasm};

/// How often a waiting loop looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How long the server may take until it answers.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// How many ports above the wanted one are tried.
const PORTS_TRIED: u16 = 100;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Port for Redis clients; the next free one if it is taken
    #[arg(long, default_value_t = 6379)]
    port: u16,
    /// Port of the page; the next free one if it is taken
    #[arg(long, default_value_t = 8080)]
    http_port: u16,
    /// Do not build: use what the last run built
    #[arg(long)]
    no_build: bool,
    /// Stop as soon as both halves have answered: exit code 0 says that all of it works
    #[arg(long)]
    check: bool,
    /// Further arguments for the server
    #[arg(last = true)]
    server: Vec<String>,
}

/// Builds and serves until the server ends.
pub(crate) fn play(options: &Options) -> Result<ExitCode> {
    if !options.no_build {
        setup::ensure(setup::PLAY)?;
        wasm::build()?;
        wasm::build_page()?;
        build_server()?;
    }
    serve(options)
}

/// Builds the server as it ships.
pub(crate) fn build_server() -> Result<()> {
    run::run(run::cargo().args(["build", "--release", "-p", "redloop"]))
}

/// The first port from `wanted` on that nobody listens on and that is not `except`.
pub(crate) fn free_port(wanted: u16, except: Option<u16>) -> Result<u16> {
    let candidates = wanted..=wanted.saturating_add(PORTS_TRIED);
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let found = candidates.filter(|port| Some(*port) != except).find(free);
    found.with_context(|| format!("no free port from {wanted} on ({PORTS_TRIED} tried)"))
}

fn serve(options: &Options) -> Result<ExitCode> {
    let port = free_port(options.port, None)?;
    let http_port = free_port(options.http_port, Some(port))?;
    let signals = signals()?;
    let mut server = start(options, port, http_port)?;
    if answers_in_time(&mut server, &signals, port, http_port)? {
        announce(options, port, http_port);
    }
    if options.check {
        stop(&mut server);
    }
    Ok(exit_code(wait(&mut server, &signals)?))
}

/// The server and its page, on this machine alone.
pub(crate) fn server_command(port: u16, http_port: u16) -> Command {
    let mut command = Command::new(paths::server());
    command.current_dir(paths::root());
    command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
    command.args(["--http-port", &http_port.to_string()]);
    command
}

fn start(options: &Options, port: u16, http_port: u16) -> Result<Child> {
    let mut command = server_command(port, http_port);
    command.args(&options.server);
    own_group(&mut command);
    command.spawn().with_context(|| format!("cannot start {}", paths::server().display()))
}

fn announce(options: &Options, port: u16, http_port: u16) {
    let instead = |wanted: u16, got: u16| match wanted == got {
        true => String::new(),
        false => format!("   (port {wanted} is taken)"),
    };
    let out = std::io::stdout();
    let mut out = out.lock();
    // A closed terminal is no reason to stop serving.
    let _ = writeln!(
        out,
        "\n  Redloop is ready.\n\
         \n    Redis clients   127.0.0.1:{port}{}\n      try           redis-cli -p {port} PING\
         \n    Playground      http://127.0.0.1:{http_port}/{}\n\
         \n  Ctrl-C stops it.\n",
        instead(options.port, port),
        instead(options.http_port, http_port),
    );
    let _ = out.flush();
}

/// Waits until both addresses answer; `false` if the server ended or was asked to.
fn answers_in_time(
    server: &mut Child,
    signals: &Receiver<()>,
    port: u16,
    http_port: u16,
) -> Result<bool> {
    let deadline = Instant::now() + START_TIMEOUT;
    while !answers(port, http_port) {
        if server.try_wait()?.is_some() {
            return Ok(false);
        }
        if signals.try_recv().is_ok() {
            stop(server);
            return Ok(false);
        }
        if Instant::now() > deadline {
            server.kill()?;
            bail!("the server did not answer within {} s", START_TIMEOUT.as_secs());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    Ok(true)
}

/// Waits for the server's end; a first signal asks it to stop, a second one makes it.
fn wait(server: &mut Child, signals: &Receiver<()>) -> Result<ExitStatus> {
    let mut asked = false;
    loop {
        if let Some(status) = server.try_wait()? {
            return Ok(status);
        }
        if signals.recv_timeout(LOOK_AGAIN * 5).is_ok() {
            if asked {
                server.kill()?;
            }
            stop(server);
            asked = true;
        }
    }
}

/// Both halves work: a PING and the page.
fn answers(port: u16, http_port: u16) -> bool {
    let ping = exchange(port, "PING\r\n").is_ok_and(|reply| reply.starts_with("+PONG"));
    let get = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{http_port}\r\nConnection: close\r\n\r\n");
    ping && exchange(http_port, &get).is_ok_and(|reply| reply.contains(" 200 "))
}

fn exchange(port: u16, request: &str) -> std::io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(request.as_bytes())?;
    let mut start = [0; 64];
    let read = stream.read(&mut start)?;
    Ok(String::from_utf8_lossy(&start[..read]).into_owned())
}

/// One message for each SIGINT, SIGTERM or SIGHUP (Ctrl-C elsewhere) this process gets.
fn signals() -> Result<Receiver<()>> {
    let (sender, receiver) = channel();
    // A receiver that is gone means that we are ending anyway.
    ctrlc::set_handler(move || {
        let _ = sender.send(());
    })
    .context("cannot handle signals")?;
    Ok(receiver)
}

#[cfg(unix)]
fn stop(server: &mut Child) {
    // `kill` rather than a system call of our own: no unsafe code, no further dependency.
    run::succeeds(Command::new("kill").args(["-TERM", &server.id().to_string()]));
}

#[cfg(not(unix))]
fn stop(server: &mut Child) {
    // A server that has ended already is what was wanted.
    drop(server.kill());
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

/// The shell's convention: 128 and the signal's number for a process that a signal ended.
#[cfg(unix)]
fn exit_code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

#[cfg(not(unix))]
fn exit_code(status: ExitStatus) -> ExitCode {
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
