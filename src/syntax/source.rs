//! From the bytes of a file to text that can be parsed.

use super::diagnostic::Diagnostic;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// The text of a file, without the byte order mark that some editors put first.
/// Line ends are left as they are: the language takes `\r` as white space.
///
/// ```
/// use tightrope::syntax::source;
/// assert_eq!(source::read(b"\xEF\xBB\xBF# text").unwrap(), "# text");
/// assert!(source::read(b"\xFF").is_err());
/// ```
///
/// # Errors
///
/// If the file is too large, is not UTF-8, or holds a NUL.
pub fn read(bytes: &[u8]) -> Result<&str, Diagnostic> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        Diagnostic::error(format!("line {} is not UTF-8", line_after(valid)))
            .help("save the file in the encoding UTF-8")
    })?;
    if let Some(nul) = text.find('\0') {
        let line = line_after(bytes.get(..nul).unwrap_or_default());
        return Err(Diagnostic::error(format!("line {line} holds a NUL byte"))
            .help("this is not a text file, or it is UTF-16: save it as UTF-8"));
    }
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

/// Text from a file or a name, without the characters that could speak to a terminal (control characters) or
/// show it in another order than it has (bidirectional controls).
///
/// ```
/// use tightrope::syntax::source;
/// assert_eq!(source::printable("a\u{1b}[31m\u{202E}b"), "a[31mb");
/// ```
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !reorders(*c)).collect()
}

/// Whether Unicode's bidirectional algorithm takes a character for a command.
fn reorders(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The number of the line on which the text after `bytes` starts.
fn line_after(bytes: &[u8]) -> usize {
    1 + bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// The refusal of a file of `bytes` bytes.
pub(super) fn too_large(bytes: usize) -> Diagnostic {
    Diagnostic::error(format!("the file has {bytes} bytes, more than the {MAX_BYTES} that are read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_taken_as_it_is_but_for_the_mark() {
        assert_eq!(read("a\r\nβ".as_bytes()).unwrap(), "a\r\nβ");
        assert_eq!(read("\u{FEFF}a".as_bytes()).unwrap(), "a");
        assert_eq!(read(b"").unwrap(), "");
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_line() {
        let message = |bytes: &[u8]| read(bytes).unwrap_err().message;
        assert_eq!(message(b"a\n\xFFb"), "line 2 is not UTF-8");
        assert_eq!(message(b"a\n\nb\0c"), "line 3 holds a NUL byte");
        assert_eq!(message(b"\xFE\xFFa"), "line 1 is not UTF-8");
        let large = vec![b' '; MAX_BYTES + 1];
        assert_eq!(message(&large), "the file has 16777217 bytes, more than the 16777216 that are read");
        assert!(read(large.get(1..).unwrap()).is_ok());
    }
}
