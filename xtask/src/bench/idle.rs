//! Connections that only sit there: what each costs in memory, and what a crowd of them costs those that are busy: in
//! requests a second, which whatever else the machine does changes, and in the server's CPU time a request, which it hardly
//! does.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use serde_json::json;
use socket2::{Domain, Protocol, Socket, Type};

use super::Options;
use super::report::{self, Table, median};
use super::server::Server;
use super::throughput::{self, Sample};
use crate::budgets;

/// Connections whose memory is measured, where the limit of open files allows as many.
const IDLE_MAX: usize = 100_000;
/// Of these, how many sit there while others are busy.
const IDLE_BESIDE_BUSY: usize = 10_000;
/// What is looked for is small, so it is looked at more often than other things.
const ROUNDS_EACH: usize = 3;
/// Files that are no connections, here and in the server.
const OTHER_FILES: usize = 200;
/// Connections from one source address: fewer than the ports that a system gives out.
const PER_ADDRESS: usize = 10_000;

pub(super) fn measure(options: &Options) -> Result<()> {
    let most = budgets::read()?.bench.idle_loss_max;
    let files = files_allowed()?;
    let idle = IDLE_MAX.min(files.saturating_sub(OTHER_FILES));
    if idle < IDLE_MAX {
        println!(
            "the limit of open files is {files}: {idle} idle connections instead of {IDLE_MAX}"
        );
    }
    let maxclients = (files - OTHER_FILES / 2).to_string();
    let mut table = Table::new(&[
        "",
        "idle",
        "bytes each",
        "req/s without",
        "with 10 000",
        "kept",
        "CPU without",
        "with 10 000",
        "kept",
    ]);
    let mut results = Vec::new();
    for kind in &options.servers {
        eprintln!("  {kind}");
        // Not every server takes 127.0.0.2 for a neighbour.
        let mut options_of_kind = vec!["--maxclients", &maxclients, "--protected-mode", "no"];
        options_of_kind.extend(kind.alone());
        let server = Server::start_with(*kind, &options_of_kind, "0")?;
        let before = server.resident_bytes()?;
        let crowd = connect(&server, idle)?;
        let each = (server.resident_bytes()? - before) as f64 / idle as f64;
        drop(crowd);
        let server = Server::start_with(*kind, &options_of_kind, "0")?;
        let pairs = samples(&server, IDLE_BESIDE_BUSY.min(idle), options)?;
        let over = |of: fn(&[Sample; 2]) -> f64| median(&pairs.iter().map(of).collect::<Vec<_>>());
        let (without, with) =
            (over(|[it, _]| it.requests_per_second), over(|[_, it]| it.requests_per_second));
        let kept = over(|[without, with]| with.requests_per_second / without.requests_per_second);
        let (cpu_without, cpu_with) = (over(|[it, _]| it.cpu_ns), over(|[_, it]| it.cpu_ns));
        let cpu_kept = over(|[without, with]| without.cpu_ns / with.cpu_ns);
        let percent = |kept: f64| format!("{:.1} %", kept * 100.0);
        table.row(vec![
            kind.name().to_owned(),
            idle.to_string(),
            format!("{each:.0}"),
            format!("{without:.0}"),
            format!("{with:.0}"),
            percent(kept),
            format!("{cpu_without:.0} ns"),
            format!("{cpu_with:.0} ns"),
            percent(cpu_kept),
        ]);
        results.push(json!({
            "server": kind.name(), "idle_connections": idle, "resident_bytes_each": each,
            "busy_requests_per_second": without, "beside_idle_requests_per_second": with,
            "kept": kept, "busy_cpu_ns": cpu_without, "beside_idle_cpu_ns": cpu_with,
            "cpu_kept": cpu_kept,
        }));
    }
    println!(
        "resident bytes of an idle connection; GET of 50 busy clients alone and beside \
         {IDLE_BESIDE_BUSY} idle ones (our goal: at least {:.0} % kept)",
        (1.0 - most) * 100.0
    );
    table.print();
    report::write("idle", &json!(results))
}

/// What busy clients see without and with idle connections, alternating.
fn samples(server: &Server, idle: usize, options: &Options) -> Result<Vec<[Sample; 2]>> {
    let requests = throughput::requests(1, 1) / if options.quick { 4 } else { 1 };
    let ask = || throughput::ask(server, &["-t", "get"], 1, requests);
    let mut pairs = Vec::new();
    for _ in 0..options.rounds() * ROUNDS_EACH {
        let without = ask()?;
        let crowd = connect(server, idle)?;
        pairs.push([without, ask()?]);
        drop(crowd);
    }
    Ok(pairs)
}

/// Connections that have been served once, from as many source addresses as they need.
fn connect(server: &Server, count: usize) -> Result<Vec<TcpStream>> {
    let target = SocketAddr::from((Ipv4Addr::LOCALHOST, server.port));
    let mut crowd = Vec::with_capacity(count);
    let mut source = Ipv4Addr::LOCALHOST;
    for number in 0..count {
        if number % PER_ADDRESS == 0 {
            source = next_source();
        }
        let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
        socket.bind(&SocketAddrV4::new(source, 0).into())?;
        socket.connect(&target.into()).with_context(|| format!("idle connection {number}"))?;
        let mut stream = TcpStream::from(socket);
        ping(&mut stream).with_context(|| format!("idle connection {number}"))?;
        crowd.push(stream);
    }
    Ok(crowd)
}

/// A loopback address that was not used before: the ports of an earlier crowd's may not be free yet.
fn next_source() -> Ipv4Addr {
    static NEXT: AtomicU32 = AtomicU32::new(0x7f01_0001);
    Ipv4Addr::from_bits(NEXT.fetch_add(1, Ordering::Relaxed))
}

fn ping(stream: &mut TcpStream) -> Result<()> {
    use std::io::{Read, Write};
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; b"+PONG\r\n".len()];
    stream.read_exact(&mut answer)?;
    anyhow::ensure!(&answer == b"+PONG\r\n", "it said {}", String::from_utf8_lossy(&answer));
    Ok(())
}

/// Open files that this process may have, and servers that it starts; raised as far as it goes.
#[cfg(unix)]
fn files_allowed() -> Result<usize> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let wanted = (IDLE_MAX + OTHER_FILES) as u64;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    // Only the privileged may go over the hard limit.
    if setrlimit(Resource::RLIMIT_NOFILE, wanted, wanted.max(hard)).is_err() {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok(usize::try_from(getrlimit(Resource::RLIMIT_NOFILE)?.0)?)
}

#[cfg(not(unix))]
fn files_allowed() -> Result<usize> {
    anyhow::bail!("the limit of open files is not known here: measure on a Unix system")
}
