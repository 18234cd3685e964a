//! The native server as a process with a folder of its own, and sockets to it: for what only sockets, files and
//! signals show. Waits end when what is waited for happens; the patience is for machines under load.

use crate::{
    ports::free_port,
    resp::{self, Value},
    tools,
};
use std::{
    fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::{net::UnixStream, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks at what makes no sound.
const LOOK: Duration = Duration::from_millis(2);

/// A running server.
#[derive(Debug)]
pub struct Native {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Native {
    /// Starts one on a free port of 127.0.0.1, working in `folder`, and waits until it is ready.
    ///
    /// # Errors
    /// When it does not come up: what it said.
    pub fn start(folder: &Path, arguments: &[&str]) -> Result<Self, String> {
        let port = free_port();
        let port_text = port.to_string();
        let model = tools::model();
        let mut all = vec!["--port", &port_text, "--bind", "127.0.0.1"];
        all.extend(model.iter().map(String::as_str));
        all.extend(arguments);
        Self::start_as(tools::redloop()?.as_os_str().as_ref(), folder, port, &all)
    }

    /// Starts `program`, which serves on `port`, with just these arguments.
    ///
    /// # Errors
    /// As [`Native::start`].
    pub fn start_as(
        program: &Path,
        folder: &Path,
        port: u16,
        arguments: &[&str],
    ) -> Result<Self, String> {
        let log = fs::File::create(folder.join("log")).map_err(|error| error.to_string())?;
        let child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(log.try_clone().map_err(|error| error.to_string())?)
            .stdout(log)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let mut server = Self { child, folder: folder.into(), port };
        server.await_log("Ready to accept")?;
        Ok(server)
    }

    /// Waits until `text` is in what it logged.
    ///
    /// # Errors
    /// When it ends or is silent for too long: what it said.
    pub fn await_log(&mut self, text: &str) -> Result<(), String> {
        let end = Instant::now() + PATIENCE;
        loop {
            // In this order: what it said before it ended counts.
            let ended = self.child.try_wait().ok().flatten();
            if self.log().contains(text) {
                return Ok(());
            }
            if ended.is_some() || Instant::now() > end {
                return Err(format!("no {text:?} ({ended:?}):\n{}", self.log()));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it goes on.
    pub fn await_end(&mut self) -> Result<ExitStatus, String> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().map_err(|error| error.to_string())? {
                return Ok(status);
            }
            std::thread::sleep(LOOK);
        }
        Err(format!("still running:\n{}", self.log()))
    }

    /// Sends it a signal, by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert_eq!(sent.map(|status| status.into_raw()).ok(), Some(0), "kill -s {name}");
    }

    /// A client on 127.0.0.1.
    ///
    /// # Panics
    /// When it cannot connect.
    pub fn client(&self) -> Client {
        Client::tcp(SocketAddr::from(([127, 0, 0, 1], self.port)))
    }

    /// All it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Where it serves.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Bytes it has in memory.
    pub fn resident_bytes(&self) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/statm", self.pid())).unwrap_or_default();
        let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
        pages.unwrap_or(0u64) * 4096
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection that waits for what it reads.
pub struct Client {
    socket: Socket,
    received: Vec<u8>,
    /// How many of those were looked at.
    used: usize,
}

enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Client {
    /// Over TCP.
    ///
    /// # Panics
    /// When it cannot connect.
    pub fn tcp(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).unwrap_or_else(|e| panic!("{address}: {e}"));
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        socket.set_nodelay(true).expect("no delay");
        Self { socket: Socket::Tcp(socket), received: Vec::new(), used: 0 }
    }

    /// Through a unix socket.
    ///
    /// # Panics
    /// When it cannot connect.
    pub fn unix(path: &Path) -> Self {
        let socket =
            UnixStream::connect(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self { socket: Socket::Unix(socket), received: Vec::new(), used: 0 }
    }

    /// The TCP socket.
    ///
    /// # Panics
    /// When it is none.
    pub fn socket(&self) -> &TcpStream {
        match &self.socket {
            Socket::Tcp(socket) => socket,
            Socket::Unix(_) => panic!("a unix socket"),
        }
    }

    /// Sends a command, words parted by blanks, and waits for its reply as text: see [`text`].
    ///
    /// # Panics
    /// When the connection ends or nothing comes.
    pub fn ask(&mut self, command: &str) -> String {
        self.send(command);
        self.reply()
    }

    /// Sends a command, words parted by blanks.
    ///
    /// # Panics
    /// When it cannot.
    pub fn send(&mut self, command: &str) {
        let words = crate::words::split(command).expect("balanced quotes");
        self.write(&resp::encode_command(&words)).expect("the server reads");
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// When the connection is over.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.socket {
            Socket::Tcp(socket) => socket.write_all(bytes),
            Socket::Unix(socket) => socket.write_all(bytes),
        }
    }

    /// Sends as many of these bytes as are taken.
    ///
    /// # Errors
    /// When none are, or the connection is over.
    pub fn write_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.socket {
            Socket::Tcp(socket) => socket.write(bytes),
            Socket::Unix(socket) => socket.write(bytes),
        }
    }

    /// The next reply, as text.
    ///
    /// # Panics
    /// When the connection ends or nothing comes.
    pub fn reply(&mut self) -> String {
        text(&self.value())
    }

    /// The next reply.
    ///
    /// # Panics
    /// When the connection ends or nothing comes.
    pub fn value(&mut self) -> Value {
        loop {
            let ahead = &self.received[self.used..];
            if let Some((value, used)) = resp::decode(ahead).expect("well-formed replies") {
                self.used += used;
                return value;
            }
            self.received.drain(..self.used);
            self.used = 0;
            assert!(self.read().expect("a reply") > 0, "closed instead of a reply");
        }
    }

    /// Waits for the connection's end; the bytes before it.
    ///
    /// # Panics
    /// When it stays open.
    pub fn rest(mut self) -> Vec<u8> {
        loop {
            match self.read() {
                Ok(0) => return self.received.split_off(self.used),
                // What was not read by the server when it closed.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    return self.received.split_off(self.used);
                }
                Ok(_) => {}
                Err(error) => panic!("still open: {error}"),
            }
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 64 << 10];
        let read = loop {
            let read = match &mut self.socket {
                Socket::Tcp(socket) => socket.read(&mut buffer),
                Socket::Unix(socket) => socket.read(&mut buffer),
            };
            // A signal says nothing of the connection.
            if !read.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {
                break read?;
            }
        };
        self.received.extend_from_slice(&buffer[..read]);
        Ok(read)
    }
}

/// A reply in one line: strings and errors as they are, elements parted by blanks, nulls as `nil`.
pub fn text(value: &Value) -> String {
    let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match value {
        Value::Simple(bytes) | Value::Error(bytes) | Value::Bulk(bytes) => of(bytes),
        Value::Integer(number) => number.to_string(),
        Value::NullBulk | Value::NullArray | Value::Null => "nil".into(),
        Value::Array(items) | Value::Push(items) | Value::Set(items) => {
            items.iter().map(text).collect::<Vec<_>>().join(" ")
        }
        other => format!("{other:?}"),
    }
}
