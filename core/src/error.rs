//! Error replies: every text that more than one command can answer stands here, once. Clients match on these bytes.

use std::borrow::Cow;

/// Why a command was refused. What is written to the client is `-` and [`Error::text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A text without variable parts.
    Static(&'static str),
    /// A text made for the occasion.
    Text(Box<str>),
    /// A text that quotes bytes of the client's, which need not be UTF-8. Line breaks become blanks on the wire.
    Bytes(Box<[u8]>),
}

/// What a handler answers: its reply is written, or the error that replaces it.
pub type Outcome = Result<(), Error>;

impl Error {
    /// The operation does not fit the type of the value at the key.
    pub const WRONG_TYPE: Error =
        Error::Static("WRONGTYPE Operation against a key holding the wrong kind of value");
    /// Options in no order the command knows.
    pub const SYNTAX: Error = Error::Static("ERR syntax error");
    /// Not a canonical 64-bit integer.
    pub const NOT_INTEGER: Error = Error::Static("ERR value is not an integer or out of range");
    /// Not a floating point number.
    pub const NOT_FLOAT: Error = Error::Static("ERR value is not a valid float");
    /// The command needs an existing key.
    pub const NO_SUCH_KEY: Error = Error::Static("ERR no such key");
    /// An index outside of the value.
    pub const INDEX_OUT_OF_RANGE: Error = Error::Static("ERR index out of range");
    /// A number that must not be negative.
    pub const NOT_POSITIVE: Error = Error::Static("ERR value is out of range, must be positive");
    /// A database index outside of the configured ones.
    pub const DB_OUT_OF_RANGE: Error = Error::Static("ERR DB index is out of range");
    /// Source and destination are one key where that makes no sense.
    pub const SAME_OBJECT: Error = Error::Static("ERR source and destination objects are the same");
    /// A sum past the 64-bit range.
    pub const OVERFLOW: Error = Error::Static("ERR increment or decrement would overflow");
    /// A string longer than proto-max-bulk-len would arise.
    pub const STRING_TOO_LONG: Error =
        Error::Static("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    /// The result is no finite number.
    pub const NAN_OR_INFINITY: Error = Error::Static("ERR increment would produce NaN or Infinity");
    /// A blocking command's timeout does not parse.
    pub const TIMEOUT_NOT_FLOAT: Error =
        Error::Static("ERR timeout is not a float or out of range");
    /// A timeout in milliseconds does not parse.
    pub const TIMEOUT_NOT_INTEGER: Error =
        Error::Static("ERR timeout is not an integer or out of range");
    /// A blocking command's timeout is below zero.
    pub const TIMEOUT_NEGATIVE: Error = Error::Static("ERR timeout is negative");
    /// A blocking command's timeout lies past the end of time.
    pub const TIMEOUT_OUT_OF_RANGE: Error = Error::Static("ERR timeout is out of range");
    /// A count of keys is not a positive number.
    pub const NO_KEYS_COUNTED: Error = Error::Static("ERR numkeys should be greater than 0");
    /// A count of keys is more than there are arguments.
    pub const TOO_MANY_KEYS_COUNTED: Error =
        Error::Static("ERR Number of keys can't be greater than number of args");
    /// A count of fields is not that of the fields behind it.
    pub const FIELDS_COUNTED: Error = Error::Static(
        "ERR numfields should be greater than 0 and match the provided number of fields",
    );
    /// LIMIT of a counting command is not a natural number.
    pub const LIMIT_NEGATIVE: Error = Error::Static("ERR LIMIT can't be negative");
    /// A count past what can be answered.
    pub const OUT_OF_RANGE: Error = Error::Static("ERR value is out of range");
    /// A SCAN cursor does not parse.
    pub const INVALID_CURSOR: Error = Error::Static("ERR invalid cursor");
    /// A transaction lost one of its watched keys or had a bad command queued.
    pub const EXEC_ABORT: Error =
        Error::Static("EXECABORT Transaction discarded because of previous errors.");
    /// There is no memory left for what the command may need.
    pub const OOM: Error = Error::Static("OOM command not allowed when used memory > 'maxmemory'.");
    /// A command before AUTH where a password is required.
    pub const NO_AUTH: Error = Error::Static("NOAUTH Authentication required.");
    /// A wrong user name or password.
    pub const WRONG_PASS: Error =
        Error::Static("WRONGPASS invalid username-password pair or user is disabled.");

    /// CLIENT SETNAME or HELLO with a name that would break CLIENT LIST's format.
    pub const BAD_CLIENT_NAME: Error =
        Error::Static("ERR Client names cannot contain spaces, newlines or special characters.");
    /// DEBUG where enable-debug-command does not allow it.
    pub const DEBUG_NOT_ALLOWED: Error = Error::Static(
        "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a \
         local connection, otherwise you need to set this option in the configuration file, and then restart the \
         server.",
    );
    /// A client in MONITOR mode asks for data.
    pub const MONITORS: Error = Error::Static("ERR Replica can't interact with the keyspace");
    /// The other server of MIGRATE says nothing.
    pub const MIGRATION_UNANSWERED: Error =
        Error::Static("IOERR error or timeout reading to target instance");
    /// CLIENT UNBLOCK … ERROR reached the client.
    pub const UNBLOCKED: Error = Error::Static("UNBLOCKED client unblocked via CLIENT UNBLOCK");
    /// One connection too many.
    pub const MAX_CLIENTS: Error = Error::Static("ERR max number of clients reached");
    /// A connection from elsewhere while there is no password.
    pub const PROTECTED: Error = Error::Static(
        "DENIED Redloop runs in protected mode: no password is set, and this connection comes from another machine. \
         Connect from the loopback interface, or set requirepass, or turn protected-mode off (CONFIG SET protected-mode no).",
    );

    /// The client is in subscribed mode and `name` is not for it.
    pub fn only_subscribed(name: &str) -> Error {
        Error::Text(
            format!(
                "ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
            )
            .into(),
        )
    }

    /// The command called `name` cannot be part of a transaction.
    pub fn not_in_multi(name: &str) -> Error {
        Error::Text(format!("ERR Command '{name}' not allowed inside a transaction").into())
    }

    /// EXEC itself was refused: what `why` says without its code.
    pub fn discarded_because(why: &Error) -> Error {
        let text = why.text();
        let rest = text.strip_prefix(b"ERR ").unwrap_or(&text);
        Error::quoting("EXECABORT Transaction discarded because of: ", rest, "")
    }

    /// A container's own parser knows no such subcommand with that many arguments.
    pub fn subcommand_or_arity(args: crate::resp::Args<'_>) -> Error {
        let word = &args.at(1)[..args.at(1).len().min(crate::limits::ERROR_PREVIEW_MAX)];
        let try_help =
            format!("'. Try {} HELP.", String::from_utf8_lossy(args.at(0)).to_ascii_uppercase());
        Error::quoting("ERR unknown subcommand or wrong number of arguments for '", word, &try_help)
    }

    /// A text around bytes of the client's, which are shown up to the first NUL, as C strings are.
    pub fn quoting(before: &str, quoted: &[u8], after: &str) -> Error {
        let quoted = quoted.split(|byte| *byte == 0).next().unwrap_or_default();
        Error::Bytes([before.as_bytes(), quoted, after.as_bytes()].concat().into())
    }

    /// `wrong number of arguments` for the command called `name` (lower case; `parent|sub` for a subcommand).
    pub fn arity(name: &str) -> Error {
        Error::Text(format!("ERR wrong number of arguments for '{name}' command").into())
    }

    /// `invalid expire time` in the command called `name`.
    pub fn invalid_expire(name: &str) -> Error {
        Error::Text(format!("ERR invalid expire time in '{name}' command").into())
    }

    /// An integer argument outside of what the command takes.
    pub fn out_of_range(least: i64, most: i64) -> Error {
        Error::Text(
            format!("ERR value is out of range, value must between {least} and {most}").into(),
        )
    }

    /// The whole line without its leading `-`.
    pub fn text(&self) -> Cow<'_, [u8]> {
        match self {
            Error::Static(text) => Cow::Borrowed(text.as_bytes()),
            Error::Text(text) => Cow::Borrowed(text.as_bytes()),
            Error::Bytes(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// The first word, under which INFO errorstats counts.
    pub fn code(&self) -> Cow<'_, str> {
        match self.text() {
            Cow::Borrowed(text) => {
                String::from_utf8_lossy(text.split(|b| *b == b' ').next().unwrap_or(text))
            }
            Cow::Owned(text) => {
                String::from_utf8_lossy(&text).split(' ').next().unwrap_or("").to_owned().into()
            }
        }
    }
}
