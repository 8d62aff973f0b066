//! Mutations that know words: bytes alone seldom make one text of the language from another.

use libfuzzer_sys::fuzzer_mutate;

/// What a token may become.
const WORDS: [&str; 84] = [
    "theorem",
    "experiment",
    "network",
    "loss",
    "dimension",
    "let",
    "assume",
    "define",
    "show",
    "because",
    "given",
    "by",
    "have",
    "fix",
    "suppose",
    "contrary",
    "obtain",
    "take",
    "cases",
    "case",
    "part",
    "forward",
    "backward",
    "absurd",
    "forall",
    "exists",
    "sum",
    "and",
    "or",
    "not",
    "run",
    "certify",
    "source",
    "data",
    "start",
    "truth",
    "from",
    "at",
    "terms",
    "of",
    "equality",
    "in",
    "ring",
    "left",
    "right",
    "index",
    "vec",
    "mat",
    "real",
    "nat",
    "sqrt",
    "delta",
    "d/dt",
    "d/dw",
    "x",
    "w",
    "i",
    "d",
    "0",
    "1",
    "2",
    "0.5",
    "\"t\"",
    "# c\n",
    "<->",
    "->",
    "|->",
    "=",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "^",
    "²",
    "√",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
];

/// Numbers from a seed, by the xorshift of Marsaglia.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// Changes the first `size` bytes of the data, and says how many they are then.
pub fn mutated(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) << 16 | 1);
    let text = std::str::from_utf8(&data[..size]).ok().filter(|text| !text.is_empty());
    let Some(text) = text.filter(|_| random.below(4) > 0) else {
        return fuzzer_mutate(data, size, max_size);
    };
    let mut tokens = tokens(text);
    for _ in 0..=random.below(3) {
        change(&mut tokens, &mut random);
    }
    let mut new = tokens.concat();
    let mut end = new.len().min(max_size);
    while !new.is_char_boundary(end) {
        end -= 1;
    }
    new.truncate(end);
    data[..end].copy_from_slice(new.as_bytes());
    end
}

/// Words, spaces and single other characters.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' => 1,
        ' ' | '\n' => 2,
        _ => 3,
    };
    let mut tokens = vec![];
    let mut start = 0;
    let mut last = 0;
    for (at, c) in text.char_indices() {
        if at > start && (kind(c) != last || last == 3) {
            tokens.push(&text[start..at]);
            start = at;
        }
        last = kind(c);
    }
    tokens.push(&text[start..]);
    tokens
}

fn change<'a>(tokens: &mut Vec<&'a str>, random: &mut Random) {
    let at = random.below(tokens.len());
    let longest = 1 << random.below(6);
    let end = (at + 1 + random.below(longest)).min(tokens.len());
    let to = random.below(tokens.len() + 1);
    match random.below(6) {
        0 => drop(tokens.drain(at.min(end)..end)),
        1 => {
            let run: Vec<&'a str> = tokens.get(at..end).unwrap_or_default().to_vec();
            tokens.splice(to..to, run);
        }
        2 => {
            let run: Vec<&'a str> = tokens.drain(at.min(end)..end).collect();
            let to = to.min(tokens.len());
            tokens.splice(to..to, run);
        }
        3 => tokens.splice(to..to, [" ", WORDS[random.below(WORDS.len())], " "]).for_each(drop),
        4 => {
            if let Some(token) = tokens.get_mut(at) {
                *token = WORDS[random.below(WORDS.len())];
            }
        }
        _ => {
            let other = tokens.get(to).copied();
            if let (Some(token), Some(other)) = (tokens.get_mut(at), other) {
                *token = other;
            }
        }
    }
}
