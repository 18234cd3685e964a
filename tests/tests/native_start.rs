//! How the native server starts, is set up while it runs, and stops: command line, configuration file, CONFIG SET,
//! CONFIG REWRITE, signals.
#![cfg(target_os = "linux")]

use redloop_tests::{
    native::{Client, Native},
    ports::free_port,
    tools,
};
use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Command, Output},
    time::Duration,
};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A server that is not expected to start.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = Command::new(tools::redloop().unwrap())
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(!status.success(), "{arguments:?} started");
    String::from_utf8([stdout, stderr].concat()).unwrap()
}

#[test]
fn signals_stop_it_gracefully() {
    for name in ["TERM", "INT"] {
        let folder = folder();
        let mut server = Native::start(folder.path(), &[]).unwrap();
        let mut client = server.client();
        assert_eq!(client.ask("PING"), "PONG");
        server.signal(name);
        assert_eq!(server.await_end().unwrap().code(), Some(0));
        assert!(server.log().contains(&format!("Received SIG{name}")), "{}", server.log());
        assert!(server.log().contains("bye bye"), "{}", server.log());
        assert_eq!(client.rest(), b"");
    }
}

#[test]
fn shutdown_stops_it_and_answers_nothing() {
    for command in ["SHUTDOWN NOSAVE", "SHUTDOWN", "SHUTDOWN NOW FORCE"] {
        let folder = folder();
        let mut server = Native::start(folder.path(), &[]).unwrap();
        let mut client = server.client();
        client.send(command);
        assert_eq!(client.rest(), b"");
        assert_eq!(server.await_end().unwrap().code(), Some(0));
    }
}

#[test]
fn the_log_tells_of_the_start() {
    let folder = folder();
    let server = Native::start(folder.path(), &[]).unwrap();
    let log = server.log();
    for part in
        [&format!("PID: {}", server.pid()), "Server initialized", "Ready to accept connections tcp"]
    {
        assert!(log.contains(part), "{part}: {log}");
    }
    let line = log.lines().next().unwrap();
    let mark = format!("{}:M ", server.pid());
    assert!(line.starts_with(&mark) && line.contains(" * "), "{line}");
}

#[test]
fn what_does_not_exist_or_makes_no_sense_is_refused() {
    let folder = folder();
    fs::write(folder.path().join("a.conf"), "\n# fine\nmaxmemory 12monkeys\n").unwrap();
    fs::write(folder.path().join("b.conf"), "port \"6379\nbind x\n").unwrap();
    fs::write(folder.path().join("c.conf"), "include c.conf\n").unwrap();
    fs::write(folder.path().join("d.conf"), "no-such-thing 1\n").unwrap();
    for (arguments, told) in [
        (&["--save", "900 1"][..], "'save 900 1': snapshots do not exist yet"),
        (&["--save", "900", "1"], "snapshots do not exist yet"),
        (&["--appendonly", "yes"], "'appendonly yes': the append-only file does not exist yet"),
        (&["--syslog-enabled", "yes"], "there is no way to syslog"),
        (&["--daemonize", "yes"], "the server stays in the foreground"),
        (&["--cluster-enabled", "yes"], "there is no cluster mode"),
        (&["--port", "70000"], "argument must be between 0 and 65535 inclusive"),
        (&["--port", "abc"], "argument couldn't be parsed into an integer"),
        (&["--databases", "0"], "databases"),
        (&["--dir", "/no/such/folder"], "No such file or directory"),
        (&["--unixsocketperm", "1000"], "from 0 to 777"),
        (&["--unixsocketperm", "768"], "octal"),
        (&["--nonsense", "1"], "--nonsense"),
        (&["a.conf"], "a.conf line 3: 'maxmemory 12monkeys': argument must be a memory value"),
        (&["b.conf"], "b.conf line 1: unbalanced quotes"),
        (&["c.conf"], "files deep"),
        (&["d.conf"], "d.conf line 1: 'no-such-thing 1': Bad directive"),
        (&["missing.conf"], "missing.conf: cannot read the configuration file: No such file"),
        (&["--bind", "192.0.2.77", "--port", "6399"], "192.0.2.77:6399"),
        (&["--port", "0", "--unixsocket", "/no/such/folder/s"], "Failed opening Unix socket"),
    ] {
        let said = refused(folder.path(), arguments);
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
}

#[test]
fn a_taken_port_is_told() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    // An address that may be missing must still not be taken.
    for bind in ["127.0.0.1", "-127.0.0.1"] {
        let said = refused(folder.path(), &["--port", &port, "--bind", bind]);
        assert!(
            said.contains(&format!("127.0.0.1:{port}")) && said.contains("another port"),
            "{said}"
        );
    }
}

