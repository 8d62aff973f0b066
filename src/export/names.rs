//! Names that other programs accept, whatever the names in a file are.

/// A name with nothing but ASCII letters, digits and underscores, which begins with a letter.
pub(super) fn plain(name: &str) -> String {
    let mut text: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        text.insert(0, 'x');
    }
    text
}

/// A name like `base` for which `taken` does not hold.
pub(super) fn unused(base: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&base) {
        return base;
    }
    (1_u32..).map(|n| format!("{base}_{n}")).find(|name| !taken(name)).unwrap_or(base)
}
