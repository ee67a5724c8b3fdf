//! Rust source with comments and literals blanked out, so that what is left is code.
//!
//! Line and column stay: each hidden character becomes a space. Cost: one pass.

/// The source, with the insides of comments, strings and characters replaced by spaces.
pub(crate) fn blanked(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut after_word = false;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_at(rest, after_word);
        let length = if hidden == 0 { first.len_utf8() } else { hidden };
        let (token, tail) = rest.split_at(length);
        if hidden == 0 {
            out.push(first);
        } else {
            out.extend(token.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        after_word = hidden == 0 && is_word(first);
        rest = tail;
    }
    out
}

/// The line, from 1, of a byte offset.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// The offsets at which `word` stands by itself.
pub(crate) fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Whether a character is part of a name.
pub(crate) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The length of the comment or literal that starts here; 0 if none does.
fn hidden_at(rest: &str, after_word: bool) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if rest.starts_with('\'') {
        return character(rest);
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    if after_word { 0 } else { prefixed(rest) }
}

/// A block comment, which may hold others.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// A character; a lifetime or a label is none.
fn character(rest: &str) -> usize {
    let mut inside = rest.chars().skip(1);
    match (inside.next(), inside.next()) {
        (Some('\\'), _) => quoted(rest, '\''),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 0,
    }
}

/// A string or byte string with a prefix, raw or not.
fn prefixed(rest: &str) -> usize {
    let letters = rest.len() - rest.trim_start_matches(['b', 'c', 'r']).len();
    let prefix = &rest[..letters];
    if !matches!(prefix, "b" | "c" | "r" | "br" | "cr") {
        return 0;
    }
    let tail = &rest[letters..];
    let opening = tail.trim_start_matches('#');
    let hashes = tail.len() - opening.len();
    if prefix == "b" && tail.starts_with('\'') {
        return letters + quoted(tail, '\'');
    }
    if !opening.starts_with('"') {
        return 0;
    }
    if prefix.ends_with('r') {
        let closing = format!("\"{}", "#".repeat(hashes));
        let end = opening[1..].find(&closing).map_or(opening.len(), |at| 1 + at + closing.len());
        letters + hashes + end
    } else {
        letters + quoted(opening, '"')
    }
}

/// What stands in quotes, with escapes, to its closing quote.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    rest.len()
}

#[test]
fn comments_and_literals_are_hidden_and_code_is_not() {
    let source = "a /* { /* } */ */ b // {\nc \"{\\\"\" d r#\"{\"}\"# e '{' f '\\'' g b\"{\" h b'{' i";
    let code: Vec<&str> = {
        let blank = blanked(source);
        assert_eq!(blank.chars().count(), source.chars().count());
        blank.split_whitespace().map(|word| &source[source.find(word).unwrap()..][..word.len()]).collect()
    };
    assert_eq!(code, ["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
}

#[test]
fn lifetimes_and_raw_names_are_code() {
    let source = "fn f<'a>(x: &'a str, r#fn: u8, bar: u8) -> &'a str {}";
    assert_eq!(blanked(source), source);
}