#[test]
fn a_configuration_file_is_read() {
    let folder = folder();
    let port = free_port();
    let main = format!(
        "# quotes, sizes, includes, old names, any case\r\n  PORT {port}\r\nbind 127.0.0.1 -192.0.2.77\n\
         requirepass \"two words\\x21\"\nmaxmemory 100mb\nslowlog-max-len 7\ninclude more.conf 'and more.conf'\n\
         timeout 3\nclient-output-buffer-limit pubsub 1mb 512kb 9\nclient-output-buffer-limit replica 2gb 1gb 8\n\
         save \"\"\nappendonly no\n"
    );
    fs::write(folder.path().join("main.conf"), main).unwrap();
    fs::write(folder.path().join("more.conf"), "maxmemory-policy allkeys-lru\nslowlog-max-len 8\n")
        .unwrap();
    fs::write(folder.path().join("and more.conf"), "hash-max-ziplist-entries 5\ntimeout 2\n")
        .unwrap();
    let binary = tools::redloop().unwrap();
    let arguments = ["main.conf", "--maxmemory-samples", "9", "--databases", "3"];
    let server = Native::start_as(&binary, folder.path(), port, &arguments).unwrap();
    let mut client = server.client();
    assert_eq!(client.ask("AUTH \"two words!\""), "OK");
    for (name, value) in [
        ("maxmemory", "104857600"),
        ("slowlog-max-len", "8"),
        ("maxmemory-policy", "allkeys-lru"),
        ("hash-max-listpack-entries", "5"),
        ("timeout", "3"),
        ("maxmemory-samples", "9"),
        ("databases", "3"),
        ("bind", "127.0.0.1 -192.0.2.77"),
        ("port", &port.to_string()),
        (
            "client-output-buffer-limit",
            "normal 0 0 0 slave 2147483648 1073741824 8 pubsub 1048576 524288 9",
        ),
        ("dir", &folder.path().canonicalize().unwrap().display().to_string()),
    ] {
        assert_eq!(client.ask(&format!("CONFIG GET {name}")), format!("{name} {value}"));
    }
    assert_eq!(client.ask("SELECT 3"), "ERR DB index is out of range");
}

#[test]
fn a_unix_socket_serves_and_goes_with_the_server() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let folder = folder();
    let path = folder.path().join("s.sock");
    // A stale one is in the way.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let binary = tools::redloop().unwrap();
    let arguments = ["--port", "0", "--unixsocket", "s.sock", "--unixsocketperm", "700"];
    let mut server = Native::start_as(&binary, folder.path(), 0, &arguments).unwrap();
    assert!(!server.log().contains("connections tcp"), "{}", server.log());
    let metadata = fs::metadata(&path).unwrap();
    assert!(metadata.file_type().is_socket());
    assert_eq!(metadata.permissions().mode() & 0o777, 0o700);
    let mut client = Client::unix(&path);
    assert_eq!(client.ask("SET k v"), "OK");
    assert_eq!(client.ask("GET k"), "v");
    let list = client.ask("CLIENT LIST");
    assert!(list.contains("addr=s.sock:0 ") && list.contains(" flags=U "), "{list}");
    assert_eq!(client.ask("CLIENT KILL TYPE normal SKIPME yes"), "0");
    server.signal("TERM");
    assert_eq!(server.await_end().unwrap().code(), Some(0));
    assert!(!path.exists());
}

#[test]
fn supervisors_are_told() {
    let folder = folder();
    let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let port = free_port();
    let command = format!(
        "NOTIFY_SOCKET=notify exec '{}' --port {port} --bind 127.0.0.1 --supervised systemd --pidfile pid",
        tools::redloop().unwrap().display()
    );
    let shell = Path::new("sh");
    let mut server = Native::start_as(shell, folder.path(), port, &["-c", &command]).unwrap();
    let mut message = [0; 100];
    let length = socket.recv(&mut message).unwrap();
    assert!(message[..length].starts_with(b"READY=1\n"));
    let pidfile = folder.path().join("pid");
    assert_eq!(fs::read_to_string(&pidfile).unwrap(), format!("{}\n", server.pid()));
    server.signal("TERM");
    assert_eq!(server.await_end().unwrap().code(), Some(0));
    assert!(!pidfile.exists());
}

