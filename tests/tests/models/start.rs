//! What a model cannot start with: the text says what to do.

use crate::{TASK_PER_CONNECTION, WORKER_POOL, start};
use redloop_tests::{ports::free_port, tools};
use std::process::{Command, Output};

/// A server that is not expected to start, with all it said.
fn refused(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(tools::redloop().unwrap());
    told(command.args(arguments).current_dir(folder.path()))
}

fn told(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert_eq!(status.code(), Some(1), "{command:?} ended with {status}");
    String::from_utf8([stdout, stderr].concat()).unwrap()
}

#[test]
fn senseless_options_are_refused() {
    let models = "the models are event-loop, task-per-connection, worker-pool";
    let workers = "from 1 to 256 workers are possible";
    for (option, value, why) in [
        ("model", "foo", models),
        ("model", "Event-Loop", models),
        ("model", "", models),
        ("workers", "0", workers),
        ("workers", "257", workers),
        ("workers", "100000", workers),
        ("workers", "-1", "'-1' is not a number of threads"),
        ("workers", "two", "'two' is not a number of threads"),
        ("workers", "99999999999", "'99999999999' is not a number of threads"),
        ("accept-rate", "-1", "argument must be between 0 and 2147483647 inclusive"),
        ("accept-rate", "2147483648", "argument must be between 0 and 2147483647 inclusive"),
        ("accept-rate", "fast", "argument couldn't be parsed into an integer"),
        ("max-connections-per-ip", "x", "argument couldn't be parsed into an integer"),
        ("max-connections-per-ip", "-3", "argument must be between 0 and 2147483647 inclusive"),
        ("offload", "maybe", "argument must be 'yes' or 'no'"),
    ] {
        let told = refused(&[&format!("--{option}"), value]);
        assert_eq!(told, format!("redloop: command line: '{option} {value}': {why}\n"));
    }
}

#[test]
fn while_it_runs_senseless_values_are_refused_too() {
    let (server, _folder) = start(WORKER_POOL, &[]);
    let mut client = server.client();
    let failed = |name, why| {
        format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {why}")
    };
    for (name, value, why) in [
        ("accept-rate", "-1", "argument must be between 0 and 2147483647 inclusive"),
        ("max-connections-per-ip", "x", "argument couldn't be parsed into an integer"),
        ("model", "event-loop", "can't set immutable config"),
        ("workers", "2", "can't set immutable config"),
        ("offload", "yes", "can't set immutable config"),
    ] {
        assert_eq!(client.ask(&format!("CONFIG SET {name} {value}")), failed(name, why));
    }
    assert_eq!(client.ask("CONFIG GET model"), "model worker-pool");
    assert_eq!(client.ask("CONFIG GET workers"), "workers 3");
}

/// A server that may open so many files and no more, even for the privileged.
fn confined(files: usize, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    let port = free_port().to_string();
    let program = tools::redloop().unwrap().display().to_string();
    let script = format!(
        "ulimit -n {files} && without= && \
         if [ \"$(id -u)\" = 0 ]; then without='setpriv --bounding-set -sys_resource --inh-caps -sys_resource'; fi && \
         exec $without \"$@\""
    );
    command.args(["-c", &script, "sh", &program, "--port", &port, "--bind", "127.0.0.1"]);
    command.args(arguments);
    command
}

#[test]
fn too_few_files_are_told() {
    let folder = tempfile::tempdir().unwrap();
    for (model, itself) in [(TASK_PER_CONNECTION, 32), (WORKER_POOL, 32)] {
        let told = told(confined(32, model).current_dir(folder.path()));
        let why = format!(
            "The limit of open files leaves none for clients: the server itself needs {itself}. Raise it: ulimit -n."
        );
        assert!(told.contains(&why), "{told}");
    }
    let many = ["--model", "worker-pool", "--workers", "50"];
    let told = told(confined(100, &many).current_dir(folder.path()));
    assert!(told.contains("the server itself needs 220. Raise it: ulimit -n."), "{told}");
}

#[test]
fn with_few_files_there_are_few_clients_and_all_workers() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = confined(114, &["--model", "worker-pool", "--workers", "20"]);
    command.current_dir(folder.path());
    let port: u16 = command
        .get_args()
        .skip_while(|argument| *argument != "--port")
        .nth(1)
        .and_then(|port| port.to_str()?.parse().ok())
        .unwrap();
    let arguments: Vec<&str> =
        command.get_args().filter_map(|argument| argument.to_str()).collect();
    let shell = std::path::Path::new("sh");
    let server =
        redloop_tests::native::Native::start_as(shell, folder.path(), port, &arguments).unwrap();
    let log = server.log();
    assert!(
        log.contains("The limit of open files allows 14 clients: maxclients was 10000 and is 14 now. Raise the limit for more: ulimit -n."),
        "{log}"
    );
    // Every worker has at least one of them.
    let mut clients: Vec<_> = (0..14).map(|_| server.client()).collect();
    for client in &mut clients {
        assert_eq!(client.ask("PING"), "PONG");
    }
    assert_eq!(server.client().rest(), b"-ERR max number of clients reached\r\n");
    assert_eq!(clients[0].ask("CONFIG GET maxclients"), "maxclients 14");
}
