//! A JSON writer for what this crate has to say: objects, arrays, numbers, and bytes as text.
//!
//! Bytes become a string with one UTF-16 unit a byte (Latin-1), so that keys that are not text survive unchanged. It
//! checks nothing; callers open and close in order.

use redloop_core::Timestamp;

/// The text so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Json {
    text: String,
}

impl Json {
    /// Opens an object or an array as the next value.
    pub(crate) fn open(&mut self, bracket: char) -> &mut Self {
        self.comma();
        self.text.push(bracket);
        self
    }

    /// Closes it.
    pub(crate) fn close(&mut self, bracket: char) -> &mut Self {
        self.text.push(bracket);
        self
    }

    /// A field's name; its value comes next.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.comma();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self
    }

    /// A number.
    pub(crate) fn number(&mut self, value: u64) -> &mut Self {
        self.comma();
        self.digits(value);
        self
    }

    /// A number that may be negative.
    pub(crate) fn signed(&mut self, value: i64) -> &mut Self {
        self.comma();
        if value < 0 {
            self.text.push('-');
        }
        self.digits(value.unsigned_abs());
        self
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, value: bool) -> &mut Self {
        self.literal(if value { "true" } else { "false" })
    }

    /// `null`.
    pub(crate) fn null(&mut self) -> &mut Self {
        self.literal("null")
    }

    /// A time in microseconds; `null` for never.
    pub(crate) fn time(&mut self, time: Option<Timestamp>) -> &mut Self {
        match time {
            Some(time) if time != Timestamp::NEVER => self.number(time.0),
            _ => self.null(),
        }
    }

    /// Bytes as a string, one unit a byte.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.comma();
        self.text.push('"');
        let mut rest = bytes;
        while !rest.is_empty() {
            let plain = rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len());
            let (run, after) = rest.split_at(plain);
            // All ASCII, so this is always text.
            self.text.push_str(std::str::from_utf8(run).unwrap_or_default());
            let Some((byte, after)) = after.split_first() else { break };
            self.escape(*byte);
            rest = after;
        }
        self.text.push('"');
        self
    }

    /// ASCII text.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// The text, finished.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        match byte {
            b'"' => self.text.push_str("\\\""),
            b'\\' => self.text.push_str("\\\\"),
            0..=31 => {
                self.text.push_str("\\u00");
                self.text.push(char::from(HEX[usize::from(byte >> 4)]));
                self.text.push(char::from(HEX[usize::from(byte & 15)]));
            }
            _ => self.text.push(char::from(byte)),
        }
    }

    fn digits(&mut self, value: u64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = value;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.text.extend(digits[at..].iter().map(|digit| char::from(*digit)));
    }

    fn literal(&mut self, literal: &str) -> &mut Self {
        self.comma();
        self.text.push_str(literal);
        self
    }

    /// Between two values, or a value and a name, there is a comma.
    fn comma(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'[' | b'{' | b':')) {
            self.text.push(',');
        }
    }
}

/// Whether the byte stands for itself in a JSON string.
fn is_plain(byte: u8) -> bool {
    matches!(byte, 32..=127) && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use super::Json;
    use redloop_core::Timestamp;

    #[test]
    fn writes_what_json_parsers_read() {
        let mut json = Json::default();
        json.open('{').name("a").number(0).name("b").signed(i64::MIN).name("c").open('[');
        json.boolean(true).null().time(Some(Timestamp(7))).time(Some(Timestamp::NEVER)).signed(-5);
        json.close(']').name("d").bytes(b"\"\\\n\xff:[").name("e").text("x").close('}');
        assert_eq!(
            json.finish(),
            "{\"a\":0,\"b\":-9223372036854775808,\"c\":[true,null,7,null,-5],\
             \"d\":\"\\\"\\\\\\u000a\u{ff}:[\",\"e\":\"x\"}"
        );
        assert_eq!(json.finish(), "");
    }
}