#[test]
fn config_set_moves_the_listeners() {
    let folder = folder();
    let mut server = Native::start(folder.path(), &[]).unwrap();
    let mut client = server.client();
    let other = free_port();
    let (old, new) = (
        SocketAddr::from(([127, 0, 0, 1], server.port())),
        SocketAddr::from(([127, 0, 0, 1], other)),
    );
    assert_eq!(client.ask(&format!("CONFIG SET port {other}")), "OK");
    assert_eq!(Client::tcp(new).ask("PING"), "PONG");
    assert!(TcpStream::connect(old).is_err());
    assert!(client.ask("INFO server").contains(&format!("tcp_port:{other}\r\n")));

    // What cannot be: nothing changes, not even the parameters that could.
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().port();
    assert_eq!(
        client.ask(&format!("CONFIG SET timeout 77 port {taken}")),
        "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs."
    );
    assert_eq!(client.ask("CONFIG GET timeout"), "timeout 0");
    server.await_log(&format!("127.0.0.1:{taken}")).unwrap();
    drop(holder);
    assert_eq!(
        client.ask("CONFIG SET bind 192.0.2.77"),
        "ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to specified addresses."
    );
    assert_eq!(client.ask("CONFIG GET bind"), "bind 127.0.0.1");
    assert_eq!(Client::tcp(new).ask("PING"), "PONG");

    assert_eq!(client.ask("CONFIG SET bind 0.0.0.0"), "OK");
    assert_eq!(Client::tcp(new).ask("PING"), "PONG");
    assert_eq!(client.ask("CONFIG SET port 0"), "OK");
    assert!(TcpStream::connect(new).is_err());
    assert_eq!(client.ask(&format!("CONFIG SET port {other} bind 127.0.0.1")), "OK");
    assert_eq!(Client::tcp(new).ask("PING"), "PONG");
    assert_eq!(client.ask("PING"), "PONG");
}

#[test]
fn config_set_changes_the_log_level() {
    let folder = folder();
    let mut server = Native::start(folder.path(), &[]).unwrap();
    let mut client = server.client();
    for (level, written) in
        [("nothing", false), ("warning", true), ("NOTICE", true), ("nothing", false)]
    {
        assert_eq!(client.ask(&format!("CONFIG SET loglevel {level}")), "OK");
        let before = server.log().matches("Closing client that speaks HTTP").count();
        let mut browser = server.client();
        browser.write(b"POST / HTTP/1.1\r\n").unwrap();
        assert_eq!(browser.rest(), b"");
        let after = server.log().matches("Closing client that speaks HTTP").count();
        assert_eq!(after - before, usize::from(written), "{level}");
    }
    server.signal("TERM");
    server.await_end().unwrap();
    assert!(!server.log().contains("bye bye"));
}

#[test]
fn maxclients_takes_the_files_it_needs_or_what_there_is() {
    let folder = folder();
    let binary = tools::redloop().unwrap().display().to_string();
    let port = free_port();
    let start = |limit: &str, maxclients: &str| {
        let command = format!(
            "ulimit {limit} && exec '{binary}' --port {port} --bind 127.0.0.1 --maxclients {maxclients}"
        );
        Native::start_as(Path::new("sh"), folder.path(), port, &["-c", &command]).unwrap()
    };
    let files = |server: &Native| {
        let limits = fs::read_to_string(format!("/proc/{}/limits", server.pid())).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
        line.split_whitespace().nth(3).unwrap().parse::<u64>().unwrap()
    };

    let server = start("-Sn 64", "500");
    assert_eq!(files(&server), 532);
    let mut client = server.client();
    assert_eq!(client.ask("CONFIG SET maxclients 600"), "OK");
    assert_eq!(files(&server), 632);
    drop(server);

    // The privileged may go over the hard limit, unless they are confined.
    let server = start("-n 80", "500");
    let mut client = server.client();
    if client.ask("CONFIG GET maxclients") == "maxclients 500" {
        assert_eq!(files(&server), 532);
        return;
    }
    assert!(server.log().contains("maxclients was 500 and is 48 now"), "{}", server.log());
    assert_eq!(client.ask("CONFIG GET maxclients"), "maxclients 48");
    assert_eq!(
        client.ask("CONFIG SET timeout 5 maxclients 49"),
        "ERR CONFIG SET failed (possibly related to argument 'maxclients') - The operating system is not able to handle the specified number of clients, try with 48"
    );
    assert_eq!(client.ask("CONFIG GET timeout"), "timeout 0");
    assert_eq!(client.ask("CONFIG SET maxclients 48"), "OK");
}

/// The same file, the same changes: the file is the same afterwards.
#[test]
fn config_rewrite_does_what_valkey_does() {
    let file = |port: u16| {
        format!(
            "# top  \r\n\n\n\n  # spaced comment\nport {port}\n   bind 127.0.0.1\n\nTIMEOUT 0\nmaxmemory 100mb\n\
             maxmemory-policy   allkeys-lru\ntimeout 5\nsave \"\"\ninclude other.conf\n\
             client-output-buffer-limit normal 0 0 0\nclient-output-buffer-limit pubsub 1mb 8mb 60\n\
             requirepass \"foo bar\"\nslave-priority 100\nhash-max-ziplist-entries 99\n\
             notify-keyspace-events KEA\nlua-time-limit 5000\nmaxclients 100\nlogfile \"\"\npidfile \"\"\n\
             oom-score-adj-values 0 200 800\nlatency-tracking-info-percentiles 50 99\nunixsocketperm 700\n\
             bind-source-addr \"\"\nlocale-collate \"\"\nmaxmemory-clients 5%\nactive-defrag-ignore-bytes 1500\n\
             proc-title-template \"a\\tb\\x01\"\nclient-query-buffer-limit 1024kb\nappendonly no"
        )
    };
    let changes = [
        "CONFIG SET maxmemory 1500k timeout 9 client-output-buffer-limit \"pubsub 2mb 1mb 10\"",
        "CONFIG SET hash-max-listpack-entries 128 notify-keyspace-events \"\" tcp-keepalive 17",
        "CONFIG SET repl-backlog-size 3221225472 requirepass \"a\\\"b\\x01\" maxmemory-samples 5",
    ];
    let after = |program: &Path| {
        let folder = folder();
        let port = free_port();
        fs::write(folder.path().join("other.conf"), "maxmemory-samples 7\n").unwrap();
        fs::write(folder.path().join("my.conf"), file(port)).unwrap();
        let server = Native::start_as(program, folder.path(), port, &["my.conf"]).unwrap();
        let read = || {
            let text = fs::read_to_string(folder.path().join("my.conf")).unwrap();
            let text = text.replace(&port.to_string(), "PORT");
            let place = folder.path().canonicalize().unwrap().display().to_string();
            let text = text.replace(&place, "FOLDER");
            // Users do not exist here; and Valkey adds its lines in no order.
            let (mut kept, added) = text.split_once("# Generated by CONFIG REWRITE\n").map_or_else(
                || (text.clone(), String::new()),
                |(kept, added)| (kept.to_owned(), added.to_owned()),
            );
            let mut added: Vec<_> =
                added.lines().filter(|l| !l.is_empty() && !l.starts_with("user ")).collect();
            added.sort_unstable();
            kept.push_str(&added.join("\n"));
            kept
        };
        let mut client = server.client();
        assert_eq!(client.ask("AUTH \"foo bar\""), "OK");
        assert_eq!(client.ask("CONFIG REWRITE"), "OK");
        let first = read();
        for change in changes {
            assert_eq!(client.ask(change), "OK", "{change}");
        }
        assert_eq!(client.ask("CONFIG REWRITE"), "OK");
        assert_eq!(client.ask("CONFIG REWRITE"), "OK");
        let second = read();
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !["log", "my.conf", "other.conf"].contains(&name.as_str()))
            .collect();
        assert_eq!(left, Vec::<String>::new(), "temporary files");
        (first, second)
    };
    let ours = after(&tools::redloop().unwrap());
    let theirs = after(&tools::valkey_server().unwrap());
    assert_eq!(ours.0, theirs.0);
    assert_eq!(ours.1, theirs.1);
}

#[test]
fn config_rewrite_keeps_what_it_cannot_write() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let file = inner.join("my.conf");
    fs::write(&file, "timeout 3\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let port = free_port();
    let (binary, port_text) = (tools::redloop().unwrap(), port.to_string());
    let arguments = ["inner/my.conf", "--port", &port_text, "--bind", "127.0.0.1"];
    let mut server = Native::start_as(&binary, folder.path(), port, &arguments).unwrap();
    let mut client = server.client();
    assert_eq!(client.ask("CONFIG REWRITE"), "OK");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().contains(&format!("\nport {port}\n")));
    fs::remove_file(&file).unwrap();
    assert_eq!(client.ask("CONFIG REWRITE"), "OK");
    assert!(fs::read_to_string(&file).unwrap().starts_with("# Generated by CONFIG REWRITE\n"));
    fs::remove_dir_all(&inner).unwrap();
    assert_eq!(
        client.ask("CONFIG REWRITE"),
        "ERR Rewriting config file: No such file or directory"
    );
    server.await_log("cannot be rewritten").unwrap();
    drop(server);

    let server = Native::start(folder.path(), &[]).unwrap();
    let mut client = server.client();
    assert_eq!(client.ask("CONFIG REWRITE"), "ERR The server is running without a config file");
}
